#include "engine/workers.hpp"

#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <algorithm>
#include <cstddef>
#include <mutex>

#ifdef HOGVEC_STD_THREADS
#include <thread>
#include <vector>

#include "engine/first_exception.hpp"
#endif

namespace hogvec {

#ifdef HOGVEC_STD_THREADS

void run_workers(int count, const std::function<void(int worker)>& work) {
  FirstException first;
  std::vector<std::thread> threads;
  for (int worker = 1; worker < count; ++worker) {
    threads.emplace_back([&, worker] { first.guard([&] { work(worker); }); });
  }
  first.guard([&] { work(0); });
  for (std::thread& thread : threads) thread.join();
  first.rethrow();
}

#else

namespace {

/// Without this oneTBB silently gives no more threads than there are cores. Only ever raised: where
/// its limit changes while threads are about, it may forget one, and never wakes it again.
void allow_threads(int count) {
  static std::mutex mutex;
  static std::size_t allowed = static_cast<std::size_t>(tbb::info::default_concurrency());
  static tbb::global_control* control = nullptr;  // to the end of the process
  const std::lock_guard lock(mutex);
  const auto wanted = static_cast<std::size_t>(count);
  if (wanted <= allowed) return;
  delete control;  // of two the lower one holds
  control = new tbb::global_control(tbb::global_control::max_allowed_parallelism, wanted);
  allowed = wanted;
}

}  // namespace

void run_workers(int count, const std::function<void(int worker)>& work) {
  if (count == 1) return work(0);
  allow_threads(count);
  tbb::task_arena arena(count);
  arena.execute([&] {
    tbb::task_group group;
    for (int worker = 1; worker < count; ++worker) group.run([&work, worker] { work(worker); });
    group.run_and_wait([&work] { work(0); });
  });
}

#endif

void for_each_index(int threads, std::size_t count,
                    const std::function<void(std::size_t index, int worker)>& visit) {
  IndexQueue queue(count);
  const auto useful = std::min(static_cast<std::size_t>(threads), std::max<std::size_t>(count, 1));
  run_workers(static_cast<int>(useful), [&](int worker) {
    while (const std::optional<std::size_t> index = queue.take()) visit(*index, worker);
  });
}

#ifdef HOGVEC_STD_THREADS

// The one thread that there is for oneTBB, see ordered_tasks.hpp.
void run_with_threads(int, const std::function<void()>& body) { body(); }

#else

void run_with_threads(int threads, const std::function<void()>& body) {
  allow_threads(threads);
  tbb::task_arena arena(threads);
  arena.execute(body);
}

#endif

}  // namespace hogvec
