// The logistic block: scores, errors, update.
#pragma once

#include <utility>

#include "simd/math-inl.hpp"
#include "simd/scores-inl.hpp"

namespace hogvec::simd {
namespace {

// The update keeps the old and the new values of a tile of output rows in registers, and needs one
// register for the input row, one for its new value and one for the error.
constexpr std::size_t kUpdateOutputs = (kRegisters - 4) / 2 < 13 ? (kRegisters - 4) / 2 : 13;

/// One register column of a tile of output rows against all input rows.
/// Input rows must keep their old values until the last tile has read them: the tiles before it
/// gather the new values in `gathered`, kLanes floats for each input row.
template <std::size_t kOutputs, bool kFirst, bool kLast>
HOGVEC_INLINE void update_column(const LogisticBlock& block, float* const* outputs,
                                 const float* errors, std::size_t column,
                                 float* gathered) noexcept {
  Floats old_rows[kOutputs];
  Floats new_rows[kOutputs];
  HOGVEC_UNROLL
  for (std::size_t m = 0; m < kOutputs; ++m) {
    old_rows[m] = load(outputs[m] + column);
    new_rows[m] = old_rows[m];
  }
  for (std::size_t u = 0; u < block.input_count; ++u) {
    float* input = block.inputs[u] + column;
    const float* error = errors + u * block.output_count;
    const Floats x = load(input);
    // Two chains: one of all outputs would take four cycles for every two that the rest takes.
    Floats new_x[2] = {kFirst ? x : load(gathered + u * kLanes), zero()};
    HOGVEC_UNROLL
    for (std::size_t m = 0; m < kOutputs; ++m) {
      const Floats g(error[m]);
      Floats& chain = new_x[m % 2];
      chain = m == 1 ? g * old_rows[m] : fma(g, old_rows[m], chain);
      new_rows[m] = fma(g, x, new_rows[m]);
    }
    store(kLast ? input : gathered + u * kLanes, kOutputs > 1 ? new_x[0] + new_x[1] : new_x[0]);
  }
  HOGVEC_UNROLL
  for (std::size_t m = 0; m < kOutputs; ++m) store(outputs[m] + column, new_rows[m]);
}

/// The common case: all output rows fit into one tile.
template <std::size_t kOutputs>
void update_single_tile(const LogisticBlock& block, const float* errors) noexcept {
  for (std::size_t column = 0; column < block.stride; column += kLanes) {
    update_column<kOutputs, true, true>(block, block.outputs, errors, column, nullptr);
  }
}

template <std::size_t kOutputs>
void update_tile_column(const LogisticBlock& block, std::size_t first_output, std::size_t column,
                        const float* errors, float* gathered) noexcept {
  float* const* outputs = block.outputs + first_output;
  const float* tile_errors = errors + first_output;
  if (first_output == 0) {
    update_column<kOutputs, true, false>(block, outputs, tile_errors, column, gathered);
  } else if (first_output + kOutputs < block.output_count) {
    update_column<kOutputs, false, false>(block, outputs, tile_errors, column, gathered);
  } else {
    update_column<kOutputs, false, true>(block, outputs, tile_errors, column, gathered);
  }
}

using UpdateSingleTile = void (*)(const LogisticBlock&, const float*) noexcept;
using UpdateTileColumn = void (*)(const LogisticBlock&, std::size_t, std::size_t, const float*,
                                  float*) noexcept;

template <std::size_t... kWidths>
UpdateSingleTile single_tile(std::size_t width, std::index_sequence<kWidths...>) noexcept {
  static constexpr UpdateSingleTile kTable[] = {update_single_tile<kWidths + 1>...};
  return kTable[width - 1];
}

template <std::size_t... kWidths>
UpdateTileColumn tile_column(std::size_t width, std::index_sequence<kWidths...>) noexcept {
  static constexpr UpdateTileColumn kTable[] = {update_tile_column<kWidths + 1>...};
  return kTable[width - 1];
}

void update(const LogisticBlock& block, const float* errors, float* gathered) noexcept {
  constexpr auto kWidths = std::make_index_sequence<kUpdateOutputs>{};
  const std::size_t count = block.output_count;
  if (count <= kUpdateOutputs) {
    single_tile(count, kWidths)(block, errors);
    return;
  }
  // Tiles of nearly equal width, without a division for every column.
  const std::size_t tiles = (count + kUpdateOutputs - 1) / kUpdateOutputs;
  const std::size_t narrow = count / tiles;
  const std::size_t wide_tiles = count % tiles;
  for (std::size_t column = 0; column < block.stride; column += kLanes) {
    std::size_t first = 0;
    for (std::size_t tile = 0; tile < tiles; ++tile) {
      const std::size_t width = narrow + (tile < wide_tiles ? 1 : 0);
      tile_column(width, kWidths)(block, first, column, errors, gathered);
      first += width;
    }
  }
}

/// One register of pairs: turns their scores into errors in place and returns their loss. Where
/// not kWhole, only the first `count` pairs are there.
template <bool kWhole>
HOGVEC_INLINE Floats errors_of(const LogisticBlock& block, std::size_t first, std::size_t count,
                               float* scores) noexcept {
  const Floats score = load(scores + first);
  Floats positives = load_any(block.positives + first);
  Floats trials = load_any(block.trials + first);
  if constexpr (!kWhole) {
    const auto real = lane_numbers() < Floats(static_cast<float>(count));
    positives = xsimd::select(real, positives, zero());
    trials = xsimd::select(real, trials, zero());
  }
  const Logistic logistic = logistic_of(score);
  store(scores + first, Floats(block.alpha) * (positives - trials * logistic.sigmoid));
  return trials * logistic.softplus - positives * score;
}

/// Turns scores into errors in place, alpha * (A - N sigmoid(S)), and returns the loss.
double errors_from_scores(const LogisticBlock& block, float* scores) noexcept {
  const std::size_t n = block.input_count * block.output_count;
  Floats loss = zero();
  // The last register is filled up with scores of 0, which nothing counts.
  store_any(scores + n, zero());
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) loss += errors_of<true>(block, i, kLanes, scores);
  if (i < n) loss += errors_of<false>(block, i, n - i, scores);
  return sum(loss);
}

double logistic_block(const LogisticBlock& block) noexcept {
  if (block.input_count == 0 || block.output_count == 0) return 0;
  float* errors = block.scratch;
  float* gathered = errors + padded(block.input_count * block.output_count + kRowPadding);
  score_rows(block.inputs, block.input_count, block.outputs, block.output_count, block.stride,
             errors);
  const double loss = errors_from_scores(block, errors);
  update(block, errors, gathered);
  return loss;
}

}  // namespace
}  // namespace hogvec::simd
