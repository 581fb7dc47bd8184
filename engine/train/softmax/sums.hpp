// log sum_j exp(u_j) of the full softmax, for hidden vectors that nothing is trained on.
#pragma once

#include <cstddef>

#include "engine/model/matrix.hpp"
#include "engine/train/scratch.hpp"
#include "engine/train/softmax/range.hpp"
#include "simd/kernels.hpp"

namespace hogvec {

/// Sums over all rows of W', for up to kBatch hidden vectors at once. One thread.
class SoftmaxSums {
 public:
  static constexpr std::size_t kBatch = 32;

  explicit SoftmaxSums(MatrixView output);

  /// Bytes that one holds, of rows of `dim` values.
  static std::size_t memory(std::size_t dim) noexcept;

  /// Where hidden vector b goes: stride floats, of which the caller fills all.
  float* hidden(std::size_t b) const noexcept { return hidden_.data() + b * output_.stride(); }

  /// log_sums[b] = log sum_j exp(v'_j . hidden(b)) for b < count, whatever the size of the scores.
  void compute(std::size_t count, double* log_sums) noexcept;

  /// Forgets the scores seen so far: what follows is a function of itself alone.
  void restart() noexcept { range_.restart(); }

 private:
  void sweep(std::size_t count) noexcept;

  MatrixView output_;
  const simd::SoftmaxKernels& softmax_;
  simd::SoftmaxShape shape_;
  Scratch<float> hidden_;      // kBatch x stride
  Scratch<float> packed_;      // the same, as the kernels want them
  Scratch<float> exp_scores_;  // of one slice of rows
  Scratch<float> scratch_;
  Scratch<float> shift_;
  Scratch<float> max_score_;
  Scratch<double> z_;
  SoftmaxRange range_;
};

}  // namespace hogvec
