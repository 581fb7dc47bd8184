// Which bytes of a text the tokeniser has to look at.
#pragma once

#include "simd/arch/intrinsics-inl.hpp"

namespace hogvec::simd {
namespace {

void special_bytes(const char* text, std::size_t n, std::uint64_t* out) noexcept {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text);
  for (std::size_t i = 0; i < n; i += 64) {
    std::uint64_t bits = 0;
    HOGVEC_UNROLL
    for (std::size_t part = 0; part < 64; part += Bytes::size) {
      const Bytes b = Bytes::load_unaligned(bytes + i + part);
      const auto special = (b == Bytes(' ')) | (b == Bytes('\t')) | (b == Bytes('\n')) |
                           (b == Bytes('\r')) | (b == Bytes('\0'));
      bits |= bits_of(special) << part;
    }
    out[i / 64] = bits;
  }
}

}  // namespace
}  // namespace hogvec::simd
