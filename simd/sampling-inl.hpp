// Random numbers and repeats, many at a time.
#pragma once

#include "simd/batch-inl.hpp"

namespace hogvec::simd {
namespace {

/// A bijection of 32-bit numbers in which every input bit moves half of the output bits.
HOGVEC_INLINE Words mix(Words x) noexcept {
  x ^= x >> 16;
  x *= Words(0x21f0aaadu);
  x ^= x >> 15;
  x *= Words(0xd35a2d97u);
  return x ^ (x >> 15);
}

/// splitmix64's output function: neighboring keys give unrelated streams.
inline std::uint64_t scramble(std::uint64_t x) noexcept {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

void random_bits(std::uint64_t key, std::uint32_t* out, std::size_t n) noexcept {
  const std::uint64_t scrambled = scramble(key);
  // A counter through two keyed rounds; with one, two streams would be one sequence, shifted.
  const Words first(static_cast<std::uint32_t>(scrambled));
  const Words second(static_cast<std::uint32_t>(scrambled >> 32));
  alignas(kRowAlignment) std::uint32_t lanes[kLanes];
  for (std::size_t i = 0; i < kLanes; ++i) lanes[i] = static_cast<std::uint32_t>(i);
  Words counter = Words::load_aligned(lanes);
  const Words step(static_cast<std::uint32_t>(kLanes));
  for (std::size_t i = 0; i < n; i += kLanes) {
    mix(mix(counter + first) ^ second).store_unaligned(out + i);
    counter += step;
  }
}

void repeat_distances(const std::uint32_t* ids, std::size_t n, std::size_t span,
                      std::uint32_t* out) noexcept {
  for (std::size_t i = 0; i < n; i += kLanes) {
    const Words here = Words::load_unaligned(ids + i);
    Words distance(0u);
    for (std::size_t d = span; d > 0; --d) {
      const auto same = here == Words::load_unaligned(ids + i - d);
      distance = xsimd::select(same, Words(static_cast<std::uint32_t>(d)), distance);
    }
    distance.store_unaligned(out + i);
  }
}

}  // namespace
}  // namespace hogvec::simd
