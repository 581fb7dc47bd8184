// Numbers in bf16, the upper halves of floats, and what is done with registers of their pairs: by
// the processor where it can, else with single products and the same results, but for denormals,
// which are zeros to the processor.
#pragma once

#include <cstring>

#include "simd/batch-inl.hpp"

namespace hogvec::simd {
namespace {

#if defined(__AVX512BF16__)
constexpr std::string_view kBf16Name = "avx512bf16";
#else
constexpr std::string_view kBf16Name = "bf16 by conversion";
#endif

using Pair = std::uint32_t;  // the first number in the lower half

HOGVEC_INLINE Words load_words(const Pair* p) noexcept { return Words::load_aligned(p); }

/// To nearest even; NaN stays NaN.
inline std::uint32_t bf16_of(float x) noexcept {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  if (x != x) return bits >> 16 | 0x40;
  return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

inline Pair pair_of(float first, float second) noexcept {
  return bf16_of(first) | bf16_of(second) << 16;
}

inline float float_of_bf16(std::uint32_t x) noexcept {
  const std::uint32_t bits = x << 16;
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

/// Number i of a row of pairs += value.
inline void add_to_bf16(Pair* row, std::size_t i, float value) noexcept {
  Pair& pair = row[i / 2];
  const std::uint32_t shift = i % 2 * 16;
  const std::uint32_t sum = bf16_of(float_of_bf16(pair >> shift & 0xffff) + value);
  pair = (pair & ~(Pair{0xffff} << shift)) | sum << shift;
}

#if !defined(__AVX512BF16__)
/// Each lane rounded, as bits of a float whose lower half is zero.
HOGVEC_INLINE Words rounded(const Floats& x) noexcept {
  const Words bits = xsimd::bitwise_cast<Words>(x);
  const Words even = (bits >> 16) & Words(1);
  const Words nearest = bits + Words(0x7fff) + even;
  const Floats kept = xsimd::select(x == x, xsimd::bitwise_cast<Floats>(nearest),
                                    xsimd::bitwise_cast<Floats>(bits | Words(0x400000)));
  return xsimd::bitwise_cast<Words>(kept) & Words(0xffff0000);
}
#endif

/// Pairs of the lanes.
HOGVEC_INLINE void store_pairs(Pair* to, const Floats& first, const Floats& second) noexcept {
#if defined(__AVX512BF16__)
  alignas(kRowAlignment) static constexpr std::uint16_t kTogether[32] = {
      0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
      8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  const auto both = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(second, first));
  _mm512_store_si512(to, _mm512_permutexvar_epi16(_mm512_load_si512(kTogether), both));
#else
  const Words pairs = (rounded(first) >> 16) | rounded(second);
  pairs.store_aligned(to);
#endif
}

/// Neighbors in pairs; n an even number, and a multiple of kLanes.
HOGVEC_INLINE void store_bf16(Pair* to, const float* from, std::size_t n) noexcept {
#if defined(__AVX512BF16__)
  std::size_t i = 0;
  for (; i + 2 * kLanes <= n; i += 2 * kLanes) {
    const auto both = _mm512_cvtne2ps_pbh(load(from + i + kLanes), load(from + i));
    _mm512_storeu_si512(to + i / 2, reinterpret_cast<__m512i>(both));
  }
  if (i < n) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + i / 2),
                        reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(load(from + i))));
  }
#else
  for (std::size_t i = 0; i < n; i += 2) to[i / 2] = pair_of(from[i], from[i + 1]);
#endif
}

/// The numbers of pairs.
HOGVEC_INLINE Floats first_of(const Words& pairs) noexcept {
  return xsimd::bitwise_cast<Floats>(pairs << 16);
}
HOGVEC_INLINE Floats second_of(const Words& pairs) noexcept {
  return xsimd::bitwise_cast<Floats>(pairs & Words(0xffff0000));
}

/// sum + the products of both numbers of the pairs, the second first, each rounded.
HOGVEC_INLINE Floats add_products(const Floats& sum, const Words& a, const Words& b) noexcept {
#if defined(__AVX512BF16__)
  return Floats(_mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(a.data),
                                 reinterpret_cast<__m512bh>(b.data)));
#else
  return fma(first_of(a), first_of(b), fma(second_of(a), second_of(b), sum));
#endif
}

}  // namespace
}  // namespace hogvec::simd
