// CBOW: context rows to a hidden vector, and what it gains back to the context rows.
#pragma once

#include <utility>

#include "simd/batch-inl.hpp"

namespace hogvec::simd {
namespace {

// Registers of a row that are worked on at once: their sums must not go through memory, and the
// processor has enough independent additions to hide the four cycles of each.
constexpr std::size_t kContextTile = 8;

template <std::size_t kTile>
void mean_tile(const float* const* rows, std::size_t count, std::size_t column,
               float* out) noexcept {
  Floats sums[kTile];
  HOGVEC_UNROLL
  for (std::size_t i = 0; i < kTile; ++i) sums[i] = zero();
  for (std::size_t k = 0; k < count; ++k) {
    const float* row = rows[k] + column;
    HOGVEC_UNROLL
    for (std::size_t i = 0; i < kTile; ++i) sums[i] += load(row + i * kLanes);
  }
  const Floats scale(1.0f / static_cast<float>(count));
  HOGVEC_UNROLL
  for (std::size_t i = 0; i < kTile; ++i) store(out + column + i * kLanes, sums[i] * scale);
}

template <std::size_t kTile>
void add_tile(float scale, const float* x, float* const* rows, std::size_t count,
              std::size_t column) noexcept {
  Floats change[kTile];
  HOGVEC_UNROLL
  for (std::size_t i = 0; i < kTile; ++i) {
    change[i] = Floats(scale) * load(x + column + i * kLanes);
  }
  for (std::size_t k = 0; k < count; ++k) {
    float* row = rows[k] + column;
    HOGVEC_UNROLL
    for (std::size_t i = 0; i < kTile; ++i) {
      store(row + i * kLanes, load(row + i * kLanes) + change[i]);
    }
  }
}

using MeanTile = void (*)(const float* const*, std::size_t, std::size_t, float*) noexcept;
using AddTile = void (*)(float, const float*, float* const*, std::size_t, std::size_t) noexcept;

template <std::size_t... kTiles>
MeanTile mean_tile_of(std::size_t tile, std::index_sequence<kTiles...>) noexcept {
  static constexpr MeanTile kTable[] = {mean_tile<kTiles + 1>...};
  return kTable[tile - 1];
}

template <std::size_t... kTiles>
AddTile add_tile_of(std::size_t tile, std::index_sequence<kTiles...>) noexcept {
  static constexpr AddTile kTable[] = {add_tile<kTiles + 1>...};
  return kTable[tile - 1];
}

/// Calls visit(registers, first float) for tiles that cover n floats.
template <class Visit>
HOGVEC_INLINE void for_each_tile(std::size_t n, const Visit& visit) noexcept {
  std::size_t first = 0;
  // Without a division, which would cost as much as a tile.
  for (; n - first > kContextTile * kLanes; first += kContextTile * kLanes) {
    visit(kContextTile, first);
  }
  visit((n - first) / kLanes, first);
}

void mean_row(const float* const* rows, std::size_t count, std::size_t n, float* out) noexcept {
  constexpr auto kTiles = std::make_index_sequence<kContextTile>{};
  for_each_tile(n, [&](std::size_t tile, std::size_t column) {
    mean_tile_of(tile, kTiles)(rows, count, column, out);
  });
}

void add_to_rows(float scale, const float* x, float* const* rows, std::size_t count,
                 std::size_t n) noexcept {
  constexpr auto kTiles = std::make_index_sequence<kContextTile>{};
  for_each_tile(n, [&](std::size_t tile, std::size_t column) {
    add_tile_of(tile, kTiles)(scale, x, rows, count, column);
  });
}

}  // namespace
}  // namespace hogvec::simd
