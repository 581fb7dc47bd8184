// A position in memory that processes share, and what it must be: shared by the tests of its order,
// of deaths and of damage.
#pragma once

#include <doctest/doctest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <vector>

#include "engine/train/position.hpp"

namespace hogvec::testing {

/// What a pass over a chunk adds, so that the sums say which chunks are in them: kept counts the
/// chunks, examples adds their numbers.
inline EpochTally tally_of(std::uint64_t chunk) {
  return {.loss = {.sum = 0.5, .examples = chunk, .panels = 2 * chunk}, .kept = 1};
}

inline bool equal(const EpochTally& a, const EpochTally& b) {
  return a.kept == b.kept && a.loss.sum == b.loss.sum && a.loss.examples == b.loss.examples &&
         a.loss.panels == b.loss.panels;
}

inline bool equal(const PositionRecord& a, const PositionRecord& b) {
  return a.next == b.next && a.redo == b.redo && a.seconds == b.seconds &&
         std::equal(a.epochs.begin(), a.epochs.end(), b.epochs.begin(), b.epochs.end(),
                    [](const EpochTally& x, const EpochTally& y) { return equal(x, y); });
}

/// Chunks that a position has behind it, of `total`.
inline std::vector<bool> done_chunks(const PositionRecord& position, std::uint64_t total) {
  std::vector<bool> done(total, false);
  std::fill_n(done.begin(), std::min(position.next, total), true);
  for (const std::uint64_t chunk : position.redo) done.at(chunk) = false;
  return done;
}

/// The tallies of these chunks, each counted once, as a position without later epochs has them.
inline std::vector<EpochTally> tallies_of(const std::vector<bool>& done,
                                          std::uint64_t chunks_of_epoch) {
  std::vector<EpochTally> epochs((done.size() + chunks_of_epoch - 1) / chunks_of_epoch);
  for (std::uint64_t chunk = 0; chunk < done.size(); ++chunk) {
    if (done[chunk]) epochs[chunk / chunks_of_epoch] += tally_of(chunk);
  }
  while (!epochs.empty() && epochs.back().kept == 0) epochs.pop_back();
  return epochs;
}

/// Memory of a run, and the position in it. Shared with processes that are forked later.
class Run {
 public:
  Run(const PositionRecord& start, std::size_t workers, std::uint64_t total,
      std::uint64_t chunks_of_epoch)
      : total_(total),
        chunks_of_epoch_(chunks_of_epoch),
        size_(Position::bytes(start, workers, (total + chunks_of_epoch - 1) / chunks_of_epoch)) {
    void* const memory =
        mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    memory_ = static_cast<std::byte*>(memory);
    std::memset(memory_, 0xee, size_);  // what lay there before
    position_ =
        Position({memory_, size_}, start, workers, (total + chunks_of_epoch - 1) / chunks_of_epoch);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() { munmap(memory_, size_); }

  Position& position() { return position_; }
  std::span<const std::byte> memory() const { return {memory_, size_}; }

  std::optional<std::uint64_t> take(std::size_t worker) { return position_.take(worker, total_); }
  void finish(std::size_t worker, std::uint64_t chunk) {
    position_.finish(worker, chunk / chunks_of_epoch_, tally_of(chunk));
  }

 private:
  std::uint64_t total_;
  std::uint64_t chunks_of_epoch_;
  std::size_t size_;
  std::byte* memory_;
  Position position_;
};

/// Bytes on a line's border, as the memory of a position is, and nothing behind them.
class Bytes {
 public:
  explicit Bytes(std::span<const std::byte> bytes)
      : size_(bytes.size()), data_(new (std::align_val_t{128}) std::byte[bytes.size()]) {
    std::copy(bytes.begin(), bytes.end(), data_.get());
  }
  std::span<std::byte> span() const { return {data_.get(), size_}; }

 private:
  struct Delete {
    void operator()(std::byte* data) const { ::operator delete[](data, std::align_val_t{128}); }
  };
  std::size_t size_;
  std::unique_ptr<std::byte[], Delete> data_;
};

}  // namespace hogvec::testing
