// What a softmax sweep works on, in guarded buffers: shared by the tests of the two kernels alone
// and of the whole step.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "simd/kernels.hpp"
#include "tests/simd/kernels_under_test.hpp"

namespace hogvec::testing {

inline constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Element (d, b) at d * padded(B) + b.
inline Guarded<float> transposed(const Guarded<float>& rows, std::size_t batch,
                                 std::size_t stride) {
  Guarded<float> result(stride * simd::padded(batch));
  std::fill(result.begin(), result.end(), 0.0F);
  for (std::size_t b = 0; b < batch; ++b) {
    for (std::size_t d = 0; d < stride; ++d) {
      result[d * simd::padded(batch) + b] = rows[b * stride + d];
    }
  }
  return result;
}

inline Guarded<float> copy(const Guarded<float>& values, std::size_t offset = 0) {
  return Guarded<float>(std::span(values.data(), values.size()), offset);
}

/// Vectors of B and the scores are not aligned, rows are. z is 0, max_score -infinity, exp_scores
/// NaN, step as hidden.
struct Sweep {
  Sweep(std::span<const float> packed_rows, std::span<const float> packed_hidden,
        std::size_t row_count, std::size_t batch, std::size_t dim)
      : rows(padded_rows(packed_rows, row_count, dim)),
        hidden(padded_rows(packed_hidden, batch, dim)),
        hidden_transposed(transposed(hidden, batch, simd::padded(dim))),
        shift(batch, 1),
        step(copy(hidden)),
        exp_scores(row_count * batch, 3),
        z(batch, 1),
        max_score(batch, 1),
        weighted_rows(copy(hidden)),
        view{.rows = rows.data(),
             .row_count = row_count,
             .stride = simd::padded(dim),
             .dim = dim,
             .batch = batch,
             .hidden = hidden.data(),
             .hidden_transposed = hidden_transposed.data(),
             .shift = shift.data(),
             .step = step.data(),
             .exp_scores = exp_scores.data(),
             .z = z.data(),
             .max_score = max_score.data(),
             .weighted_rows = weighted_rows.data()} {
    std::fill(shift.begin(), shift.end(), 0.0F);
    std::fill(z.begin(), z.end(), 0.0);
    std::fill(max_score.begin(), max_score.end(), -kInfinity);
    std::fill(weighted_rows.begin(), weighted_rows.end(), 0.0F);
  }

  bool intact() const {
    return rows.intact() && hidden.intact() && hidden_transposed.intact() && shift.intact() &&
           step.intact() && exp_scores.intact() && z.intact() && max_score.intact() &&
           weighted_rows.intact();
  }

  Guarded<float> rows, hidden, hidden_transposed, shift, step, exp_scores;
  Guarded<double> z;
  Guarded<float> max_score, weighted_rows;
  simd::SoftmaxSweep view;
};

inline std::vector<float> random_values(std::size_t n, double size, Random& random) {
  std::vector<float> values(n);
  for (float& x : values) x = random.signed_value(size);
  return values;
}

/// Scores of about 1.5 at every D.
inline double element_size(std::size_t dim) {
  return 1.9 / std::pow(static_cast<double>(dim), 0.25);
}

}  // namespace hogvec::testing
