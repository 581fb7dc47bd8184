#include "engine/workers.hpp"

#include <tbb/global_control.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#ifdef HOGVEC_STD_THREADS
#include <exception>
#include <mutex>
#include <thread>
#include <vector>
#endif

namespace hogvec {

#ifdef HOGVEC_STD_THREADS

void run_workers(int count, const std::function<void(int worker)>& work) {
  std::mutex mutex;
  std::exception_ptr first;
  const auto guarded = [&](int worker) {
    try {
      work(worker);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (first == nullptr) first = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  for (int worker = 1; worker < count; ++worker) threads.emplace_back(guarded, worker);
  guarded(0);
  for (std::thread& thread : threads) thread.join();
  if (first != nullptr) std::rethrow_exception(first);
}

#else

void run_workers(int count, const std::function<void(int worker)>& work) {
  // Without the control, oneTBB silently gives no more threads than there are cores.
  const tbb::global_control control(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(count));
  tbb::task_arena arena(count);
  arena.execute([&] {
    tbb::task_group group;
    for (int worker = 1; worker < count; ++worker) group.run([&work, worker] { work(worker); });
    group.run_and_wait([&work] { work(0); });
  });
}

#endif

}  // namespace hogvec
