#include "engine/train/softmax/sums.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/kernels.hpp"

namespace hogvec {
namespace {

// The exponentials are wanted for their sum alone: those of a slice stay in the second-level cache.
constexpr std::size_t kSliceRows = 1024;

}  // namespace

SoftmaxSums::SoftmaxSums(MatrixView output)
    : output_(output),
      softmax_(active_kernels().softmax),
      shape_{output.stride(), output.dim(), kBatch},
      hidden_(kBatch * output.stride()),
      packed_(softmax_.hidden_size(shape_)),
      exp_scores_(softmax_.exp_scores_size(shape_, kSliceRows)),
      scratch_(softmax_.scratch_size(shape_)),
      shift_(kBatch),
      max_score_(kBatch),
      z_(kBatch) {}

std::size_t SoftmaxSums::memory(std::size_t dim) noexcept {
  const simd::SoftmaxKernels& softmax = active_kernels().softmax;
  const simd::SoftmaxShape shape{row_stride(dim), dim, kBatch};
  return (kBatch * shape.stride + softmax.hidden_size(shape) +
          softmax.exp_scores_size(shape, kSliceRows) + softmax.scratch_size(shape)) *
         sizeof(float);
}

void SoftmaxSums::compute(std::size_t count, double* log_sums) noexcept {
  softmax_.pack_hidden(shape_, hidden_.data(), count, packed_.data());
  range_.sum_in_range(count, shift_.data(), z_.data(), max_score_.data(), [&] { sweep(count); });
  for (std::size_t b = 0; b < count; ++b) log_sums[b] = double{shift_[b]} + std::log(z_[b]);
}

void SoftmaxSums::sweep(std::size_t count) noexcept {
  std::fill_n(z_.data(), count, 0.0);
  std::fill_n(max_score_.data(), count, -std::numeric_limits<float>::infinity());
  for (std::size_t row = 0; row < output_.rows(); row += kSliceRows) {
    softmax_.visit({.shape = shape_,
                    .rows = output_.row(row),
                    .row_count = std::min(kSliceRows, output_.rows() - row),
                    .count_before = 0,
                    .steps = nullptr,
                    .count = count,
                    .hidden = packed_.data(),
                    .shift = shift_.data(),
                    .exp_scores = exp_scores_.data(),
                    .z = z_.data(),
                    .max_score = max_score_.data(),
                    .sums = nullptr,
                    .scratch = scratch_.data()});
  }
}

}  // namespace hogvec
