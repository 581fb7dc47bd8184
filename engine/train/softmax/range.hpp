// The range in which a softmax's sums of exp are kept, and the shift of the scores that does it.
#pragma once

#include <algorithm>
#include <cstddef>

namespace hogvec {

/// How the sums of exp of a batch are kept in range, where each batch is about like the one before.
class SoftmaxRange {
 public:
  /// Forgets the batches before: what follows is a function of itself alone.
  void restart() noexcept { expected_max_ = 0; }

  /// Whether every Z is in range. Shifts by the true maxima leave 1 <= Z <= V, unless somebody else
  /// writes W' meanwhile.
  static bool in_range(const double* z, std::size_t count) noexcept {
    constexpr double kLeastZ = 1e-20;
    constexpr double kMostZ = 1e20;
    return std::all_of(z, z + count, [](double x) { return x >= kLeastZ && x <= kMostZ; });
  }

  /// Fills `shift` and calls sum(), which sums exp(score - shift) to z and takes max_score; where a
  /// z is then out of range, once more with the true maxima.
  template <class Sum>
  void sum_in_range(std::size_t batch, float* shift, const double* z, const float* max_score,
                    const Sum& sum) {
    std::fill_n(shift, batch, softmax_shift(expected_max_));
    sum();
    if (!in_range(z, batch)) {
      std::copy_n(max_score, batch, shift);
      sum();
    }
    expected_max_ = *std::max_element(max_score, max_score + batch);
  }

 private:
  /// Subtracted from the scores of a batch where `expected_max`, the largest of the batch before,
  /// is about that of this one. A float holds exp(x) for |x| up to 87: the sums then stay well
  /// inside on both sides, also when they are multiplied by rows or by 1 / Z.
  static constexpr float softmax_shift(float expected_max) noexcept {
    constexpr float kHeadroom = 40;
    return expected_max > kHeadroom ? expected_max - kHeadroom : 0.0f;
  }

  float expected_max_ = 0;  // largest score of the batch before
};

}  // namespace hogvec
