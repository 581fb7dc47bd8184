// The position of a run that ranks share: each has one of its own passes, together they are one of
// the whole run, whatever the number of ranks.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/ranks.hpp"
#include "engine/train/position.hpp"
#include "engine/train/schedule.hpp"

namespace hogvec {

/// The chunks of a text that a rank has.
inline ChunkShare share_of(const Ranks& ranks) noexcept {
  return {static_cast<std::size_t>(ranks.rank()), static_cast<std::size_t>(ranks.size())};
}

/// Numbers of passes in the whole run, and among those of one rank.
class PassNumbers {
 public:
  /// Of a text of so many chunks.
  PassNumbers(std::size_t chunks, const ChunkShare& share) noexcept
      : chunks_(chunks), share_(share), here_(chunks_before(chunks)) {}

  /// How many of the rank's passes come before this pass of the whole run.
  std::uint64_t before(std::uint64_t pass) const noexcept {
    return pass / chunks_ * here_ + chunks_before(pass % chunks_);
  }
  /// The number in the whole run of one that the rank has.
  std::uint64_t in_whole(std::uint64_t own) const noexcept {
    const std::uint64_t here = std::max<std::uint64_t>(here_, 1);
    return own / here * chunks_ + own % here * share_.ranks + share_.rank;
  }

 private:
  std::uint64_t chunks_before(std::uint64_t chunk) const noexcept {
    return chunk <= share_.rank ? 0 : (chunk - share_.rank - 1) / share_.ranks + 1;
  }

  std::uint64_t chunks_;
  ChunkShare share_;
  std::uint64_t here_;  // of the rank
};

/// What a rank begins with where the whole run goes on from `whole`. Losses and seconds so far go
/// with the first rank.
PositionRecord part_of(const PositionRecord& whole, std::size_t chunks, const ChunkShare& share);

/// The position of the whole run, of those of all ranks, in their order.
PositionRecord whole_of(std::span<const PositionRecord> parts, std::size_t chunks);

}  // namespace hogvec
