// A visit of the full softmax in single precision: B hidden vectors over a range of rows of W', as
// matrix products.
#pragma once

#include <algorithm>

#include "simd/math-inl.hpp"
#include "simd/scores-inl.hpp"
#include "simd/softmax_products-inl.hpp"

namespace hogvec::simd {
namespace {

/// Stores the first `count` lanes, or all of them.
HOGVEC_INLINE void store_first(float* p, const Floats& x, std::size_t count) noexcept {
  if (count >= kLanes) {
    store_any(p, x);
    return;
  }
  alignas(kRowAlignment) float lanes[kLanes];
  store(lanes, x);
  std::copy_n(lanes, count, p);
}

/// kScoreRows (or fewer) rows against kRegs registers of hidden vectors. `next` floats from the
/// rows to those that will be wanted next.
template <std::size_t kRows, std::size_t kRegs>
HOGVEC_INLINE void score_hidden(const SoftmaxVisit& v, std::size_t row, std::size_t b,
                                std::size_t next, CenterSums<kRegs>& centers) noexcept {
  Floats sums[kRows * kRegs];
  const float* const rows = v.rows + row * v.shape.stride;
  multiply_hidden<SingleNumbers, kRows, kRegs>(rows, v.shape.stride, v.shape.dim, v.hidden + b,
                                               padded(v.count), rows + next, sums);
  HOGVEC_UNROLL
  for (std::size_t j = 0; j < kRows; ++j) {
    HOGVEC_UNROLL
    for (std::size_t r = 0; r < kRegs; ++r) {
      const Floats e = centers.take(r, sums[j * kRegs + r]);
      const std::size_t first = b + r * kLanes;
      store_first(v.exp_scores + (row + j) * v.shape.batch + first, e, v.count - first);
    }
  }
}

/// One tile of rows against kRegs registers of hidden vectors from b on.
template <std::size_t kRegs>
void score_tile_group(const SoftmaxVisit& v, std::size_t row, std::size_t end, std::size_t b,
                      std::size_t next) noexcept {
  CenterSums<kRegs> centers(v, b);
  for (; row + kScoreRows <= end; row += kScoreRows) {
    score_hidden<kScoreRows, kRegs>(v, row, b, next, centers);
  }
  for (; row + 3 <= end; row += 3) score_hidden<3, kRegs>(v, row, b, next, centers);
  for (; row < end; ++row) score_hidden<1, kRegs>(v, row, b, next, centers);
  centers.give(v, b);
}

/// Whether a lane for each hidden vector would stay mostly empty, so that scores are dot products
/// of rows.
constexpr bool is_few(std::size_t count) noexcept { return count * 4 <= kLanes; }

void score_few(const SoftmaxVisit& v, std::size_t row, std::size_t end) noexcept {
  constexpr std::size_t kRows = 8;
  const float* hidden[kLanes];
  const float* rows[kRows];
  alignas(kRowAlignment) float scores[kLanes * kRows + kRowPadding];
  for (std::size_t b = 0; b < v.count; ++b) hidden[b] = v.hidden + b * v.shape.stride;
  for (; row < end; row += kRows) {
    const std::size_t count = std::min(kRows, end - row);
    for (std::size_t j = 0; j < count; ++j) rows[j] = v.rows + (row + j) * v.shape.stride;
    score_rows(hidden, v.count, rows, count, v.shape.stride, scores);
    for (std::size_t b = 0; b < v.count; ++b) {
      alignas(kRowAlignment) float shifted[kRowPadding] = {};
      float max_score = v.max_score[b];
      for (std::size_t j = 0; j < count; ++j) {
        max_score = std::max(max_score, scores[b * count + j]);
        shifted[j] = scores[b * count + j] - v.shift[b];
      }
      exp_row(shifted, shifted, kRowPadding);
      float z = 0;
      for (std::size_t j = 0; j < count; ++j) {
        z += shifted[j];
        v.exp_scores[(row + j) * v.shape.batch + b] = shifted[j];
      }
      v.max_score[b] = max_score;
      v.z[b] += z;
    }
  }
}

/// Scores of the rows from `row` to `end`, and what is made of them.
void score_tile(const SoftmaxVisit& v, std::size_t row, std::size_t end,
                std::size_t next) noexcept {
  if (is_few(v.count)) {
    score_few(v, row, end);
    return;
  }
  for_center_groups(v.count, [&](std::size_t b, auto registers) {
    score_tile_group<registers>(v, row, end, b, next);
  });
}

// Layouts: h^T, stride x padded(count), or rows where there are few; steps and sums row-major
// batch x stride; exponentials row-major rows x batch.

std::size_t fp32_hidden_size(const SoftmaxShape& shape) noexcept {
  return shape.stride * padded(shape.batch);
}

std::size_t fp32_exp_scores_size(const SoftmaxShape& shape, std::size_t row_count) noexcept {
  return row_count * shape.batch;
}

std::size_t fp32_scratch_size(const SoftmaxShape& /*shape*/) noexcept { return 0; }

void fp32_pack_hidden(const SoftmaxShape& shape, const float* hidden, std::size_t count,
                      float* packed) noexcept {
  if (is_few(count)) {
    std::copy_n(hidden, count * shape.stride, packed);
    return;
  }
  const std::size_t leading = padded(count);
  for (std::size_t b = 0; b < count; ++b) {
    const float* const h = hidden + b * shape.stride;
    for (std::size_t d = 0; d < shape.stride; ++d) packed[d * leading + b] = h[d];
  }
}

/// With their signs turned: products are added.
void fp32_pack_steps(const SoftmaxShape& shape, const float* hidden, const float* scales,
                     std::size_t count, float* packed) noexcept {
  for (std::size_t b = 0; b < count; ++b) {
    const Floats scale(-scales[b]);
    for (std::size_t d = b * shape.stride; d < (b + 1) * shape.stride; d += kLanes) {
      store(packed + d, scale * load(hidden + d));
    }
  }
}

void fp32_add_to_exp_score(const SoftmaxShape& shape, float* exp_scores, std::size_t row,
                           std::size_t b, float value) noexcept {
  exp_scores[row * shape.batch + b] += value;
}

void fp32_visit(const SoftmaxVisit& v) noexcept {
  using Product = RowProduct<SingleNumbers>;
  const std::size_t stride = v.shape.stride;
  const std::size_t leading = v.shape.batch;
  const std::size_t tile = visit_rows(stride);
  for (std::size_t row = 0; row < v.row_count; row += tile) {
    const std::size_t count = std::min(tile, v.row_count - row);
    float* const rows = v.rows + row * stride;
    float* const exp_scores = v.exp_scores + row * leading;
    const std::size_t next = row + 2 * count <= v.row_count ? count * stride : 0;
    if (v.count_before > 0) {
      accumulate_all(Product{rows, count, v.steps, v.count_before, exp_scores, leading, 1, stride});
    }
    if (v.count == 0) continue;
    score_tile(v, row, row + count, next);
    if (v.sums == nullptr) continue;
    accumulate_all(Product{v.sums, v.count, rows, count, exp_scores, 1, leading, stride});
  }
}

constexpr SoftmaxKernels kSoftmaxFp32{
    .name = "fp32",
    .hidden_size = fp32_hidden_size,
    .steps_size = batch_rows_size,
    .sums_size = batch_rows_size,
    .exp_scores_size = fp32_exp_scores_size,
    .scratch_size = fp32_scratch_size,
    .pack_hidden = fp32_pack_hidden,
    .pack_steps = fp32_pack_steps,
    .visit = fp32_visit,
    .add_to_exp_score = fp32_add_to_exp_score,
    .add_sums = add_batch_row,
};

}  // namespace
}  // namespace hogvec::simd
