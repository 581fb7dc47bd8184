// What the visits of the full softmax in all number formats have in common: the sizes of their
// tiles.
#pragma once

#include <algorithm>

#include "simd/batch-inl.hpp"

namespace hogvec::simd {
namespace {

// What a visit works on between two products lies in the second level: each product brings its
// other operand once a tile.
constexpr std::size_t kVisitBytes = 64 * 1024;
// Of long rows an update works on a few columns at a time, and wants enough rows to be worth the
// sums that it loads and stores.
constexpr std::size_t kLeastTileBlocks = 3;
// Rows x registers of hidden vectors that one pass of the scores keeps in accumulators.
constexpr std::size_t kScoreRows = kRegisters == 32 ? 12 : 6;
constexpr std::size_t kScoreRegisters = 2;
// Rows x registers of an update: 4 x 7 + 7 of 32 registers, or 4 x 2 + 2 of 16.
constexpr std::size_t kUpdateRows = 4;
constexpr std::size_t kUpdateRegisters = kRegisters == 32 ? 7 : 2;
constexpr std::size_t kLineFloats = kRowAlignment / sizeof(float);

std::size_t rows_of(std::size_t bytes, std::size_t stride) noexcept {
  const std::size_t rows = bytes / (stride * sizeof(float));
  return std::max(rows / kScoreRows, kLeastTileBlocks) * kScoreRows;
}
std::size_t visit_rows(std::size_t stride) noexcept { return rows_of(kVisitBytes, stride); }

/// Calls visit(first, width) for the registers of a row in groups of equal width: 19 are 7 + 6 + 6,
/// not 7 + 7 + 5.
template <class Visit>
HOGVEC_INLINE void for_column_groups(std::size_t stride, const Visit& visit) noexcept {
  const std::size_t total = stride / kLanes;
  const std::size_t groups = (total + kUpdateRegisters - 1) / kUpdateRegisters;
  for (std::size_t group = 0; group < groups; ++group) {
    const std::size_t first = total * group / groups;
    visit(first, total * (group + 1) / groups - first);
  }
}

/// Of steps and sums that lie row-major, batch x stride.
std::size_t batch_rows_size(const SoftmaxShape& shape) noexcept {
  return shape.batch * shape.stride;
}

void add_batch_row(const SoftmaxShape& shape, const float* rows, std::size_t b, float scale,
                   float* row) noexcept {
  const Floats factor(scale);
  const float* const from = rows + b * shape.stride;
  for (std::size_t d = 0; d < shape.stride; d += kLanes) {
    store(row + d, fma(factor, load(from + d), load(row + d)));
  }
}

}  // namespace
}  // namespace hogvec::simd
