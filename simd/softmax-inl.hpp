// A visit of the full softmax in single precision: B hidden vectors over a range of rows of W', as
// matrix products.
#pragma once

#include <algorithm>

#include "simd/math-inl.hpp"
#include "simd/scores-inl.hpp"
#include "simd/softmax_tiles-inl.hpp"

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

/// sums[j * kRegs + r] = the scores of row j and the hidden vectors of register r, one a lane.
/// Fetches as many rows from `next` on, as far as one line for each d reaches.
template <std::size_t kRows, std::size_t kRegs>
HOGVEC_INLINE void multiply_hidden(const float* rows, std::size_t stride, std::size_t dim,
                                   const float* hidden, std::size_t leading, const float* next,
                                   Floats* sums) noexcept {
  HOGVEC_UNROLL
  for (std::size_t i = 0; i < kRows * kRegs; ++i) sums[i] = zero();
  for (std::size_t d = 0; d < dim; ++d) {
    // Every row is a stream of its own, too short for the processor to see it coming.
    if constexpr (kRows == kScoreRows) __builtin_prefetch(next + d * kLineFloats);
    Floats h[kRegs];
    HOGVEC_UNROLL
    for (std::size_t r = 0; r < kRegs; ++r) h[r] = load(hidden + d * leading + r * kLanes);
    HOGVEC_UNROLL
    for (std::size_t j = 0; j < kRows; ++j) {
      const Floats w(rows[j * stride + d]);
      HOGVEC_UNROLL
      for (std::size_t r = 0; r < kRegs; ++r) {
        sums[j * kRegs + r] = fma(w, h[r], sums[j * kRegs + r]);
      }
    }
  }
}

/// kScoreRows (or fewer) rows against up to kRegs registers of hidden vectors.
template <std::size_t kRows, std::size_t kRegs>
HOGVEC_INLINE void score_hidden(const SoftmaxVisit& v, std::size_t row, std::size_t b,
                                std::size_t next, const Floats* shift, Floats* z,
                                Floats* max_score) noexcept {
  Floats sums[kRows * kRegs];
  const float* const rows = v.rows + row * v.shape.stride;
  multiply_hidden<kRows, kRegs>(rows, v.shape.stride, v.shape.dim, v.hidden + b, padded(v.count),
                                rows + next, sums);
  HOGVEC_UNROLL
  for (std::size_t j = 0; j < kRows; ++j) {
    HOGVEC_UNROLL
    for (std::size_t r = 0; r < kRegs; ++r) {
      const Floats score = sums[j * kRegs + r];
      max_score[r] = xsimd::max(max_score[r], score);
      const Floats e = exp_of(score - shift[r]);
      z[r] += e;
      const std::size_t first = b + r * kLanes;
      store_first(v.exp_scores + (row + j) * v.shape.batch + first, e, v.count - first);
    }
  }
}

/// One tile of rows against kRegs registers of hidden vectors from b on. `next` floats from its
/// rows to those that will be wanted next.
template <std::size_t kRegs>
void score_tile_group(const SoftmaxVisit& v, std::size_t row, std::size_t end, std::size_t b,
                      std::size_t next) noexcept {
  alignas(kRowAlignment) float lanes[kRegs * kLanes] = {};
  const std::size_t width = std::min(kRegs * kLanes, v.count - b);
  Floats shift[kRegs];
  Floats z[kRegs];
  Floats max_score[kRegs];
  std::copy_n(v.shift + b, width, lanes);
  HOGVEC_UNROLL
  for (std::size_t r = 0; r < kRegs; ++r) {
    shift[r] = load(lanes + r * kLanes);
    z[r] = zero();
    max_score[r] = Floats(-__builtin_inff());
  }
  for (; row + kScoreRows <= end; row += kScoreRows) {
    score_hidden<kScoreRows, kRegs>(v, row, b, next, shift, z, max_score);
  }
  for (; row + 3 <= end; row += 3) score_hidden<3, kRegs>(v, row, b, next, shift, z, max_score);
  for (; row < end; ++row) score_hidden<1, kRegs>(v, row, b, next, shift, z, max_score);
  HOGVEC_UNROLL
  for (std::size_t r = 0; r < kRegs; ++r) store(lanes + r * kLanes, z[r]);
  for (std::size_t i = 0; i < width; ++i) v.z[b + i] += lanes[i];
  HOGVEC_UNROLL
  for (std::size_t r = 0; r < kRegs; ++r) store(lanes + r * kLanes, max_score[r]);
  for (std::size_t i = 0; i < width; ++i)
    v.max_score[b + i] = std::max(v.max_score[b + i], lanes[i]);
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
  std::size_t b = 0;
  for (; b + kScoreRegisters * kLanes <= v.count; b += kScoreRegisters * kLanes) {
    score_tile_group<kScoreRegisters>(v, row, end, b, next);
  }
  for (; b < v.count; b += kLanes) score_tile_group<1>(v, row, end, b, next);
}

