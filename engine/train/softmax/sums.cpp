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
      kernels_(active_kernels()),
      hidden_(kBatch * output.stride()),
      hidden_transposed_(kBatch * output.stride()),
      exp_scores_(kBatch * kSliceRows),
      shift_(kBatch),
      max_score_(kBatch),
      z_(kBatch) {}

std::size_t SoftmaxSums::memory(std::size_t dim) noexcept {
  return kBatch * (2 * simd::padded(dim) + kSliceRows) * sizeof(float);
}

void SoftmaxSums::compute(std::size_t count, double* log_sums) noexcept {
  const std::size_t stride = output_.stride();
  const std::size_t leading = simd::padded(count);
  for (std::size_t b = 0; b < count; ++b) {
    for (std::size_t d = 0; d < stride; ++d) hidden_transposed_[d * leading + b] = hidden(b)[d];
  }
  range_.sum_in_range(
      count, shift_.data(), z_.data(), max_score_.data(), [&] { sweep(count); },
      [&] {
        // Nobody writes W' meanwhile: the maxima of the first time bound the second.
        std::copy_n(max_score_.data(), count, shift_.data());
        sweep(count);
      });
  for (std::size_t b = 0; b < count; ++b) log_sums[b] = double{shift_[b]} + std::log(z_[b]);
}

void SoftmaxSums::sweep(std::size_t count) noexcept {
  std::fill_n(z_.data(), count, 0.0);
  std::fill_n(max_score_.data(), count, -std::numeric_limits<float>::infinity());
  for (std::size_t row = 0; row < output_.rows(); row += kSliceRows) {
    kernels_.softmax_scores({
        .rows = output_.row(row),
        .row_count = std::min(kSliceRows, output_.rows() - row),
        .stride = output_.stride(),
        .dim = output_.dim(),
        .batch = count,
        .hidden = hidden_.data(),
        .hidden_transposed = hidden_transposed_.data(),
        .shift = shift_.data(),
        .step = nullptr,
        .exp_scores = exp_scores_.data(),
        .z = z_.data(),
        .max_score = max_score_.data(),
        .weighted_rows = nullptr,
    });
  }
}

}  // namespace hogvec
