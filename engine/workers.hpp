// Work on many threads, but for that of a Team, whose threads stay for many rounds.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <optional>

namespace hogvec {

/// Calls work(0) to work(count - 1), each on a thread of its own, and returns when all have.
/// More workers than cores are really given. Throws what a worker throws.
void run_workers(int count, const std::function<void(int worker)>& work);

/// Gives 0 to count - 1, each once, to whoever asks next. Any thread.
class IndexQueue {
 public:
  explicit IndexQueue(std::size_t count) noexcept : count_(count) {}

  /// None where all are taken.
  std::optional<std::size_t> take() noexcept {
    const std::size_t index = next_.fetch_add(1, std::memory_order_relaxed);
    return index < count_ ? std::optional(index) : std::nullopt;
  }

 private:
  std::size_t count_;
  std::atomic<std::size_t> next_{0};
};

/// Calls visit(0, worker) to visit(count - 1, worker), each once, by as many workers as there is
/// work for: every index goes to the next that is free. Throws what visit throws. Workers that
/// prepare something of their own run over an IndexQueue.
void for_each_index(int threads, std::size_t count,
                    const std::function<void(std::size_t index, int worker)>& visit);

/// Calls body() where all oneTBB algorithms have `threads` threads, of libraries too.
void run_with_threads(int threads, const std::function<void()>& body);

}  // namespace hogvec
