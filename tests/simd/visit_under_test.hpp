// What a visit of the full softmax works on, in guarded buffers: shared by the tests of the kernels
// alone and of the whole step.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "simd/kernels.hpp"
#include "tests/simd/kernels_under_test.hpp"
#include "tests/simd/sweep_under_test.hpp"

namespace hogvec::testing {

/// Rows and batches of up to `most` centers that meet them, one after the other. shift and z are 0,
/// max_score -infinity, sums 0, exponentials NaN, what is packed NaN.
struct Visit {
  Visit(const simd::SoftmaxKernels& softmax, std::span<const float> packed_rows,
        std::size_t row_count, std::size_t most, std::size_t dim)
      : kernels(softmax),
        shape{simd::padded(dim), dim, most},
        rows(padded_rows(packed_rows, row_count, dim)),
        hidden(softmax.hidden_size(shape)),
        steps(softmax.steps_size(shape)),
        shift(most, 1),
        exp_scores(softmax.exp_scores_size(shape, row_count)),
        z(most, 1),
        max_score(most, 1),
        sums(softmax.sums_size(shape)),
        scratch(softmax.scratch_size(shape)),
        view{.shape = shape,
             .rows = rows.data(),
             .row_count = row_count,
             .count_before = 0,
             .steps = steps.data(),
             .count = 0,
             .hidden = hidden.data(),
             .shift = shift.data(),
             .exp_scores = exp_scores.data(),
             .z = z.data(),
             .max_score = max_score.data(),
             .sums = sums.data(),
             .scratch = scratch.data()} {
    std::fill(shift.begin(), shift.end(), 0.0F);
    restart();
  }

  /// What a visit adds to begins anew.
  void restart() {
    std::fill(z.begin(), z.end(), 0.0);
    std::fill(max_score.begin(), max_score.end(), -kInfinity);
    std::fill(sums.begin(), sums.end(), 0.0F);
  }

  void take_hidden(std::span<const float> packed, std::size_t count) {
    kernels.pack_hidden(shape, padded_rows(packed, count, shape.dim).data(), count, hidden.data());
    view.count = count;
  }

  void take_steps(std::span<const float> packed, std::span<const float> scales) {
    kernels.pack_steps(shape, padded_rows(packed, scales.size(), shape.dim).data(), scales.data(),
                       scales.size(), steps.data());
    view.count_before = scales.size();
  }

  void run() { kernels.visit(view); }

  /// sum_j exp_scores(j, b) v'_j of the batch that was visited last.
  std::vector<float> weighted_rows(std::size_t b) const {
    Guarded<float> row(shape.stride);
    std::fill(row.begin(), row.end(), 0.0F);
    kernels.add_sums(shape, sums.data(), b, 1, row.data());
    CHECK(row.intact());
    return packed_rows(row, shape.dim);
  }

  /// Row-major row_count x count: rows of zeros take steps that are unit vectors.
  std::vector<float> read_exp_scores(std::size_t count) {
    std::vector<float> values(view.row_count * count);
    for (std::size_t first = 0; first < count; first += shape.dim) {
      const std::size_t width = std::min(shape.dim, count - first);
      std::vector<float> units(count * shape.dim);
      for (std::size_t i = 0; i < width; ++i) units[(first + i) * shape.dim + i] = 1;
      const std::vector<float> zeros(view.row_count * shape.dim);
      Guarded<float> empty = padded_rows(zeros, view.row_count, shape.dim);
      const simd::SoftmaxVisit before = view;
      take_steps(units, std::vector<float>(count, 1.0F));
      view.rows = empty.data();
      view.count = 0;
      run();
      for (std::size_t j = 0; j < view.row_count; ++j) {
        for (std::size_t i = 0; i < width; ++i) {
          values[j * count + first + i] = -empty[j * shape.stride + i];
        }
      }
      view = before;
    }
    return values;
  }

  bool intact() const {
    return rows.intact() && hidden.intact() && steps.intact() && shift.intact() &&
           exp_scores.intact() && z.intact() && max_score.intact() && sums.intact() &&
           scratch.intact();
  }

  const simd::SoftmaxKernels& kernels;
  simd::SoftmaxShape shape;
  Guarded<float> rows, hidden, steps, shift, exp_scores;
  Guarded<double> z;
  Guarded<float> max_score, sums, scratch;
  simd::SoftmaxVisit view;
};

}  // namespace hogvec::testing
