#include "engine/workers.hpp"

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/partitioner.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <algorithm>

#ifdef HOGVEC_STD_THREADS
#include <barrier>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>
#endif

namespace hogvec {

#ifdef HOGVEC_STD_THREADS

namespace {

/// The first exception of several threads.
class FirstException {
 public:
  template <typename Work>
  void guard(const Work& work) noexcept {
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (first_ == nullptr) first_ = std::current_exception();
    }
  }

  void rethrow() {
    if (first_ != nullptr) std::rethrow_exception(std::exchange(first_, nullptr));
  }

 private:
  std::mutex mutex_;
  std::exception_ptr first_;
};

}  // namespace

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

/// Threads that stay: ThreadSanitizer takes a millisecond to start one, and a mini-batch comes
/// together several times.
struct Team::Threads {
  explicit Threads(int size) : together(size), count(static_cast<std::size_t>(size)) {
    for (std::size_t worker = 1; worker < count; ++worker) {
      threads.emplace_back([this, worker] {
        for (together.arrive_and_wait(); task != nullptr; together.arrive_and_wait()) {
          do_slices(worker);
          together.arrive_and_wait();
        }
      });
    }
  }

  ~Threads() {
    task = nullptr;
    together.arrive_and_wait();
    for (std::thread& thread : threads) thread.join();
  }

  void for_each_slice(std::size_t slices, const std::function<void(std::size_t slice)>& work) {
    task = &work;
    task_slices = slices;
    together.arrive_and_wait();
    do_slices(0);
    together.arrive_and_wait();
    first.rethrow();
  }

  void do_slices(std::size_t worker) noexcept {
    first.guard([&] {
      for (std::size_t slice = worker; slice < task_slices; slice += count) (*task)(slice);
    });
  }

  std::barrier<> together;  // before and after each task
  std::size_t count;
  std::vector<std::thread> threads;
  const std::function<void(std::size_t slice)>* task = nullptr;  // none: the threads end
  std::size_t task_slices = 0;
  FirstException first;
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
  const tbb::global_control control(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(threads));
  tbb::task_arena arena(threads);
  arena.execute(body);
}

#endif

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
