// dot, axpy and normalise of single rows.
#pragma once

#include <cmath>

#include "simd/batch-inl.hpp"

namespace hogvec::simd {
namespace {

float dot(const float* a, const float* b, std::size_t n) noexcept {
  // Two FMA ports of four cycles want eight chains; rows are short, so four do.
  constexpr std::size_t kChains = kRowPadding / kLanes < 4 ? 4 : kRowPadding / kLanes;
  Floats sums[kChains];
  HOGVEC_UNROLL
  for (std::size_t c = 0; c < kChains; ++c) sums[c] = zero();
  std::size_t i = 0;
  for (; i + kChains * kLanes <= n; i += kChains * kLanes) {
    HOGVEC_UNROLL
    for (std::size_t c = 0; c < kChains; ++c) {
      sums[c] = fma(load(a + i + c * kLanes), load(b + i + c * kLanes), sums[c]);
    }
  }
  for (; i < n; i += kLanes) sums[0] = fma(load(a + i), load(b + i), sums[0]);
  return sum((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

void axpy(float a, const float* x, float* y, std::size_t n) noexcept {
  const Floats factor(a);
  for (std::size_t i = 0; i < n; i += kLanes) store(y + i, fma(factor, load(x + i), load(y + i)));
}

void merge_row(float* shared, float* replica, float* merged, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; i += kLanes) {
    const Floats sum = load(shared + i) + (load(replica + i) - load(merged + i));
    store(shared + i, sum);
    store(replica + i, sum);
    store(merged + i, sum);
  }
}

float normalize(float* x, std::size_t n) noexcept {
  const float length = std::sqrt(dot(x, x, n));
  if (!(length > 0)) return length;
  const Floats inverse(1.0f / length);
  for (std::size_t i = 0; i < n; i += kLanes) store(x + i, load(x + i) * inverse);
  return length;
}

}  // namespace
}  // namespace hogvec::simd