/// target(i) += sum_k coefficient(i, k) source(k), rows of kRegs registers each; subtracts where
/// kSubtract. Coefficient (i, k) lies at coefficients[i * row_step + k * step]. Fetches `lines`
/// lines of each of as many rows from `next` on.
template <std::size_t kRows, std::size_t kRegs, bool kSubtract>
HOGVEC_INLINE void accumulate(float* target, const float* source, std::size_t stride,
                              std::size_t source_count, const float* coefficients,
                              std::size_t row_step, std::size_t step, const float* next,
                              std::size_t lines) noexcept {
  Floats sums[kRows * kRegs];
  HOGVEC_UNROLL
  for (std::size_t i = 0; i < kRows; ++i) {
    HOGVEC_UNROLL
    for (std::size_t r = 0; r < kRegs; ++r) {
      sums[i * kRegs + r] = load(target + i * stride + r * kLanes);
    }
  }
  for (std::size_t k = 0; k < source_count; ++k) {
    for (std::size_t line = 0; line < lines; ++line) {
      // Into the second level: the first one is full with this tile.
      __builtin_prefetch(next + k * stride + line * kLineFloats, 0, 2);
    }
    Floats x[kRegs];
    HOGVEC_UNROLL
    for (std::size_t r = 0; r < kRegs; ++r) x[r] = load(source + k * stride + r * kLanes);
    HOGVEC_UNROLL
    for (std::size_t i = 0; i < kRows; ++i) {
      const Floats c(coefficients[i * row_step + k * step]);
      HOGVEC_UNROLL
      for (std::size_t r = 0; r < kRegs; ++r) {
        Floats& total = sums[i * kRegs + r];
        total = kSubtract ? fnma(c, x[r], total) : fma(c, x[r], total);
      }
    }
  }
  HOGVEC_UNROLL
  for (std::size_t i = 0; i < kRows; ++i) {
    HOGVEC_UNROLL
    for (std::size_t r = 0; r < kRegs; ++r) {
      store(target + i * stride + r * kLanes, sums[i * kRegs + r]);
    }
  }
}

/// The operands of a product of a small matrix with rows, as accumulate() takes them.
struct RowProduct {
  float* target;
  std::size_t target_count;
  const float* source;
  std::size_t source_count;
  const float* coefficients;
  std::size_t row_step;
  std::size_t step;
  std::size_t stride;
  std::size_t next;  // floats from the source rows to those that will be wanted next, or 0
};

template <std::size_t kRegs, bool kSubtract>
void accumulate_columns(const RowProduct& p, std::size_t column) noexcept {
  // Each group of targets fetches its share of the lines.
  const std::size_t all_lines = p.next == 0 ? 0 : kRegs * kLanes / kLineFloats;
  const auto line = [&](std::size_t i) { return all_lines * i / p.target_count; };
  const float* const next = p.source + p.next + column;
  std::size_t i = 0;
  for (; i + kUpdateRows <= p.target_count; i += kUpdateRows) {
    accumulate<kUpdateRows, kRegs, kSubtract>(
        p.target + i * p.stride + column, p.source + column, p.stride, p.source_count,
        p.coefficients + i * p.row_step, p.row_step, p.step, next + line(i) * kLineFloats,
        line(i + kUpdateRows) - line(i));
  }
  for (; i < p.target_count; ++i) {
    accumulate<1, kRegs, kSubtract>(p.target + i * p.stride + column, p.source + column, p.stride,
                                    p.source_count, p.coefficients + i * p.row_step, p.row_step,
                                    p.step, next + line(i) * kLineFloats, line(i + 1) - line(i));
  }
}

template <bool kSubtract, std::size_t... kRegs>
void accumulate_all(const RowProduct& p, std::index_sequence<kRegs...>) noexcept {
  using Columns = void (*)(const RowProduct&, std::size_t) noexcept;
  static constexpr Columns kTable[] = {accumulate_columns<kRegs + 1, kSubtract>...};
  for_column_groups(p.stride, [&](std::size_t first, std::size_t width) {
    kTable[width - 1](p, first * kLanes);
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

void fp32_pack_steps(const SoftmaxShape& shape, const float* hidden, const float* scales,
                     std::size_t count, float* packed) noexcept {
  for (std::size_t b = 0; b < count; ++b) {
    const Floats scale(scales[b]);
    for (std::size_t d = b * shape.stride; d < (b + 1) * shape.stride; d += kLanes) {
      store(packed + d, scale * load(hidden + d));
    }
  }
}

void fp32_visit(const SoftmaxVisit& v) noexcept {
  constexpr auto kWidths = std::make_index_sequence<kUpdateRegisters>{};
  const std::size_t stride = v.shape.stride;
  const std::size_t leading = v.shape.batch;
  const std::size_t tile = visit_rows(stride);
  for (std::size_t row = 0; row < v.row_count; row += tile) {
    const std::size_t count = std::min(tile, v.row_count - row);
    float* const rows = v.rows + row * stride;
    float* const exp_scores = v.exp_scores + row * leading;
    const std::size_t next = row + 2 * count <= v.row_count ? count * stride : 0;
    if (v.count_before > 0) {
      accumulate_all<true>(
          {rows, count, v.steps, v.count_before, exp_scores, leading, 1, stride, 0}, kWidths);
    }
    if (v.count == 0) continue;
    score_tile(v, row, row + count, next);
    if (v.sums == nullptr) continue;
    accumulate_all<false>({v.sums, v.count, rows, count, exp_scores, 1, leading, stride, 0},
                          kWidths);
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
    .add_sums = add_batch_row,
};

}  // namespace
}  // namespace hogvec::simd
