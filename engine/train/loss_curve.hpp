// How the loss of a run falls, in pieces of it that do not depend on the clock.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/train/loss.hpp"

namespace hogvec {

/// The passes of a run (Schedule numbers them through all epochs) in at most kMostPieces pieces,
/// each as long as the others but for a pass, with the loss of each. A worker adds a pass when it
/// has trained it; anybody may look meanwhile. With one worker the sums are the same whenever it
/// was looked at, and of the same run in every process.
class LossCurve {
 public:
  /// Of a run of ten days one is three and a half minutes.
  static constexpr std::size_t kMostPieces = 4096;

  /// Of a run that goes on with pass `next`. Errors: std::bad_alloc.
  explicit LossCurve(std::uint64_t passes, std::uint64_t next = 0);
  /// Memory that one takes, in bytes.
  static std::size_t bytes(std::uint64_t passes) noexcept;

  /// A pass below those of the run is trained. Safe from any thread, with other passes.
  void add(std::uint64_t pass, const ChunkLoss& loss) noexcept;

  std::size_t pieces() const noexcept { return cells_.size(); }
  /// The first piece that this run trains from its first pass on: those before are never known.
  std::size_t first() const noexcept { return first_; }
  /// The first pass of a piece; of piece pieces() the number of all.
  std::uint64_t begin(std::size_t piece) const noexcept;
  /// Its loss; none until all of it is trained.
  std::optional<ChunkLoss> piece(std::size_t piece) const noexcept;

 private:
  struct Cell {
    std::atomic<double> sum{0};
    std::atomic<std::uint64_t> examples{0};
    std::atomic<std::uint64_t> panels{0};
    std::atomic<std::uint64_t> passes{0};
  };

  std::uint64_t passes_;
  std::vector<Cell> cells_;
  std::size_t first_ = 0;
};

}  // namespace hogvec
