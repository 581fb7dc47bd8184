// The range in which a softmax's sums of exp are kept, and the shift of the scores that does it.
#pragma once

#include <algorithm>
#include <cstddef>

namespace hogvec {

/// Subtracted from the scores of a batch where `expected_max`, the largest of the batch before, is
/// about that of this one. A float holds exp(x) for |x| up to 87: the sums then stay well inside on
/// both sides, also when they are multiplied by rows or by 1 / Z.
constexpr float softmax_shift(float expected_max) noexcept {
  constexpr float kHeadroom = 40;
  return expected_max > kHeadroom ? expected_max - kHeadroom : 0.0f;
}

/// Whether every Z came out in range. Else the scores are taken once more, and shifted by their
/// true maxima, which leave 1 <= Z <= V.
inline bool softmax_in_range(const double* z, std::size_t count) noexcept {
  constexpr double kLeastZ = 1e-20;
  constexpr double kMostZ = 1e20;
  return std::all_of(z, z + count, [](double x) { return x >= kLeastZ && x <= kMostZ; });
}

}  // namespace hogvec
