// A block of 2 x 2 tiles that sum products of bf16 pairs: by AMX, or in memory with the same
// results.
//
// The left operand has 32 rows of 16 pairs, the right one two tiles of 16 rows of 16 pairs, whose
// row k belongs to pair k of a left row; the sums are 32 x 32 floats:
//
//     sums(i, j) += sum_k left(i, k) . right(k, j)
//
// in the order of TDPBF16PS: first and second numbers of the pairs each in a sum of their own from
// zero, fused, then these two are added, and then that is. (Denormals are zeros to AMX, not here.)
#pragma once

#include "simd/arch/bf16-inl.hpp"

namespace hogvec::simd {
namespace {

constexpr std::size_t kTileSide = 16;
constexpr std::size_t kTilePairs = kTileSide * kTileSide;
constexpr std::size_t kBlockSide = 2 * kTileSide;
constexpr std::size_t kBlockFloats = kBlockSide * kBlockSide;

#if defined(__AMX_BF16__)

/// Configures the tiles of this thread, and releases them. One at a time.
class BlockTiles {
 public:
  BlockTiles() noexcept {
    struct Configuration {
      std::uint8_t palette = 1;
      std::uint8_t start = 0;
      std::uint8_t reserved[14] = {};
      std::uint16_t row_bytes[16] = {};
      std::uint8_t rows[16] = {};
    };
    Configuration configuration;
    for (std::size_t tile = 0; tile < 8; ++tile) {
      configuration.row_bytes[tile] = kTileSide * sizeof(Pair);
      configuration.rows[tile] = kTileSide;
    }
    settle(&configuration);
    _tile_loadconfig(&configuration);
  }
  BlockTiles(const BlockTiles&) = delete;
  BlockTiles& operator=(const BlockTiles&) = delete;
  ~BlockTiles() { _tile_release(); }

  void clear() noexcept {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }

  /// Rows of the left operand are `stride` pairs apart.
  void add_products(const Pair* left, std::size_t stride, const Pair* right) noexcept {
    const std::size_t bytes = stride * sizeof(Pair);
    const std::size_t packed = kTileSide * sizeof(Pair);
    settle(left);
    _tile_loadd(4, left, bytes);
    _tile_loadd(6, right, packed);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(7, right + kTilePairs, packed);
    _tile_dpbf16ps(1, 4, 7);
    _tile_loadd(5, left + kTileSide * stride, bytes);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }

  /// Row-major kBlockSide x kBlockSide.
  void store(float* sums) noexcept {
    constexpr std::size_t kBytes = kBlockSide * sizeof(float);
    _tile_stored(0, sums, kBytes);
    _tile_stored(1, sums + kTileSide, kBytes);
    _tile_stored(2, sums + kTileSide * kBlockSide, kBytes);
    _tile_stored(3, sums + kTileSide * kBlockSide + kTileSide, kBytes);
    settle(sums);
  }

 private:
  /// GCC 12 is not told what memory these instructions read and write.
  static void settle(const void* memory) noexcept { asm volatile("" : : "r"(memory) : "memory"); }
};

#else

class BlockTiles {
 public:
  void clear() noexcept { std::fill_n(sums_, kBlockFloats, 0.0f); }

  void add_products(const Pair* left, std::size_t stride, const Pair* right) noexcept {
    for (std::size_t i = 0; i < kBlockSide; ++i) {
      for (std::size_t j = 0; j < kBlockSide; j += kLanes) {
        const Pair* const column = right + j / kTileSide * kTilePairs + j % kTileSide;
        Floats of_first = zero();
        Floats of_second = zero();
        for (std::size_t k = 0; k < kTileSide; ++k) {
          const Words a(left[i * stride + k]);
          const Words b = load_words(column + k * kTileSide);
          of_first = fma(first_of(a), first_of(b), of_first);
          of_second = fma(second_of(a), second_of(b), of_second);
        }
        float* const sums = sums_ + i * kBlockSide + j;
        simd::store(sums, load(sums) + (of_first + of_second));
      }
    }
  }

  void store(float* sums) const noexcept { std::copy_n(sums_, kBlockFloats, sums); }

 private:
  alignas(kRowAlignment) float sums_[kBlockFloats];
};

#endif

/// to[j * stride + i] = from[i * kTileSide + j], for a tile of them.
inline void transpose_tile_of_pairs(const Pair* from, Pair* to, std::size_t stride) noexcept {
#if defined(__AVX512F__)
  __m512i rows[kTileSide];
  __m512i pairs[kTileSide];
  for (std::size_t i = 0; i < kTileSide; ++i) rows[i] = _mm512_load_si512(from + i * kTileSide);
  for (std::size_t i = 0; i < kTileSide; i += 2) {
    pairs[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
    pairs[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
  }
  // Lane L of rows[i + q]: column 4 L + q of rows i to i + 3.
  for (std::size_t i = 0; i < kTileSide; i += 4) {
    rows[i] = _mm512_unpacklo_epi64(pairs[i], pairs[i + 2]);
    rows[i + 1] = _mm512_unpackhi_epi64(pairs[i], pairs[i + 2]);
    rows[i + 2] = _mm512_unpacklo_epi64(pairs[i + 1], pairs[i + 3]);
    rows[i + 3] = _mm512_unpackhi_epi64(pairs[i + 1], pairs[i + 3]);
  }
  for (std::size_t q = 0; q < 4; ++q) {
    const __m512i even_upper = _mm512_shuffle_i32x4(rows[q], rows[4 + q], 0x88);
    const __m512i odd_upper = _mm512_shuffle_i32x4(rows[q], rows[4 + q], 0xdd);
    const __m512i even_lower = _mm512_shuffle_i32x4(rows[8 + q], rows[12 + q], 0x88);
    const __m512i odd_lower = _mm512_shuffle_i32x4(rows[8 + q], rows[12 + q], 0xdd);
    _mm512_storeu_si512(to + q * stride, _mm512_shuffle_i32x4(even_upper, even_lower, 0x88));
    _mm512_storeu_si512(to + (4 + q) * stride, _mm512_shuffle_i32x4(odd_upper, odd_lower, 0x88));
    _mm512_storeu_si512(to + (8 + q) * stride, _mm512_shuffle_i32x4(even_upper, even_lower, 0xdd));
    _mm512_storeu_si512(to + (12 + q) * stride, _mm512_shuffle_i32x4(odd_upper, odd_lower, 0xdd));
  }
#else
  for (std::size_t i = 0; i < kTileSide; ++i) {
    for (std::size_t j = 0; j < kTileSide; ++j) to[j * stride + i] = from[i * kTileSide + j];
  }
#endif
}

}  // namespace
}  // namespace hogvec::simd
