// A visit of the full softmax whose three products take bf16: a number's upper half, rounded to
// nearest even. Sums, exponentials, Z and W' itself stay single. Two numbers of a pair lie in 32
// bits, the first in the lower half; what is multiplied is pairs with pairs:
//
//     scores   pairs along D         h in pairs a lane, pairs of a row broadcast
//     update   pairs of centers      steps in pairs a lane, pairs of exponentials broadcast
//     sums     pairs of rows         rows in pairs a lane, pairs of exponentials broadcast
#pragma once

#include <algorithm>

#include "simd/arch/bf16-inl.hpp"
#include "simd/math-inl.hpp"
#include "simd/softmax_tiles-inl.hpp"

namespace hogvec::simd {
namespace {

using Pair = std::uint32_t;

/// Where everything lies. Strides are in pairs.
struct Bf16Layout {
  explicit Bf16Layout(const SoftmaxShape& shape) noexcept
      : stride(shape.stride),
        row(shape.stride / 2),
        centers(padded(shape.batch)),
        center_pairs(padded(shape.batch) / 2),
        tile(visit_rows(shape.stride)) {}

  std::size_t stride;        // of steps and pairs of rows, one pair a column; of sums
  std::size_t row;           // pairs of a row's neighbors
  std::size_t centers;       // of a pair of rows' exponentials
  std::size_t center_pairs;  // of a row's exponentials
  std::size_t tile;          // rows, an even number

