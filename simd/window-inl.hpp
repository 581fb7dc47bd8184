// Windows to pair counts.
#pragma once

#include "simd/batch-inl.hpp"

namespace hogvec::simd {
namespace {

/// holds(c, i) = 1 where the window of center c holds place i: 0 < |i - center| <= reach; else 0.
void find_held_places(const WindowPairs& w, std::size_t holds_stride) noexcept {
  for (std::size_t c = 0; c < w.center_count; ++c) {
    const Floats center(static_cast<float>(w.first_center + c));
    const Floats reach(static_cast<float>(w.reach[c]));
    for (std::size_t base = 0; base < w.place_count; base += kLanes) {
      const Floats places = Floats(static_cast<float>(base)) + lane_numbers();
      const Floats distance = xsimd::abs(places - center);
      store(w.holds + c * holds_stride + base,
            xsimd::select((distance <= reach) & (distance > zero()), Floats(1.0f), zero()));
    }
  }
}

/// What center c wants of one register of output rows.
struct Wanted {
  Floats positives;
  Floats trials;
};
HOGVEC_INLINE Wanted wanted(const WindowPairs& w, std::size_t c, std::size_t column) noexcept {
  const Floats rows = Floats(static_cast<float>(column)) + lane_numbers();
  // What lies past the last output row would be added to another input row.
  const auto real = rows < Floats(static_cast<float>(w.output_count));
  return {xsimd::select(real, load(w.center_positives + c * w.center_stride + column), zero()),
          xsimd::select(real, load(w.center_trials + c * w.center_stride + column), zero())};
}

/// Adds what a center wants, if its window holds the place: `held` is 1, else 0.
HOGVEC_INLINE void add_held(float held, const Wanted& want, Wanted& sum) noexcept {
  sum.positives = fma(Floats(held), want.positives, sum.positives);
  sum.trials = fma(Floats(held), want.trials, sum.trials);
}

/// One register of output rows from `column` on; kCenters is the number of centers, whose wishes
/// then stay in registers, or 0 for any. The last register reaches past the end of its row: the
/// next row overwrites that, in this column or in the first one, which therefore goes last.
template <std::size_t kCenters>
void pair_columns(const WindowPairs& w, std::size_t holds_stride, std::size_t column) noexcept {
  Wanted all[kCenters + 1];
  HOGVEC_UNROLL
  for (std::size_t c = 0; c < kCenters; ++c) all[c] = wanted(w, c, column);
  std::size_t next_row = 0;
  for (std::size_t place = 0; place < w.place_count; ++place) {
    const float* held = w.holds + place;
    Wanted sum{zero(), zero()};
    if constexpr (kCenters != 0) {
      HOGVEC_UNROLL
      for (std::size_t c = 0; c < kCenters; ++c) add_held(held[c * holds_stride], all[c], sum);
    } else {
      for (std::size_t c = 0; c < w.center_count; ++c) {
        add_held(held[c * holds_stride], wanted(w, c, column), sum);
      }
    }
    const std::size_t row = w.input_of[place];
    float* a = w.positives + row * w.output_count + column;
    float* n = w.trials + row * w.output_count + column;
    if (row == next_row) {
      store_any(a, sum.positives);
      store_any(n, sum.trials);
      ++next_row;
    } else {
      store_any(a, load_any(a) + sum.positives);
      store_any(n, load_any(n) + sum.trials);
    }
  }
}

using PairColumns = void (*)(const WindowPairs&, std::size_t, std::size_t) noexcept;

void window_pairs(const WindowPairs& w) noexcept {
  static constexpr PairColumns kByCenters[] = {pair_columns<0>, pair_columns<1>, pair_columns<2>,
                                               pair_columns<3>, pair_columns<4>};
  const std::size_t holds_stride = padded(w.place_count);
  find_held_places(w, holds_stride);
  const PairColumns columns = kByCenters[w.center_count <= 4 ? w.center_count : 0];
  for (std::size_t column = (w.output_count - 1) / kLanes * kLanes;; column -= kLanes) {
    columns(w, holds_stride, column);
    if (column == 0) break;
  }
}

}  // namespace
}  // namespace hogvec::simd
