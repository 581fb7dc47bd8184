// What xsimd 8.1 lacks, each in a small wrapper with a generic form.
#pragma once

#include "simd/batch-inl.hpp"

namespace hogvec::simd {
namespace {

/// out[i] = sum of the lanes of x_i, for four registers: half the work of four single sums.
HOGVEC_INLINE void store_sums(const Floats& x0, const Floats& x1, const Floats& x2,
                              const Floats& x3, float* out) noexcept {
#if defined(__AVX512F__)
  const __m512 x01 = _mm512_add_ps(_mm512_unpacklo_ps(x0, x1), _mm512_unpackhi_ps(x0, x1));
  const __m512 x23 = _mm512_add_ps(_mm512_unpacklo_ps(x2, x3), _mm512_unpackhi_ps(x2, x3));
  const __m512d lo = _mm512_unpacklo_pd(_mm512_castps_pd(x01), _mm512_castps_pd(x23));
  const __m512d hi = _mm512_unpackhi_pd(_mm512_castps_pd(x01), _mm512_castps_pd(x23));
  const __m512 all = _mm512_add_ps(_mm512_castpd_ps(lo), _mm512_castpd_ps(hi));
  const __m256 half = _mm256_add_ps(_mm512_castps512_ps256(all), _mm512_extractf32x8_ps(all, 1));
  _mm_storeu_ps(out, _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1)));
#elif defined(__AVX2__)
  const __m256 all = _mm256_hadd_ps(_mm256_hadd_ps(x0, x1), _mm256_hadd_ps(x2, x3));
  _mm_storeu_ps(out, _mm_add_ps(_mm256_castps256_ps128(all), _mm256_extractf128_ps(all, 1)));
#else
  const Floats rows[4] = {x0, x1, x2, x3};
  static_assert(kLanes == 4);
  store_any(out, xsimd::haddp(rows));
#endif
}

/// The first `count` floats at p, fewer than a register's, and zeros; reads nothing behind them.
HOGVEC_INLINE Floats load_part(const float* p, std::size_t count) noexcept {
#if defined(__AVX512F__)
  return Floats(_mm512_maskz_loadu_ps(static_cast<__mmask16>((1U << count) - 1), p));
#elif defined(__AVX2__)
  alignas(32) static constexpr std::int32_t kMask[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
  const auto* const mask = reinterpret_cast<const __m256i*>(kMask + kLanes - count);
  return Floats(_mm256_maskload_ps(p, _mm256_loadu_si256(mask)));
#else
  alignas(kRowAlignment) float lanes[kLanes] = {};
  for (std::size_t i = 0; i < count; ++i) lanes[i] = p[i];
  return load(lanes);
#endif
}

/// Bit i says whether byte lane i of the comparison is true.
HOGVEC_INLINE std::uint64_t bits_of(const xsimd::batch_bool<std::uint8_t, Arch>& lanes) noexcept {
#if defined(__AVX512BW__)
  return static_cast<std::uint64_t>(static_cast<__mmask64>(lanes.data));
#elif defined(__AVX2__)
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(lanes));
#elif defined(__SSE2__)
  return static_cast<std::uint32_t>(_mm_movemask_epi8(lanes));
#else
  bool flags[Bytes::size];
  lanes.store_unaligned(flags);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < Bytes::size; ++i) bits |= std::uint64_t{flags[i]} << i;
  return bits;
#endif
}

}  // namespace
}  // namespace hogvec::simd
