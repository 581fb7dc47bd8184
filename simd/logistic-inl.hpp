// The logistic block: scores, errors, update.
#pragma once

#include <algorithm>
#include <utility>

#include "simd/math-inl.hpp"
#include "simd/scores-inl.hpp"

namespace hogvec::simd {
namespace {

// The update keeps the old and the new values of a tile of output rows in registers, and needs one
// register for the input row, one for its new value and one for the error.
constexpr std::size_t kUpdateOutputs = (kRegisters - 4) / 2 < 13 ? (kRegisters - 4) / 2 : 13;

/// What a block does with its input rows.
enum class Inputs {
  kTrained,       // they gain
  kGains,         // what they gain stands in their place
  kGainsWithOwn,  // the same, and each has an output row of its own
};

/// A tile of output rows against all input rows, and in the first tile of the input rows against
/// their own; of each row the columns [begin, end). `errors` are those of the tile and the first
/// input row.
/// Input rows must keep their old values until the last tile has read them: the tiles before it
/// gather the new values in `gathered`, kUpdateColumns floats for each input row.
template <Inputs kInputs, std::size_t kOutputs, bool kFirst, bool kLast>
HOGVEC_INLINE void update_tile(const LogisticBlock& block, float* const* outputs,
                               const float* errors, std::size_t begin, std::size_t end,
                               float* gathered) noexcept {
  constexpr bool kOwn = kFirst && kInputs == Inputs::kGainsWithOwn;
  constexpr bool kFromNothing = kFirst && kInputs == Inputs::kGains;
  for (std::size_t column = begin; column < end; column += kLanes) {
    Floats old_rows[kOutputs];
    Floats new_rows[kOutputs];
    HOGVEC_UNROLL
    for (std::size_t m = 0; m < kOutputs; ++m) {
      old_rows[m] = load(outputs[m] + column);
      new_rows[m] = old_rows[m];
    }
    for (std::size_t u = 0; u < block.input_count; ++u) {
      float* const input = block.inputs[u] + column;
      float* const partial = gathered + u * kUpdateColumns + (column - begin);
      const float* const error = errors + u * block.output_count;
      const Floats x = load(input);
      // Two chains: one of all outputs would take four cycles for every two that the rest takes.
      Floats new_x[2] = {zero(), zero()};
      if constexpr (kOwn) {
        float* const own = block.own[u] + column;
        const Floats g(block.scratch[u]);
        const Floats old_own = load(own);
        new_x[0] = g * old_own;
        store(own, fma(g, x, old_own));
      } else if constexpr (!kFromNothing) {
        new_x[0] = kFirst ? x : load(partial);
      }
      HOGVEC_UNROLL
      for (std::size_t m = 0; m < kOutputs; ++m) {
        const Floats g(error[m]);
        Floats& chain = new_x[m % 2];
        const bool begins = m == 1 || (m == 0 && kFromNothing);
        chain = begins ? g * old_rows[m] : fma(g, old_rows[m], chain);
        new_rows[m] = fma(g, x, new_rows[m]);
      }
      store(kLast ? input : partial, kOutputs > 1 ? new_x[0] + new_x[1] : new_x[0]);
    }
    HOGVEC_UNROLL
    for (std::size_t m = 0; m < kOutputs; ++m) store(outputs[m] + column, new_rows[m]);
  }
}

/// The common case: all output rows fit into one tile.
template <Inputs kInputs, std::size_t kOutputs>
void update_only_tile(const LogisticBlock& block, const float* errors) noexcept {
  update_tile<kInputs, kOutputs, true, true>(block, block.outputs, errors, 0, block.stride,
                                             nullptr);
}

/// Output rows [first, first + kOutputs), fewer than all of them. What a block does with its input
/// rows is a matter of the first tile.
template <Inputs kInputs, std::size_t kOutputs>
void update_some(const LogisticBlock& block, std::size_t first, std::size_t begin, std::size_t end,
                 const float* errors, float* gathered) noexcept {
  float* const* const outputs = block.outputs + first;
  errors += first;
  if (first == 0) {
    update_tile<kInputs, kOutputs, true, false>(block, outputs, errors, begin, end, gathered);
  } else if (first + kOutputs < block.output_count) {
    update_tile<Inputs::kTrained, kOutputs, false, false>(block, outputs, errors, begin, end,
                                                          gathered);
  } else {
    update_tile<Inputs::kTrained, kOutputs, false, true>(block, outputs, errors, begin, end,
                                                         gathered);
  }
}

using UpdateOnlyTile = void (*)(const LogisticBlock&, const float*) noexcept;
using UpdateSome = void (*)(const LogisticBlock&, std::size_t, std::size_t, std::size_t,
                            const float*, float*) noexcept;

template <Inputs kInputs, std::size_t... kWidths>
UpdateOnlyTile only_tile(std::size_t width, std::index_sequence<kWidths...>) noexcept {
  static constexpr UpdateOnlyTile kTable[] = {update_only_tile<kInputs, kWidths + 1>...};
  return kTable[width - 1];
}

template <Inputs kInputs, std::size_t... kWidths>
UpdateSome some_outputs(std::size_t width, std::index_sequence<kWidths...>) noexcept {
  static constexpr UpdateSome kTable[] = {update_some<kInputs, kWidths + 1>...};
  return kTable[width - 1];
}

template <Inputs kInputs>
void update(const LogisticBlock& block, const float* errors, float* gathered) noexcept {
  constexpr auto kWidths = std::make_index_sequence<kUpdateOutputs>{};
  const std::size_t count = block.output_count;
  if (count <= kUpdateOutputs) {
    only_tile<kInputs>(count, kWidths)(block, errors);
    return;
  }
  // Tiles of nearly equal width.
  const std::size_t tiles = (count + kUpdateOutputs - 1) / kUpdateOutputs;
  const std::size_t narrow = count / tiles;
  const std::size_t wide_tiles = count % tiles;
  for (std::size_t begin = 0; begin < block.stride; begin += kUpdateColumns) {
    const std::size_t end = std::min(begin + kUpdateColumns, block.stride);
    std::size_t first = 0;
    for (std::size_t tile = 0; tile < tiles; ++tile) {
      const std::size_t width = narrow + (tile < wide_tiles ? 1 : 0);
      some_outputs<kInputs>(width, kWidths)(block, first, begin, end, errors, gathered);
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

/// Turns the scores of so many pairs into errors in place, alpha * (A - N sigmoid(S)), and returns
/// the loss.
double errors_from_scores(const LogisticBlock& block, std::size_t pairs, float* scores) noexcept {
  Floats loss = zero();
  // The last register is filled up with scores of 0, which nothing counts.
  store_any(scores + pairs, zero());
  std::size_t i = 0;
  for (; i + kLanes <= pairs; i += kLanes) loss += errors_of<true>(block, i, kLanes, scores);
  if (i < pairs) loss += errors_of<false>(block, i, pairs - i, scores);
  return sum(loss);
}

double logistic_block(const LogisticBlock& block) noexcept {
  if (block.input_count == 0 || block.output_count == 0) return 0;
  const std::size_t own_pairs = block.own != nullptr ? block.input_count : 0;
  const std::size_t pairs = own_pairs + block.input_count * block.output_count;
  float* const errors = block.scratch;
  float* const gathered = errors + padded(pairs + kRowPadding);
  const auto score = own_pairs != 0 ? score_all<true> : score_all<false>;
  score(block.inputs, block.input_count, block.outputs, block.output_count, block.stride,
        errors + own_pairs, {block.own, errors});
  const double loss = errors_from_scores(block, pairs, errors);
  const auto train = own_pairs != 0 ? update<Inputs::kGainsWithOwn>
                     : block.gains  ? update<Inputs::kGains>
                                    : update<Inputs::kTrained>;
  train(block, errors + own_pairs, gathered);
  return loss;
}

}  // namespace
}  // namespace hogvec::simd
