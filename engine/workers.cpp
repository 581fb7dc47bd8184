#include "engine/workers.hpp"

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/partitioner.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <algorithm>
#include <atomic>

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

struct Team::Threads {
  int count;

  void for_each_slice(std::size_t slices, const std::function<void(std::size_t slice)>& work) {
    const auto workers = static_cast<std::size_t>(count);
    run_workers(count, [&](int worker) {
      for (auto slice = static_cast<std::size_t>(worker); slice < slices; slice += workers) {
        work(slice);
      }
    });
  }
};

#else

void run_workers(int count, const std::function<void(int worker)>& work) {
  // A control of one would also hold for a team that the only worker has.
  if (count == 1) return work(0);
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

struct Team::Threads {
  explicit Threads(int count)
      : control(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(count)),
        arena(count) {}

  void for_each_slice(std::size_t slices, const std::function<void(std::size_t slice)>& work) {
    arena.execute([&] {
      tbb::parallel_for(
          tbb::blocked_range<std::size_t>(0, slices, 1),
          [&work](const tbb::blocked_range<std::size_t>& range) {
            for (std::size_t slice = range.begin(); slice < range.end(); ++slice) work(slice);
          },
          affinity);
    });
  }

  tbb::global_control control;
  tbb::task_arena arena;
  tbb::affinity_partitioner affinity;
};

#endif

void for_each_index(int threads, std::size_t count,
                    const std::function<void(std::size_t index, int worker)>& visit) {
  std::atomic<std::size_t> next{0};
  const auto useful = std::min(static_cast<std::size_t>(threads), std::max<std::size_t>(count, 1));
  run_workers(static_cast<int>(useful), [&](int worker) {
    for (std::size_t k; (k = next.fetch_add(1, std::memory_order_relaxed)) < count;) {
      visit(k, worker);
    }
  });
}

void run_with_threads(int threads, const std::function<void()>& body) {
  [[maybe_unused]] const tbb::global_control control(tbb::global_control::max_allowed_parallelism,
                                                     static_cast<std::size_t>(threads));
  tbb::task_arena arena(threads);
  arena.execute(body);
}

Team::Team(int threads) {
  if (threads > 1) threads_ = std::make_unique<Threads>(threads);
}

Team::Team(Team&&) noexcept = default;
Team::~Team() = default;

void Team::for_each_slice(std::size_t count, const std::function<void(std::size_t slice)>& work) {
  if (threads_) return threads_->for_each_slice(count, work);
  for (std::size_t slice = 0; slice < count; ++slice) work(slice);
}

}  // namespace hogvec
