// Sums in the order of the reference's loops, on which the last digits and the order of near ties
// depend.
#pragma once

#include <cmath>
#include <cstddef>

namespace hogvec {

/// sums[r] = sum of a[r][i] * b[r][i], each in the order of the reference's loop: GCC, for x86-64
/// with AVX-512, adds up one by one products that it rounds first, eight at a time, but fuses the
/// last dim % 8 with their additions. Rows take turns, because every sum waits for itself.
template <std::size_t kRows>
void sums_of_products(const float* const* a, const float* const* b, std::size_t dim,
                      float* sums) noexcept {
  constexpr std::size_t kLanes = 8;
  float totals[kRows] = {};
  std::size_t i = 0;
  for (; i < dim / kLanes * kLanes; ++i) {
    for (std::size_t r = 0; r < kRows; ++r) {
      const float product = a[r][i] * b[r][i];
      totals[r] += product;
    }
  }
  for (; i < dim; ++i) {
    for (std::size_t r = 0; r < kRows; ++r) totals[r] = std::fma(a[r][i], b[r][i], totals[r]);
  }
  for (std::size_t r = 0; r < kRows; ++r) sums[r] = totals[r];
}

inline float sum_of_products(const float* a, const float* b, std::size_t dim) noexcept {
  float sum;
  sums_of_products<1>(&a, &b, dim, &sum);
  return sum;
}

}  // namespace hogvec
