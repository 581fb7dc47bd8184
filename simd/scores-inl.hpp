// Scores of input rows against output rows, where both are rows in place: tiles of dot products.
#pragma once

#include <utility>

#include "simd/arch/intrinsics-inl.hpp"

namespace hogvec::simd {
namespace {

// A tile holds two input rows times its output rows in accumulators; beside them it needs the two
// input registers, and one for the output row where the instruction set cannot multiply from
// memory.
constexpr std::size_t kScoreOutputs = (kRegisters - 4) / 2 < 12 ? (kRegisters - 4) / 2 : 12;
// With an own row of each input, two accumulators fewer.
constexpr std::size_t kScoreBesideOwn = kScoreOutputs < 12 ? kScoreOutputs - 1 : 12;

/// out[i] = sum of the lanes of x[i]. Where kSpill, writes up to three floats past the last.
template <std::size_t kCount, bool kSpill>
HOGVEC_INLINE void store_all_sums(const Floats* x, float* out) noexcept {
  HOGVEC_UNROLL
  for (std::size_t i = 0; i < kCount; i += 4) {
    const Floats x1 = i + 1 < kCount ? x[i + 1] : zero();
    const Floats x2 = i + 2 < kCount ? x[i + 2] : zero();
    const Floats x3 = i + 3 < kCount ? x[i + 3] : zero();
    if (kSpill || i + 4 <= kCount) {
      store_sums(x[i], x1, x2, x3, out + i);
    } else {
      float sums[4];
      store_sums(x[i], x1, x2, x3, sums);
      for (std::size_t rest = i; rest < kCount; ++rest) out[rest] = sums[rest - i];
    }
  }
}

/// Input rows from one on, each with a row of its own to be scored against, too.
struct OwnScores {
  const float* const* rows;
  float* scores;
};

/// scores[u * leading + m] = inputs[u] . outputs[m], and where kOwn, own.scores[u] = inputs[u] .
/// own.rows[u]. Where kWhole, the tile holds all output rows (leading == kOutputs): its scores are
/// contiguous, and what it writes past its end the next tile of input rows overwrites.
template <std::size_t kInputs, std::size_t kOutputs, bool kWhole, bool kOwn>
HOGVEC_INLINE void score_tile(const float* const* inputs, const float* const* outputs,
                              std::size_t stride, float* scores, std::size_t leading,
                              const OwnScores& own) noexcept {
  Floats sums[kInputs * kOutputs];
  Floats own_sums[kInputs];
  HOGVEC_UNROLL
  for (std::size_t i = 0; i < kInputs * kOutputs; ++i) sums[i] = zero();
  HOGVEC_UNROLL
  for (std::size_t u = 0; u < kInputs; ++u) own_sums[u] = zero();
  for (std::size_t column = 0; column < stride; column += kLanes) {
    Floats x[kInputs];
    HOGVEC_UNROLL
    for (std::size_t u = 0; u < kInputs; ++u) x[u] = load(inputs[u] + column);
    if constexpr (kOwn) {
      HOGVEC_UNROLL
      for (std::size_t u = 0; u < kInputs; ++u) {
        own_sums[u] = fma(x[u], load(own.rows[u] + column), own_sums[u]);
      }
    }
    HOGVEC_UNROLL
    for (std::size_t m = 0; m < kOutputs; ++m) {
      Floats o = load(outputs[m] + column);
      if constexpr (kInputs > 1) keep_in_register(o);
      HOGVEC_UNROLL
      for (std::size_t u = 0; u < kInputs; ++u) {
        sums[u * kOutputs + m] = fma(x[u], o, sums[u * kOutputs + m]);
      }
    }
  }
  if constexpr (kWhole) {
    store_all_sums<kInputs * kOutputs, true>(sums, scores);
  } else {
    HOGVEC_UNROLL
    for (std::size_t u = 0; u < kInputs; ++u) {
      store_all_sums<kOutputs, false>(sums + u * kOutputs, scores + u * leading);
    }
  }
  if constexpr (kOwn) store_all_sums<kInputs, false>(own_sums, own.scores);
}

/// All input rows against kOutputs output rows.
template <std::size_t kOutputs, bool kWhole, bool kOwn>
void score_outputs(const float* const* inputs, std::size_t input_count, const float* const* outputs,
                   std::size_t stride, float* scores, std::size_t leading,
                   const OwnScores& own) noexcept {
  const auto own_from = [&](std::size_t u) noexcept {
    return kOwn ? OwnScores{own.rows + u, own.scores + u} : own;
  };
  std::size_t u = 0;
  for (; u + 2 <= input_count; u += 2) {
    score_tile<2, kOutputs, kWhole, kOwn>(inputs + u, outputs, stride, scores + u * leading,
                                          leading, own_from(u));
  }
  if (u < input_count) {
    score_tile<1, kOutputs, kWhole, kOwn>(inputs + u, outputs, stride, scores + u * leading,
                                          leading, own_from(u));
  }
}

using ScoreOutputs = void (*)(const float* const*, std::size_t, const float* const*, std::size_t,
                              float*, std::size_t, const OwnScores&) noexcept;

template <bool kWhole, bool kOwn, std::size_t... kWidths>
ScoreOutputs score_outputs_of(std::size_t width, std::index_sequence<kWidths...>) noexcept {
  static constexpr ScoreOutputs kTable[] = {score_outputs<kWidths + 1, kWhole, kOwn>...};
  return kTable[width - 1];
}

template <bool kOwn>
void score_all(const float* const* inputs, std::size_t input_count, const float* const* outputs,
               std::size_t output_count, std::size_t stride, float* scores,
               const OwnScores& own) noexcept {
  constexpr std::size_t kMost = kOwn ? kScoreBesideOwn : kScoreOutputs;
  constexpr auto kWidths = std::make_index_sequence<kMost>{};
  if (output_count <= kMost) {
    score_outputs_of<true, kOwn>(output_count, kWidths)(inputs, input_count, outputs, stride,
                                                        scores, output_count, own);
    return;
  }
  const std::size_t tiles = (output_count + kMost - 1) / kMost;
  for (std::size_t tile = 0; tile < tiles; ++tile) {
    const std::size_t first = output_count * tile / tiles;
    const std::size_t width = output_count * (tile + 1) / tiles - first;
    ScoreOutputs score = score_outputs_of<false, false>(width, kWidths);
    if constexpr (kOwn) {
      if (tile == 0) score = score_outputs_of<false, true>(width, kWidths);
    }
    score(inputs, input_count, outputs + first, stride, scores + first, output_count, own);
  }
}

/// scores, row-major input_count x output_count: inputs[u] . outputs[m]. Writes up to three floats
/// past the end.
void score_rows(const float* const* inputs, std::size_t input_count, const float* const* outputs,
                std::size_t output_count, std::size_t stride, float* scores) noexcept {
  score_all<false>(inputs, input_count, outputs, output_count, stride, scores, {});
}

}  // namespace
}  // namespace hogvec::simd