  std::size_t rows_size() const noexcept { return tile * row; }
  std::size_t row_pairs_size() const noexcept { return tile / 2 * stride; }
  std::size_t exp_pairs_size() const noexcept { return tile / 2 * centers; }
};
static_assert(kScoreRows % 2 == 0);

/// One visit, and what it makes of a tile of rows.
struct Bf16Visit {
  const SoftmaxVisit& v;
  Bf16Layout at;
  const Pair* hidden;  // (d / 2, b) at d / 2 * padded(count) + b
  Pair* rows;          // (j, d / 2)
  Pair* row_pairs;     // (j / 2, d)
  Pair* exp_pairs;     // (j / 2, b)
};

/// Rows as pairs of neighbors, and as pairs of rows; what lacks in the last pair is zero.
void convert_rows(const Bf16Visit& v, const float* rows, std::size_t count) noexcept {
  const std::size_t stride = v.at.stride;
  for (std::size_t j = 0; j < count; j += 2) {
    const float* const row = rows + j * stride;
    const bool whole = j + 1 < count;
    for (std::size_t d = 0; d < stride; d += kLanes) {
      const Floats first = load(row + d);
      const Floats second = whole ? load(row + stride + d) : zero();
      store_pairs(v.row_pairs + j / 2 * stride + d, first, second);
    }
    for (std::size_t i = j; i < std::min(j + 2, count); ++i) {
      store_bf16(v.rows + i * v.at.row, rows + i * stride, stride);
    }
  }
}

/// kRows rows of a tile, from its row j on, against kRegs registers of centers from b on.
template <std::size_t kRows, std::size_t kRegs>
HOGVEC_INLINE void score_pairs(const Bf16Visit& v, std::size_t j, std::size_t b, float* exp_scores,
                               const float* next, const Floats* shift, Floats* z,
                               Floats* max_score) noexcept {
  constexpr std::size_t kWidth = kRegs * kLanes;
  const std::size_t leading = padded(v.v.count);
  const Pair* const rows = v.rows + j * v.at.row;
  const Pair* const hidden = v.hidden + b;
  Floats sums[kRows * kRegs];
  HOGVEC_UNROLL
  for (std::size_t i = 0; i < kRows * kRegs; ++i) sums[i] = zero();
  const std::size_t pairs = (v.v.shape.dim + 1) / 2;
  for (std::size_t d = 0; d < pairs; ++d) {
    if constexpr (kRows == kScoreRows) {
      __builtin_prefetch(next + 2 * d * kLineFloats);
      __builtin_prefetch(next + (2 * d + 1) * kLineFloats);
    }
    Words h[kRegs];
    HOGVEC_UNROLL
    for (std::size_t r = 0; r < kRegs; ++r) h[r] = load_words(hidden + d * leading + r * kLanes);
    HOGVEC_UNROLL
    for (std::size_t i = 0; i < kRows; ++i) {
      const Words w(rows[i * v.at.row + d]);
      HOGVEC_UNROLL
      for (std::size_t r = 0; r < kRegs; ++r) {
        sums[i * kRegs + r] = add_products(sums[i * kRegs + r], w, h[r]);
      }
    }
  }
  HOGVEC_UNROLL
  for (std::size_t i = 0; i < kRows; ++i) {
    HOGVEC_UNROLL
    for (std::size_t r = 0; r < kRegs; ++r) {
      Floats& score = sums[i * kRegs + r];
      max_score[r] = xsimd::max(max_score[r], score);
      score = exp_of(score - shift[r]);
      z[r] += score;
    }
    alignas(kRowAlignment) float of_row[kWidth];
    HOGVEC_UNROLL
    for (std::size_t r = 0; r < kRegs; ++r) store(of_row + r * kLanes, sums[i * kRegs + r]);
    store_bf16(reinterpret_cast<Pair*>(exp_scores) + i * v.at.center_pairs + b / 2, of_row, kWidth);
  }
  HOGVEC_UNROLL
  for (std::size_t i = 0; i < kRows; i += 2) {
    HOGVEC_UNROLL
    for (std::size_t r = 0; r < kRegs; ++r) {
      store_pairs(v.exp_pairs + (j + i) / 2 * v.at.centers + b + r * kLanes, sums[i * kRegs + r],
                  i + 1 < kRows ? sums[(i + 1) * kRegs + r] : zero());
    }
  }
}

/// A tile of `count` rows against kRegs registers of centers from b on.
template <std::size_t kRegs>
void score_pair_group(const Bf16Visit& v, std::size_t row, std::size_t count, std::size_t b,
                      std::size_t next) noexcept {
  alignas(kRowAlignment) float lanes[kRegs * kLanes] = {};
  const std::size_t width = std::min(kRegs * kLanes, v.v.count - b);
  Floats shift[kRegs];
  Floats z[kRegs];
  Floats max_score[kRegs];
  std::copy_n(v.v.shift + b, width, lanes);
  HOGVEC_UNROLL
  for (std::size_t r = 0; r < kRegs; ++r) {
    shift[r] = load(lanes + r * kLanes);
    z[r] = zero();
    max_score[r] = Floats(-__builtin_inff());
  }
  const auto rows = [&](std::size_t j) { return v.v.rows + (row + j) * v.at.stride + next; };
  const auto exps = [&](std::size_t j) { return v.v.exp_scores + (row + j) * v.at.center_pairs; };
  std::size_t j = 0;
  for (; j + kScoreRows <= count; j += kScoreRows) {
    score_pairs<kScoreRows, kRegs>(v, j, b, exps(j), rows(j), shift, z, max_score);
  }
  for (; j + 2 <= count; j += 2) {
    score_pairs<2, kRegs>(v, j, b, exps(j), rows(j), shift, z, max_score);
  }
  if (j < count) score_pairs<1, kRegs>(v, j, b, exps(j), rows(j), shift, z, max_score);
  HOGVEC_UNROLL
  for (std::size_t r = 0; r < kRegs; ++r) store(lanes + r * kLanes, z[r]);
  for (std::size_t i = 0; i < width; ++i) v.v.z[b + i] += lanes[i];
  HOGVEC_UNROLL
  for (std::size_t r = 0; r < kRegs; ++r) store(lanes + r * kLanes, max_score[r]);
  for (std::size_t i = 0; i < width; ++i) {
    v.v.max_score[b + i] = std::max(v.v.max_score[b + i], lanes[i]);
  }
}

/// target(i) += sum_k coefficient(i, k) source(k), of pairs: rows of floats of `stride`, rows of as
/// many pairs, and a pair at coefficients[i * row_step + k * step].
struct PairProduct {
  float* target;
  std::size_t target_count;
  const Pair* source;
  std::size_t source_count;
  const Pair* coefficients;
  std::size_t row_step;
  std::size_t step;
  std::size_t stride;
};

template <std::size_t kRows, std::size_t kRegs>
HOGVEC_INLINE void accumulate_pairs(const PairProduct& p, std::size_t i,
                                    std::size_t column) noexcept {
  float* const target = p.target + i * p.stride + column;
  const Pair* const coefficients = p.coefficients + i * p.row_step;
  Floats sums[kRows * kRegs];
  HOGVEC_UNROLL
  for (std::size_t k = 0; k < kRows * kRegs; ++k) {
    sums[k] = load(target + k / kRegs * p.stride + k % kRegs * kLanes);
  }
  for (std::size_t k = 0; k < p.source_count; ++k) {
    Words x[kRegs];
    HOGVEC_UNROLL
    for (std::size_t r = 0; r < kRegs; ++r) {
      x[r] = load_words(p.source + k * p.stride + column + r * kLanes);
    }
    HOGVEC_UNROLL
    for (std::size_t n = 0; n < kRows; ++n) {
      const Words c(coefficients[n * p.row_step + k * p.step]);
      HOGVEC_UNROLL
      for (std::size_t r = 0; r < kRegs; ++r) {
        sums[n * kRegs + r] = add_products(sums[n * kRegs + r], c, x[r]);
      }
    }
  }
  HOGVEC_UNROLL
  for (std::size_t k = 0; k < kRows * kRegs; ++k) {
    store(target + k / kRegs * p.stride + k % kRegs * kLanes, sums[k]);
  }
}

template <std::size_t kRegs>
void accumulate_pair_columns(const PairProduct& p, std::size_t column) noexcept {
  std::size_t i = 0;
  for (; i + kUpdateRows <= p.target_count; i += kUpdateRows) {
    accumulate_pairs<kUpdateRows, kRegs>(p, i, column);
  }
  for (; i < p.target_count; ++i) accumulate_pairs<1, kRegs>(p, i, column);
}

template <std::size_t... kRegs>
void accumulate_all_pairs(const PairProduct& p, std::index_sequence<kRegs...>) noexcept {
  using Columns = void (*)(const PairProduct&, std::size_t) noexcept;
  static constexpr Columns kTable[] = {accumulate_pair_columns<kRegs + 1>...};
  for_column_groups(p.stride, [&](std::size_t first, std::size_t width) {
    kTable[width - 1](p, first * kLanes);
  });
}

std::size_t bf16_hidden_size(const SoftmaxShape& shape) noexcept {
  return shape.stride / 2 * padded(shape.batch);
}

std::size_t bf16_steps_size(const SoftmaxShape& shape) noexcept {
  return (shape.batch + 1) / 2 * shape.stride;
}

std::size_t bf16_exp_scores_size(const SoftmaxShape& shape, std::size_t row_count) noexcept {
  return row_count * Bf16Layout(shape).center_pairs;
}

std::size_t bf16_scratch_size(const SoftmaxShape& shape) noexcept {
  const Bf16Layout at(shape);
  return at.rows_size() + at.row_pairs_size() + at.exp_pairs_size();
}

void bf16_pack_hidden(const SoftmaxShape& shape, const float* hidden, std::size_t count,
                      float* packed) noexcept {
  const std::size_t leading = padded(count);
  auto* const pairs = reinterpret_cast<Pair*>(packed);
  std::fill_n(pairs, shape.stride / 2 * leading, 0);
  for (std::size_t b = 0; b < count; ++b) {
    const float* const h = hidden + b * shape.stride;
    for (std::size_t d = 0; d < shape.stride / 2; ++d) {
      pairs[d * leading + b] = pair_of(h[2 * d], h[2 * d + 1]);
    }
  }
}

/// With their signs turned: products are added.
void bf16_pack_steps(const SoftmaxShape& shape, const float* hidden, const float* scales,
                     std::size_t count, float* packed) noexcept {
  auto* const pairs = reinterpret_cast<Pair*>(packed);
  for (std::size_t b = 0; b < count; b += 2) {
    const bool whole = b + 1 < count;
    const Floats scale0(-scales[b]);
    const Floats scale1(whole ? -scales[b + 1] : 0.0f);
    const float* const h = hidden + b * shape.stride;
    for (std::size_t d = 0; d < shape.stride; d += kLanes) {
      store_pairs(pairs + b / 2 * shape.stride + d, scale0 * load(h + d),
                  whole ? scale1 * load(h + shape.stride + d) : zero());
    }
  }
}

void bf16_visit(const SoftmaxVisit& visit) noexcept {
  constexpr auto kWidths = std::make_index_sequence<kUpdateRegisters>{};
  const Bf16Layout at(visit.shape);
  auto* const scratch = reinterpret_cast<Pair*>(visit.scratch);
  const Bf16Visit v{visit,
                    at,
                    reinterpret_cast<const Pair*>(visit.hidden),
                    scratch,
                    scratch + at.rows_size(),
                    scratch + at.rows_size() + at.row_pairs_size()};
  for (std::size_t row = 0; row < visit.row_count; row += at.tile) {
    const std::size_t count = std::min(at.tile, visit.row_count - row);
    float* const rows = visit.rows + row * at.stride;
    if (visit.count_before > 0) {
      const float* const before = visit.exp_scores + row * at.center_pairs;
      accumulate_all_pairs(
          {rows, count, reinterpret_cast<const Pair*>(visit.steps), (visit.count_before + 1) / 2,
           reinterpret_cast<const Pair*>(before), at.center_pairs, 1, at.stride},
          kWidths);
    }
    if (visit.count == 0) continue;
    convert_rows(v, rows, count);
    const std::size_t next = row + 2 * count <= visit.row_count ? count * at.stride : 0;
    std::size_t b = 0;
    for (; b + kScoreRegisters * kLanes <= visit.count; b += kScoreRegisters * kLanes) {
      score_pair_group<kScoreRegisters>(v, row, count, b, b == 0 ? next : 0);
    }
    for (; b < visit.count; b += kLanes) {
      score_pair_group<1>(v, row, count, b, b == 0 ? next : 0);
    }
    if (visit.sums == nullptr) continue;
    accumulate_all_pairs({visit.sums, visit.count, v.row_pairs, (count + 1) / 2, v.exp_pairs, 1,
                          at.centers, at.stride},
                         kWidths);
  }
}

constexpr SoftmaxKernels kSoftmaxBf16{
    .name = kBf16Name,
    .hidden_size = bf16_hidden_size,
    .steps_size = bf16_steps_size,
    .sums_size = batch_rows_size,
    .exp_scores_size = bf16_exp_scores_size,
    .scratch_size = bf16_scratch_size,
    .pack_hidden = bf16_pack_hidden,
    .pack_steps = bf16_pack_steps,
    .visit = bf16_visit,
    .add_sums = add_batch_row,
};

}  // namespace
}  // namespace hogvec::simd
