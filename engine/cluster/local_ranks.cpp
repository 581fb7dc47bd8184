#include "engine/cluster/local_ranks.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "engine/first_exception.hpp"
#include "io/error.hpp"

namespace hogvec {
namespace {

/// Where the ranks lay down what the others take.
class Board {
 public:
  explicit Board(int ranks) : places_(static_cast<std::size_t>(ranks)) {}

  std::size_t size() const noexcept { return places_.size(); }
  /// What a rank has laid down, between two meetings.
  const void*& place(std::size_t rank) noexcept { return places_[rank]; }

  /// Returns when all ranks have come.
  void meet() {
    std::unique_lock lock(mutex_);
    const std::size_t meeting = meetings_;
    if (++here_ == places_.size()) {
      here_ = 0;
      ++meetings_;
      come_.notify_all();
    }
    come_.wait(lock, [&] { return given_up_ || meetings_ != meeting; });
    if (meetings_ == meeting) throw Error("another rank has given up");
  }

  void give_up() {
    {
      const std::lock_guard lock(mutex_);
      given_up_ = true;
    }
    come_.notify_all();
  }

 private:
  std::vector<const void*> places_;
  std::mutex mutex_;
  std::condition_variable come_;
  std::size_t here_ = 0;
  std::size_t meetings_ = 0;
  bool given_up_ = false;
};

class LocalRank final : public Ranks {
 public:
  LocalRank(Board& board, std::size_t rank) : board_(board), rank_(rank) {}

  int rank() const noexcept override { return static_cast<int>(rank_); }
  int size() const noexcept override { return static_cast<int>(board_.size()); }

  void exchange(std::span<const std::span<const std::byte>> out, std::vector<Bytes>& in) override {
    in.resize(board_.size());
    share(out.data(), [&](std::size_t r, const void* place) {
      const auto& message = static_cast<const std::span<const std::byte>*>(place)[rank_];
      in[r].assign(message.begin(), message.end());
    });
  }

  void exchange_equal(const std::byte* out, std::byte* in, std::size_t bytes) override {
    share(out, [&](std::size_t r, const void* place) {
      std::memcpy(in + r * bytes, static_cast<const std::byte*>(place) + rank_ * bytes, bytes);
    });
  }

  void broadcast(std::span<std::byte> bytes) override {
    share(bytes.data(), [&](std::size_t r, const void* place) {
      if (r == 0 && rank_ != 0 && !bytes.empty()) std::memcpy(bytes.data(), place, bytes.size());
    });
  }

  void wait(Waiting) noexcept override {}

 private:
  /// Lays something down for all, and takes what each has.
  template <class Take>
  void share(const void* mine, const Take& take) {
    board_.place(rank_) = mine;
    board_.meet();
    for (std::size_t r = 0; r < board_.size(); ++r) take(r, board_.place(r));
    board_.meet();
  }

  Board& board_;
  std::size_t rank_;
};

}  // namespace

void run_local_ranks(int count, const std::function<void(Ranks& ranks)>& work) {
  Board board(count);
  FirstException first;
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(count));
  for (int rank = 0; rank < count; ++rank) {
    threads.emplace_back([&, rank] {
      LocalRank ranks(board, static_cast<std::size_t>(rank));
      bool failed = true;
      first.guard([&] {
        work(ranks);
        failed = false;
      });
      if (failed) board.give_up();  // behind guard(): the others fail by it
    });
  }
  for (std::thread& thread : threads) thread.join();
  first.rethrow();
}

}  // namespace hogvec
