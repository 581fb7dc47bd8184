#include "engine/train/softmax/kept.hpp"

#include <algorithm>

namespace hogvec {
namespace {

// Hidden vectors and rows of W' that are multiplied at once.
constexpr std::size_t kGroup = 32;
constexpr std::size_t kRows = 8;

}  // namespace

void keep_scores(const simd::KernelTable& kernels, const simd::SoftmaxSweep& s) noexcept {
  alignas(simd::kRowAlignment) float scores[kRows * kGroup + simd::kRowPadding];
  const float* rows[kRows];
  const float* hidden[kGroup];
  for (std::size_t first = 0; first < s.batch; first += kGroup) {
    const std::size_t width = std::min(kGroup, s.batch - first);
    for (std::size_t i = 0; i < width; ++i) hidden[i] = s.hidden + (first + i) * s.stride;
    for (std::size_t row = 0; row < s.row_count; row += kRows) {
      const std::size_t count = std::min(kRows, s.row_count - row);
      for (std::size_t j = 0; j < count; ++j) rows[j] = s.rows + (row + j) * s.stride;
      kernels.score_rows(rows, count, hidden, width, s.stride, scores);
      for (std::size_t j = 0; j < count; ++j) {
        const float* const of_row = scores + j * width;
        std::copy_n(of_row, width, s.exp_scores + (row + j) * s.batch + first);
        for (std::size_t i = 0; i < width; ++i) {
          s.max_score[first + i] = std::max(s.max_score[first + i], of_row[i]);
        }
      }
    }
  }
}

void exp_kept_scores(const simd::KernelTable& kernels, const simd::SoftmaxSweep& s) noexcept {
  alignas(simd::kRowAlignment) float shifted[kGroup] = {};
  for (std::size_t row = 0; row < s.row_count; ++row) {
    for (std::size_t first = 0; first < s.batch; first += kGroup) {
      const std::size_t width = std::min(kGroup, s.batch - first);
      float* const scores = s.exp_scores + row * s.batch + first;
      for (std::size_t i = 0; i < width; ++i) shifted[i] = scores[i] - s.shift[first + i];
      kernels.exp(shifted, shifted, kGroup);
      for (std::size_t i = 0; i < width; ++i) s.z[first + i] += double{shifted[i]};
      std::copy_n(shifted, width, scores);
    }
  }
}

}  // namespace hogvec
