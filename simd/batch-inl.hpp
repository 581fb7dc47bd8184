// The register of the instruction set that is being compiled, and what every kernel does with it.
//
// The *-inl.hpp files are included by the units of simd/arch/ alone. Everything in them has
// internal linkage, so that the linker can never pick a function compiled for one instruction set
// for another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <xsimd/xsimd.hpp>

#include "simd/kernels.hpp"

#define HOGVEC_INLINE inline __attribute__((always_inline))
#if defined(HOGVEC_KEEP_LOOPS)
#define HOGVEC_UNROLL
#elif defined(__clang__)
#define HOGVEC_UNROLL _Pragma("clang loop unroll(full)")
#else
#define HOGVEC_UNROLL _Pragma("GCC unroll 32")
#endif

namespace hogvec::simd {
namespace {

using Arch = HOGVEC_ARCH;
using Floats = xsimd::batch<float, Arch>;
using Ints = xsimd::batch<std::int32_t, Arch>;
using Words = xsimd::batch<std::uint32_t, Arch>;
using Bytes = xsimd::batch<std::uint8_t, Arch>;

constexpr std::size_t kLanes = Floats::size;
// AVX-512 and 64-bit Arm have 32 registers, AVX2 and SSE2 have 16: this decides the tiles.
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr std::size_t kRegisters = 32;
#else
constexpr std::size_t kRegisters = 16;
#endif

HOGVEC_INLINE Floats load(const float* p) noexcept { return Floats::load_aligned(p); }
HOGVEC_INLINE Floats load_any(const float* p) noexcept { return Floats::load_unaligned(p); }
HOGVEC_INLINE void store(float* p, const Floats& x) noexcept { x.store_aligned(p); }
HOGVEC_INLINE void store_any(float* p, const Floats& x) noexcept { x.store_unaligned(p); }
HOGVEC_INLINE Floats zero() noexcept { return Floats(0.0f); }
/// a * b + c. xsimd 8.1 has no fused form for AVX-512, and leaves it to the compiler to find one.
HOGVEC_INLINE Floats fma(const Floats& a, const Floats& b, const Floats& c) noexcept {
#if defined(__AVX512F__)
  return Floats(_mm512_fmadd_ps(a, b, c));
#else
  return xsimd::fma(a, b, c);
#endif
}
/// c - a * b
HOGVEC_INLINE Floats fnma(const Floats& a, const Floats& b, const Floats& c) noexcept {
#if defined(__AVX512F__)
  return Floats(_mm512_fnmadd_ps(a, b, c));
#else
  return xsimd::fnma(a, b, c);
#endif
}
/// Keeps the value in a register: GCC would load it from memory again for every use.
HOGVEC_INLINE void keep_in_register([[maybe_unused]] Floats& x) noexcept {
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
  asm("" : "+v"(x.data));
#endif
}
/// 0, 1, 2, ...
HOGVEC_INLINE Floats lane_numbers() noexcept {
  alignas(kRowAlignment) float lanes[kLanes];
  for (std::size_t i = 0; i < kLanes; ++i) lanes[i] = static_cast<float>(i);
  return load(lanes);
}
/// Sum of the lanes (reduce_add from xsimd 9.0 on).
HOGVEC_INLINE float sum(const Floats& x) noexcept { return xsimd::hadd(x); }

}  // namespace
}  // namespace hogvec::simd
