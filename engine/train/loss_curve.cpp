#include "engine/train/loss_curve.hpp"

#include <algorithm>

namespace hogvec {

LossCurve::LossCurve(std::uint64_t passes, std::uint64_t next)
    : passes_(passes), cells_(std::min<std::uint64_t>(passes, kMostPieces)) {
  while (first_ < cells_.size() && begin(first_) < next) ++first_;
}

std::size_t LossCurve::bytes(std::uint64_t passes) noexcept {
  return std::min<std::uint64_t>(passes, kMostPieces) * sizeof(Cell);
}

void LossCurve::add(std::uint64_t pass, const ChunkLoss& loss) noexcept {
  // Workers are at neighboring passes, and so at the same cell; a pass takes them a millisecond.
  Cell& cell = cells_[pass * cells_.size() / passes_];
  cell.sum.fetch_add(loss.sum, std::memory_order_relaxed);
  cell.examples.fetch_add(loss.examples, std::memory_order_relaxed);
  cell.panels.fetch_add(loss.panels, std::memory_order_relaxed);
  cell.passes.fetch_add(1, std::memory_order_release);  // who reads it sees the sums
}

std::uint64_t LossCurve::begin(std::size_t piece) const noexcept {
  if (cells_.empty()) return 0;
  return (piece * passes_ + cells_.size() - 1) / cells_.size();
}

std::optional<ChunkLoss> LossCurve::piece(std::size_t piece) const noexcept {
  const Cell& cell = cells_[piece];
  const std::uint64_t all = begin(piece + 1) - begin(piece);
  if (cell.passes.load(std::memory_order_acquire) < all) return std::nullopt;
  return ChunkLoss{cell.sum.load(std::memory_order_relaxed),
                   cell.examples.load(std::memory_order_relaxed),
                   cell.panels.load(std::memory_order_relaxed)};
}

}  // namespace hogvec
