// The kernels of the full softmax: a batch of hidden vectors meets every row of W' once. Each set
// of them has one number format for the operands of its products, and layouts that only it knows.
#pragma once

#include <cstddef>
#include <string_view>

namespace hogvec::simd {

/// What is the same for all batches of a run.
struct SoftmaxShape {
  std::size_t stride;  // floats in a row
  std::size_t dim;     // D: values in a row, the rest is padding
  std::size_t batch;   // the most centers
};

/// One visit of a range of rows of W', which come through the caches once. First the update that
/// the batch before has left, then Rong eqs. (25), (26), (31)-(36) of this one:
///
///     v'_j -= sum_b exp_scores(j, b) step_b
///
///     exp_scores(j, b) = exp(v'_j . h_b - shift_b),  z_b += sum_j of it
///
///     max_score_b = max(max_score_b, max_j v'_j . h_b)
///
///     sums_b += sum_j exp_scores(j, b) v'_j
///
/// With step_b = eta C_b / Z_b h_b and errors in place of predictions, see add_to_exp_score(), the
/// first line is eq. (33), and C_b / Z_b sums_b is the dense part of EH, eq. (36): no score is ever
/// divided.
struct SoftmaxVisit {
  SoftmaxShape shape;
  float* rows;  // first row of the range
  std::size_t row_count;
  std::size_t count_before;  // centers of the batch before; 0: nothing is left of it
  const float* steps;        // of them, as pack_steps() makes them
  std::size_t count;         // centers of this batch; 0: there is none
  const float* hidden;       // h, as pack_hidden() makes them
  const float* shift;        // count: subtracted from every score
  float* exp_scores;         // those of the batch before, and then of this one
  double* z;                 // count
  float* max_score;          // count
  float* sums;               // see add_sums(); nullptr: not wanted
  float* scratch;            // scratch_size(), of any visit
};

/// One set of kernels. Rows and all that has a size here are 64-byte aligned; sizes are in
/// floats.
struct SoftmaxKernels {
  std::string_view name;  // "fp32", "avx512bf16", ...

  /// Of the layouts of a run, and of the exponentials of a range of so many rows.
  std::size_t (*hidden_size)(const SoftmaxShape& shape) noexcept;
  std::size_t (*steps_size)(const SoftmaxShape& shape) noexcept;
  std::size_t (*sums_size)(const SoftmaxShape& shape) noexcept;
  std::size_t (*exp_scores_size)(const SoftmaxShape& shape, std::size_t row_count) noexcept;
  std::size_t (*scratch_size)(const SoftmaxShape& shape) noexcept;

  /// From rows h_b, row-major count x stride.
  void (*pack_hidden)(const SoftmaxShape& shape, const float* hidden, std::size_t count,
                      float* packed) noexcept;
  /// step_b = scale_b h_b.
  void (*pack_steps)(const SoftmaxShape& shape, const float* hidden, const float* scales,
                     std::size_t count, float* packed) noexcept;
  void (*visit)(const SoftmaxVisit& visit) noexcept;
  /// exp_scores(row, b) += value, of a range, between the visit that made them and the one that
  /// takes the update. With value = -n_bj Z_b / C_b of each wanted word it is the error EI_bj in
  /// units of C_b / Z_b. A row then takes a step whole: others who read and write it meanwhile
  /// never see its two parts, each far larger than their sum, apart.
  void (*add_to_exp_score)(const SoftmaxShape& shape, float* exp_scores, std::size_t row,
                           std::size_t b, float value) noexcept;
  /// row += scale sums_b. (Sums of several ranges add up elementwise.)
  void (*add_sums)(const SoftmaxShape& shape, const float* sums, std::size_t b, float scale,
                   float* row) noexcept;
};

}  // namespace hogvec::simd
