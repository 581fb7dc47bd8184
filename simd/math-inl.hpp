// exp, sigmoid and log(1 + exp) of a register.
#pragma once

#include "simd/batch-inl.hpp"

namespace hogvec::simd {
namespace {

constexpr float kExpOverflow = 88.7228f;    // log of the largest float
constexpr float kExpUnderflow = -87.3365f;  // log of the smallest normal float

/// exp(r) for |r| <= log 2 / 2.
HOGVEC_INLINE Floats exp_of_rest(const Floats& r) noexcept {
  // (exp(r) - 1 - r) / r^2, fitted on |r| <= 0.3476: relative error of exp 1.1e-8.
  Floats p = fma(r, Floats(0.00139339129f), Floats(0.0083633552f));
  p = fma(p, r, Floats(0.0416664625f));
  p = fma(p, r, Floats(0.166665759f));
  p = fma(p, r, Floats(0.5f));
  return fma(p, r * r, r) + Floats(1.0f);
}

/// x - n log 2. The constant is in two parts, the first with trailing zeros, so that n times it is
/// exact.
HOGVEC_INLINE Floats rest_of(const Floats& x, const Floats& n) noexcept {
  return fma(n, Floats(2.12194440e-4f), fma(n, Floats(-0.693359375f), x));
}

constexpr float kLog2OfE = 1.44269504f;

/// x = n log 2 + r, |r| <= log 2 / 2: exp(r), and n as the low bits of `rounded`.
struct ExpParts {
  Floats exp_r;
  Ints rounded;
};

HOGVEC_INLINE ExpParts exp_parts(const Floats& x) noexcept {
  // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits of the sum.
  const Floats magic(12582912.0f);
  const Floats shifted = fma(x, Floats(kLog2OfE), magic);
  const Floats r = rest_of(x, shifted - magic);
  return {exp_of_rest(r), xsimd::bitwise_cast<Ints>(shifted)};
}

/// 2^n for n in -126..127, from the low bits.
HOGVEC_INLINE Floats power_of_two(const Ints& n) noexcept {
  return xsimd::bitwise_cast<Floats>((n << 23) + Ints(127 << 23));
}

/// exp(x) for x in kExpUnderflow..0: the half that the logistic block needs.
HOGVEC_INLINE Floats exp_of_nonpositive(const Floats& x) noexcept {
  const ExpParts parts = exp_parts(x);
  return parts.exp_r * power_of_two(parts.rounded);
}

/// exp(x) over the whole range: infinity above kExpOverflow, zero below kExpUnderflow.
HOGVEC_INLINE Floats exp_of(const Floats& x) noexcept {
#if defined(__AVX512F__)
  // The minimum passes NaN through, and so do the comparison and the scaling, which makes infinity
  // where that is what comes out.
  const Floats inside(_mm512_min_ps(Floats(kExpOverflow + 1), x));
  const Floats n(_mm512_roundscale_ps(inside * Floats(kLog2OfE), _MM_FROUND_TO_NEAREST_INT));
  const auto normal = _mm512_cmp_ps_mask(x, Floats(kExpUnderflow), _CMP_NLT_UQ);
  return Floats(_mm512_maskz_scalef_ps(normal, exp_of_rest(rest_of(inside, n)), n));
#else
  const Floats inside = xsimd::min(xsimd::max(x, Floats(kExpUnderflow)), Floats(kExpOverflow));
  const ExpParts parts = exp_parts(inside);
  // n can be 128, whose power is no float: two factors, the first of n - 1 and kept normal.
  const Ints down(1);
  const Floats scaled = parts.exp_r * Floats(2.0f) * power_of_two(parts.rounded - down);
  const Floats tiny = parts.exp_r * power_of_two(parts.rounded);
  const Floats finite = xsimd::select(inside < Floats(-80.0f), tiny, scaled);
  const Floats zero_below = xsimd::select(x < Floats(kExpUnderflow), zero(), finite);
  const Floats infinity(__builtin_inff());
  // x != x passes NaN through.
  return xsimd::select(x > Floats(kExpOverflow), infinity, xsimd::select(x == x, zero_below, x));
#endif
}

/// sigmoid(x) and log(1 + exp(x)), from one exponential of -|x|: no cancellation on either side.
struct Logistic {
  Floats sigmoid;
  Floats softplus;
};

HOGVEC_INLINE Floats sigmoid_from(const Floats& x, const Floats& e) noexcept {
  const Floats s = Floats(1.0f) / (Floats(1.0f) + e);
  return xsimd::select(x < zero(), e * s, s);
}

HOGVEC_INLINE Floats sigmoid_of(const Floats& x) noexcept {
  return sigmoid_from(x, exp_of(zero() - xsimd::abs(x)));
}

HOGVEC_INLINE Logistic logistic_of(const Floats& x) noexcept {
  // Below exp(-60) nothing is left that a float gradient could feel, but a learning rate would make
  // it a denormal, at a hundred times the cost.
  const Floats e = exp_of_nonpositive(xsimd::max(zero() - xsimd::abs(x), Floats(-60.0f)));
  // log(1 + e) / e on [0, 1]: error of log(1 + e) 1.4e-7.
  Floats p = fma(e, Floats(-0.00857467619f), Floats(0.0442141923f));
  p = fma(p, e, Floats(-0.107853679f));
  p = fma(p, e, Floats(0.17757024f));
  p = fma(p, e, Floats(-0.244996117f));
  p = fma(p, e, Floats(0.332761766f));
  p = fma(p, e, Floats(-0.499974494f));
  p = fma(p, e, Floats(0.99999981f));
  return {sigmoid_from(x, e), fma(p, e, xsimd::max(x, zero()))};
}

inline void exp_row(const float* x, float* y, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; i += kLanes) store_any(y + i, exp_of(load_any(x + i)));
}

inline void sigmoid_row(const float* x, float* y, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; i += kLanes) store_any(y + i, sigmoid_of(load_any(x + i)));
}

}  // namespace
}  // namespace hogvec::simd
