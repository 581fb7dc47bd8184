#include "engine/team.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "engine/first_exception.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace hogvec {
namespace {

// Pauses, each of some ten nanoseconds.
constexpr int kOwnerPauses = 500;   // that an owner may be late, before others take its slices
constexpr int kIdlePauses = 5'000;  // between rounds, before a thread sleeps
constexpr int kDonePauses = 2'000;  // for the last slices, before their threads are given the core

void pause() noexcept {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("isb");
#endif
}

using Round = std::uint64_t;
constexpr Round kNoMore = ~Round{0};

/// On a cache line of its own, which its readers keep until it changes.
template <class T>
struct alignas(64) Shared : std::atomic<T> {};

}  // namespace

/// Threads that stay, asleep where no round comes for long. (Not tasks of oneTBB that end and are
/// spawned again: of its threads, where there are more than cores, one may be forgotten, and a team
/// went on without it to its end. Measured: 2021.8, 33 threads on two cores, one process in 20.)
///
/// A slice is taken by raising its round to the one that is open, once: who succeeds knows that the
/// round can't end before it is done. A thread that comes late finds no slice of its round.
class Team::Threads {
 public:
  Threads(std::size_t threads, std::size_t slices, const TeamPlace& place)
      : count_(threads), place_(place), taken_(slices), late_(count_) {
    threads_.reserve(count_);
    try {
      for (std::size_t thread = 1; thread < count_; ++thread) {
        threads_.emplace_back([this, thread] { take_part_in_rounds(thread); });
      }
    } catch (...) {
      end();
      throw;
    }
  }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  ~Threads() { end(); }

  void round(const Work& work) {
    work_ = &work;
    done_.store(0, std::memory_order_relaxed);
    const Round round = open_.load(std::memory_order_relaxed) + 1;
    open(round);
    take_part(0, round);
    for (int pauses = 0; done_.load(std::memory_order_acquire) != taken_.size(); ++pauses) {
      if (pauses < kDonePauses) {
        pause();
      } else {
        std::this_thread::yield();
      }
    }
    first_.rethrow();
  }

  std::size_t count() const noexcept { return count_; }

  std::size_t owner_of(std::size_t slice) const noexcept {
    std::size_t owner = 0;
    while (begin_of(owner + 1) <= slice) ++owner;
    return owner;
  }

 private:
  std::size_t begin_of(std::size_t thread) const noexcept {
    return taken_.size() * thread / count_;
  }

  bool is_taken(std::size_t slice, Round round) const noexcept {
    return taken_[slice].load(std::memory_order_relaxed) >= round;
  }

  /// Does the slice, if it is still to be had.
  bool take(std::size_t slice, std::size_t thread, Round round) noexcept {
    Round before = taken_[slice].load(std::memory_order_relaxed);
    if (before >= round || !taken_[slice].compare_exchange_strong(before, round)) return false;
    first_.guard([&] { (*work_)(slice, thread); });
    done_.fetch_add(1, std::memory_order_release);
    return true;
  }

  /// The thread's slices, and then those of others who do not come.
  void take_part(std::size_t thread, Round round) noexcept {
    // Before its slices: others would go on to take them while it is at the first.
    if (late_[thread].load(std::memory_order_relaxed)) {
      late_[thread].store(false, std::memory_order_relaxed);
    }
    for (std::size_t s = begin_of(thread); s < begin_of(thread + 1); ++s) take(s, thread, round);
    int pauses = 0;
    for (std::size_t i = 1; i < count_; ++i) {
      const std::size_t owner = (thread + i) % count_;
      for (std::size_t s = begin_of(owner); s < begin_of(owner + 1); ++s) {
        while (!is_taken(s, round)) {
          if (late_[owner].load(std::memory_order_relaxed) || pauses >= kOwnerPauses) {
            if (take(s, thread, round)) late_[owner].store(true, std::memory_order_relaxed);
          } else {
            pause();
            ++pauses;
          }
        }
      }
    }
  }

  /// What a thread does: every round that it sees.
  void take_part_in_rounds(std::size_t thread) noexcept {
    const PinnedThread pinned(place_, thread, count_);
    Round seen = 0;
    while (true) {
      const Round round = open_.load(std::memory_order_acquire);
      if (round == kNoMore) return;
      if (round != seen) take_part(thread, round);
      seen = round;
      wait_for_more(seen);
    }
  }

  /// Returns when another round than `seen` is open.
  void wait_for_more(Round seen) noexcept {
    for (int pauses = 0; pauses < kIdlePauses; ++pauses) {
      if (open_.load(std::memory_order_relaxed) != seen) return;
      pause();
    }
    ++sleepers_;
    open_.wait(seen);
    --sleepers_;
  }

  /// Without sleepers it costs no call: all teams of a process share the places where the library
  /// looks for who waits.
  void open(Round round) noexcept {
    open_.store(round);  // before the sleepers are counted, as these are before they look at it
    if (sleepers_.load() != 0) open_.notify_all();
  }

  void end() noexcept {
    open(kNoMore);
    for (std::thread& thread : threads_) thread.join();
  }

  std::size_t count_;
  TeamPlace place_;
  const Work* work_ = nullptr;  // of the open round
  Shared<Round> open_{};
  Shared<std::size_t> done_{};  // slices of the open round
  std::vector<Shared<Round>> taken_;
  std::vector<Shared<bool>> late_;  // of each thread: others had to take slices of its last round
  FirstException first_;
  Shared<int> sleepers_{};
  std::vector<std::thread> threads_;  // of which 0 is the caller
};

Team::Team(int threads, std::size_t slices, const TeamPlace& place)
    : slices_(slices), place_(place) {
  const std::size_t count = std::min(static_cast<std::size_t>(threads), slices);
  if (count <= 1) return;
  threads_ = std::make_unique<Threads>(count, slices, place);
}

Team::Team(Team&&) noexcept = default;
Team::~Team() = default;

std::vector<int> Team::owner_cpus(std::size_t slice) const {
  if (!threads_ || !place_.pins()) return {};
  return place_.placement->cpus_of(place_.domain_of(threads_->owner_of(slice), threads_->count()));
}

void Team::for_each_slice(const Work& work) {
  if (threads_) return threads_->round(work);
  for (std::size_t slice = 0; slice < slices_; ++slice) work(slice, 0);
}

}  // namespace hogvec
