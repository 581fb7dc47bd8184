// The sweeps of an exact batch: scores go into tiles, where those of one center and successive rows
// are contiguous, and each center in turn makes up for the updates of the centers before it.
#pragma once

#include <algorithm>

#include "simd/softmax-inl.hpp"

namespace hogvec::simd {
namespace {

// Transposition wants registers of four.
#if defined(__aarch64__)
using Quad = xsimd::batch<float, xsimd::neon64>;
#else
using Quad = xsimd::batch<float, xsimd::sse2>;
#endif
constexpr std::size_t kQuad = 4;

// A tile of rows of W' stays in the first-level cache (48 KiB, of 32 KiB on older machines) beside
// one group of hidden vectors.
constexpr std::size_t kTileBytes = 20 * 1024;
std::size_t tile_rows(std::size_t stride) noexcept { return rows_of(kTileBytes, stride); }

// Registers of rows that a center's corrections keep in accumulators.
constexpr std::size_t kColumnRegisters = 6;
constexpr std::size_t kColumnRows = kColumnRegisters * kLanes;
static_assert(kScoreTileRows % kColumnRows == 0 && kScoreTileRows % kScoreRows == 0);
// Tiles whose terms are summed in single precision before the sum goes to double.
constexpr std::size_t kTilesPerSum = 16;

/// to[b * kScoreTileRows + j] = from[j * leading + b] for all rows of a tile and b < width.
void transpose_tile(const float* from, std::size_t leading, std::size_t width, float* to) noexcept {
  for (std::size_t b = 0; b < width; b += kQuad) {
    for (std::size_t j = 0; j < kScoreTileRows; j += kQuad) {
      const float* source = from + j * leading + b;
      const Quad row0 = Quad::load_aligned(source);
      const Quad row1 = Quad::load_aligned(source + leading);
      const Quad row2 = Quad::load_aligned(source + 2 * leading);
      const Quad row3 = Quad::load_aligned(source + 3 * leading);
      const Quad even_lo = xsimd::zip_lo(row0, row2);
      const Quad even_hi = xsimd::zip_hi(row0, row2);
      const Quad odd_lo = xsimd::zip_lo(row1, row3);
      const Quad odd_hi = xsimd::zip_hi(row1, row3);
      const Quad columns[kQuad] = {xsimd::zip_lo(even_lo, odd_lo), xsimd::zip_hi(even_lo, odd_lo),
                                   xsimd::zip_lo(even_hi, odd_hi), xsimd::zip_hi(even_hi, odd_hi)};
      for (std::size_t c = 0; c < std::min(kQuad, width - b); ++c) {
        columns[c].store_aligned(to + (b + c) * kScoreTileRows + j);
      }
    }
  }
}

/// The rows that follow these, or any where none do.
template <std::size_t kRows>
HOGVEC_INLINE const float* next_rows(const SoftmaxSweep& s, std::size_t row) noexcept {
  return s.rows + (row + 2 * kRows <= s.row_count ? row + kRows : row) * s.stride;
}

/// Scores of kRows rows, row-major into `out`.
template <class Operand, std::size_t kRows, std::size_t kRegs>
HOGVEC_INLINE void store_scores(const SoftmaxSweep& s, std::size_t row, std::size_t b,
                                typename Operand::Sum* max_score, float* out) noexcept {
  typename Operand::Sum sums[kRows * kRegs];
  multiply_hidden<Operand, kRows, kRegs>(s.rows + row * s.stride, s.stride, s.dim,
                                         s.hidden_transposed + b, padded(s.batch),
                                         next_rows<kRows>(s, row), sums);
  HOGVEC_UNROLL
  for (std::size_t i = 0; i < kRows * kRegs; ++i) {
    max_score[i % kRegs] = xsimd::max(max_score[i % kRegs], sums[i]);
    sums[i].store_aligned(out + i * Operand::Sum::size);
  }
}

/// The tile that begins at `row` against kRegs registers of hidden vectors from b on.
template <class Operand, std::size_t kRegs>
void score_tile_columns(const SoftmaxSweep& s, std::size_t row, std::size_t b) noexcept {
  using Sum = typename Operand::Sum;
  constexpr std::size_t kWidth = kRegs * Sum::size;
  alignas(kRowAlignment) float scores[kScoreTileRows * kWidth];
  alignas(kRowAlignment) float largest[kWidth];
  const std::size_t end = std::min(row + kScoreTileRows, s.row_count);
  Sum max_score[kRegs];
  HOGVEC_UNROLL
  for (std::size_t r = 0; r < kRegs; ++r) max_score[r] = Sum(-__builtin_inff());
  float* out = scores;
  std::size_t j = row;
  for (; j + kScoreRows <= end; j += kScoreRows, out += kScoreRows * kWidth) {
    store_scores<Operand, kScoreRows, kRegs>(s, j, b, max_score, out);
  }
  for (; j < end; ++j, out += kWidth) store_scores<Operand, 1, kRegs>(s, j, b, max_score, out);
  std::fill(out, scores + kScoreTileRows * kWidth, -__builtin_inff());
  const std::size_t width = std::min(kWidth, s.batch - b);
  transpose_tile(scores, kWidth, width, s.tiles + row * s.batch + b * kScoreTileRows);
  HOGVEC_UNROLL
  for (std::size_t r = 0; r < kRegs; ++r) max_score[r].store_aligned(largest + r * Sum::size);
  for (std::size_t i = 0; i < width; ++i) {
    s.max_score[b + i] = std::max(s.max_score[b + i], largest[i]);
  }
}

void softmax_tile_scores(const SoftmaxSweep& s) noexcept {
  for (std::size_t row = 0; row < s.row_count; row += kScoreTileRows) {
    for_center_groups(s.batch, [&](std::size_t b, auto registers) {
      if (s.batch - b <= NarrowNumbers::Sum::size) {
        score_tile_columns<NarrowNumbers, 1>(s, row, b);
      } else {
        score_tile_columns<SingleNumbers, registers>(s, row, b);
      }
    });
  }
}

void softmax_tile_update(const SoftmaxSweep& s) noexcept {
  using Product = RowProduct<SingleNumbers>;
  const std::size_t part = tile_rows(s.stride);  // a tile of scores may have more than a cache
  for (std::size_t row = 0; row < s.row_count; row += kScoreTileRows) {
    const std::size_t size = std::min(kScoreTileRows, s.row_count - row);
    for (std::size_t first = 0; first < size; first += part) {
      const std::size_t count = std::min(part, size - first);
      float* rows = s.rows + (row + first) * s.stride;
      // Or these, where none follow.
      const float* const next =
          row + first + 2 * count <= s.row_count ? rows + count * s.stride : rows;
      const float* errors = s.tiles + row * s.batch + first;
      // EH first: it wants the old rows.
      accumulate_and_fetch(
          Product{s.weighted_rows, s.batch, rows, count, errors, kScoreTileRows, 1, s.stride},
          next);
      accumulate_all(Product{rows, count, s.step, s.batch, errors, 1, kScoreTileRows, s.stride});
    }
  }
}

/// u of kColumnRows rows, whose errors and scores of the first center begin at `rows`.
HOGVEC_INLINE void correct_rows(const SoftmaxColumn& c, const float* rows, Floats* u) noexcept {
  const float* scores = rows + c.center * kScoreTileRows;
  HOGVEC_UNROLL
  for (std::size_t r = 0; r < kColumnRegisters; ++r) u[r] = load(scores + r * kLanes);
  for (std::size_t a = 0; a < c.center; ++a) {
    const Floats coefficient(c.coefficients[a]);
    HOGVEC_UNROLL
    for (std::size_t r = 0; r < kColumnRegisters; ++r) {
      u[r] = fnma(coefficient, load(rows + a * kScoreTileRows + r * kLanes), u[r]);
    }
  }
}

void softmax_correct(const SoftmaxColumn& c) noexcept {
  Floats largest(-__builtin_inff());
  for (std::size_t row = 0; row < c.row_count; row += kScoreTileRows) {
    for (std::size_t first = 0; first < kScoreTileRows; first += kColumnRows) {
      float* const rows = c.tiles + row * c.batch + first;
      Floats u[kColumnRegisters];
      correct_rows(c, rows, u);
      HOGVEC_UNROLL
      for (std::size_t r = 0; r < kColumnRegisters; ++r) {
        largest = xsimd::max(largest, u[r]);
        store(rows + c.center * kScoreTileRows + r * kLanes, u[r]);
      }
    }
  }
  alignas(kRowAlignment) float lanes[kLanes];
  store(lanes, largest);
  *c.max_score = std::max(*c.max_score, *std::max_element(lanes, lanes + kLanes));
}

/// Single-precision sums over some tiles: of z, and of the overlap with each center before.
struct ColumnSums {
  Floats z;
  Floats overlaps[kMostExactCenters];
};

HOGVEC_INLINE void finish_rows(const SoftmaxColumn& c, float* rows, ColumnSums& sums) noexcept {
  Floats errors[kColumnRegisters];
  correct_rows(c, rows, errors);
  HOGVEC_UNROLL
  for (std::size_t r = 0; r < kColumnRegisters; ++r) {
    errors[r] = exp_of(errors[r] - Floats(c.shift));
    sums.z += errors[r];
    store(rows + c.center * kScoreTileRows + r * kLanes, errors[r]);
  }
  for (std::size_t a = 0; a < c.center; ++a) {
    const float* before = rows + a * kScoreTileRows;
    Floats even = load(before) * errors[0];
    Floats odd = load(before + kLanes) * errors[1];
    HOGVEC_UNROLL
    for (std::size_t r = 2; r < kColumnRegisters; r += 2) {
      even = fma(load(before + r * kLanes), errors[r], even);
      odd = fma(load(before + (r + 1) * kLanes), errors[r + 1], odd);
    }
    sums.overlaps[a] += even + odd;
  }
}

void softmax_column(const SoftmaxColumn& c) noexcept {
  ColumnSums sums;
  constexpr std::size_t kSumRows = kTilesPerSum * kScoreTileRows;
  for (std::size_t begin = 0; begin < c.row_count; begin += kSumRows) {
    sums.z = zero();
    std::fill_n(sums.overlaps, c.center, zero());
    const std::size_t end = std::min(begin + kSumRows, c.row_count);
    for (std::size_t row = begin; row < end; row += kScoreTileRows) {
      for (std::size_t first = 0; first < kScoreTileRows; first += kColumnRows) {
        finish_rows(c, c.tiles + row * c.batch + first, sums);
      }
    }
    *c.z += sum(sums.z);
    for (std::size_t a = 0; a < c.center; ++a) c.overlaps[a] += sum(sums.overlaps[a]);
  }
}

}  // namespace
}  // namespace hogvec::simd
