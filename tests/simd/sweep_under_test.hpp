// What a sweep of an exact batch works on, in guarded buffers, and numbers for tests of the
// softmax.
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

/// Vectors of B are not aligned, rows are. max_score is -infinity, weighted_rows 0, the tiles NaN.
struct Sweep {
  Sweep(std::span<const float> packed_rows, std::span<const float> packed_hidden,
        std::size_t row_count, std::size_t batch, std::size_t dim)
      : rows(padded_rows(packed_rows, row_count, dim)),
        step(padded_rows(packed_hidden, batch, dim)),
        hidden_transposed(transposed(step, batch, simd::padded(dim))),
        tiles(simd::score_tiles_size(row_count, batch)),
        max_score(batch, 1),
        weighted_rows(batch * simd::padded(dim)),
        view{.rows = rows.data(),
             .row_count = row_count,
             .stride = simd::padded(dim),
             .dim = dim,
             .batch = batch,
             .hidden_transposed = hidden_transposed.data(),
             .step = step.data(),
             .tiles = tiles.data(),
             .max_score = max_score.data(),
             .weighted_rows = weighted_rows.data()} {
    std::fill(max_score.begin(), max_score.end(), -kInfinity);
    std::fill(weighted_rows.begin(), weighted_rows.end(), 0.0F);
  }

  bool intact() const {
    return rows.intact() && step.intact() && hidden_transposed.intact() && tiles.intact() &&
           max_score.intact() && weighted_rows.intact();
  }

  Guarded<float> rows, step, hidden_transposed, tiles, max_score, weighted_rows;
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
