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
#include "simd/softmax_products-inl.hpp"

namespace hogvec::simd {
namespace {

struct NumberPairs {
  using Element = Pair;
  using Register = Words;
  using Sum = Floats;
  static constexpr std::size_t kNumbers = 2;
  HOGVEC_INLINE static Register load(const Element* p) noexcept { return load_words(p); }
  HOGVEC_INLINE static Floats add(const Floats& sum, const Register& a,
                                  const Register& b) noexcept {
    return add_products(sum, a, b);
  }
};

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
                               const float* next, CenterSums<kRegs>& centers) noexcept {
  constexpr std::size_t kWidth = kRegs * kLanes;
  Floats sums[kRows * kRegs];
  multiply_hidden<NumberPairs, kRows, kRegs>(v.rows + j * v.at.row, v.at.row,
                                             (v.v.shape.dim + 1) / 2, v.hidden + b,
                                             padded(v.v.count), next, sums);
  HOGVEC_UNROLL
  for (std::size_t i = 0; i < kRows; ++i) {
    alignas(kRowAlignment) float of_row[kWidth];
    HOGVEC_UNROLL
    for (std::size_t r = 0; r < kRegs; ++r) {
      sums[i * kRegs + r] = centers.take(r, sums[i * kRegs + r]);
    }
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
  CenterSums<kRegs> centers(v.v, b);
  const auto rows = [&](std::size_t j) { return v.v.rows + (row + j) * v.at.stride + next; };
  const auto exps = [&](std::size_t j) { return v.v.exp_scores + (row + j) * v.at.center_pairs; };
  std::size_t j = 0;
  for (; j + kScoreRows <= count; j += kScoreRows) {
    score_pairs<kScoreRows, kRegs>(v, j, b, exps(j), rows(j), centers);
  }
  for (; j + 2 <= count; j += 2) score_pairs<2, kRegs>(v, j, b, exps(j), rows(j), centers);
  if (j < count) score_pairs<1, kRegs>(v, j, b, exps(j), rows(j), centers);
  centers.give(v.v, b);
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

void bf16_add_to_exp_score(const SoftmaxShape& shape, float* exp_scores, std::size_t row,
                           std::size_t b, float value) noexcept {
  add_to_bf16(reinterpret_cast<Pair*>(exp_scores) + row * Bf16Layout(shape).center_pairs, b, value);
}

void bf16_visit(const SoftmaxVisit& visit) noexcept {
  using Product = RowProduct<NumberPairs>;
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
    const auto* const exp_scores =
        reinterpret_cast<const Pair*>(visit.exp_scores) + row * at.center_pairs;
    if (visit.count_before > 0) {
      accumulate_all(Product{rows, count, reinterpret_cast<const Pair*>(visit.steps),
                             (visit.count_before + 1) / 2, exp_scores, at.center_pairs, 1,
                             at.stride});
    }
    if (visit.count == 0) continue;
    convert_rows(v, rows, count);
    const std::size_t next = row + 2 * count <= visit.row_count ? count * at.stride : 0;
    for_center_groups(visit.count, [&](std::size_t b, auto registers) {
      score_pair_group<registers>(v, row, count, b, b == 0 ? next : 0);
    });
    if (visit.sums == nullptr) continue;
    accumulate_all(Product{visit.sums, visit.count, v.row_pairs, (count + 1) / 2, v.exp_pairs, 1,
                           at.centers, at.stride});
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
    .add_to_exp_score = bf16_add_to_exp_score,
    .add_sums = add_batch_row,
};

}  // namespace
}  // namespace hogvec::simd
