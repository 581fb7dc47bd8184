// The best score of many analogy questions within a tile of rows, from the cosines of their words.
#pragma once

#include "simd/batch-inl.hpp"

namespace hogvec::simd {
namespace {

struct CosineSum {
  HOGVEC_INLINE Floats operator()(const Floats& a, const Floats& b, const Floats& c) const {
    return (b - a) + c;
  }
};

struct CosineProduct {
  Floats one = Floats(1.0f);
  Floats above_zero = Floats(1.0f + 2 * kAnalogyEpsilon);

  HOGVEC_INLINE Floats operator()(const Floats& a, const Floats& b, const Floats& c) const {
    return ((b + one) * (c + one)) / (a + above_zero);
  }
};

template <class Score>
void best_scores(const AnalogyScores& s) noexcept {
  const Score score{};
  const Floats nothing(-__builtin_inff());
  for (std::size_t q = 0; q < s.count; ++q) {
    const float* const a = s.cosines + s.questions[3 * q] * s.row_count;
    const float* const b = s.cosines + s.questions[3 * q + 1] * s.row_count;
    const float* const c = s.cosines + s.questions[3 * q + 2] * s.row_count;
    Floats best = nothing;
    for (std::size_t m = 0; m < s.row_count; m += kLanes) {
      // In this order x86 keeps `best` where the score is not a number.
      best = xsimd::max(score(load(a + m), load(b + m), load(c + m)), best);
    }
    alignas(kRowAlignment) float lanes[kLanes];
    store(lanes, best);
    float highest = lanes[0];
    for (std::size_t i = 1; i < kLanes; ++i) highest = lanes[i] > highest ? lanes[i] : highest;
    s.best[q] = highest;
  }
}

void analogy_sums(const AnalogyScores& s) noexcept { best_scores<CosineSum>(s); }

void analogy_products(const AnalogyScores& s) noexcept { best_scores<CosineProduct>(s); }

}  // namespace
}  // namespace hogvec::simd
