// Windows to pair counts.
#pragma once

#include "simd/batch-inl.hpp"

namespace hogvec::simd {
namespace {

/// 1 where 0 < |place - center| <= reach, else 0.
HOGVEC_INLINE Floats holds(const Floats& place, const Floats& center,
                           const Floats& reach) noexcept {
  const Floats distance = xsimd::abs(place - center);
  return xsimd::select((distance <= reach) & (distance > zero()), Floats(1.0f), zero());
}

/// 0, 1, 2, ...
HOGVEC_INLINE Floats lane_numbers() noexcept {
  alignas(kRowAlignment) float lanes[kLanes];
  for (std::size_t i = 0; i < kLanes; ++i) lanes[i] = static_cast<float>(i);
  return load(lanes);
}

/// totals[i] = how many windows hold place base + i, for one register of places.
HOGVEC_INLINE Floats window_totals(const WindowPairs& w, std::size_t base) noexcept {
  const Floats places = Floats(static_cast<float>(base)) + lane_numbers();
  Floats totals = zero();
  for (std::size_t m = 0; m < w.center_count; ++m) {
    totals += holds(places, Floats(static_cast<float>(w.first_center + m)),
                    Floats(static_cast<float>(w.reach[m])));
  }
  return totals;
}

/// One register of output rows from `column` on. The last register reaches past the end of its row:
/// the next row overwrites that, in this column or in the first one, which therefore goes last.
void pair_columns(const WindowPairs& w, std::size_t column) noexcept {
  alignas(kRowAlignment) float reach_lanes[kLanes];
  alignas(kRowAlignment) float draws_lanes[kLanes];
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const std::size_t m = column + lane;
    // A noise row has no window.
    reach_lanes[lane] = m < w.center_count ? static_cast<float>(w.reach[m]) : -1.0f;
    draws_lanes[lane] = m < w.output_count ? w.draws[m] : 0.0f;
  }
  const Floats reach = load(reach_lanes);
  const Floats draws = load(draws_lanes);
  const Floats centers = Floats(static_cast<float>(w.first_center + column)) + lane_numbers();
  std::size_t next_row = 0;
  for (std::size_t place = 0; place < w.place_count; ++place) {
    const Floats positives = holds(Floats(static_cast<float>(place)), centers, reach);
    const Floats trials = fma(draws, Floats(w.totals[place]) - positives, positives);
    const std::size_t row = w.input_of[place];
    float* a = w.positives + row * w.output_count + column;
    float* n = w.trials + row * w.output_count + column;
    if (row == next_row) {
      store_any(a, positives);
      store_any(n, trials);
      ++next_row;
    } else {
      store_any(a, load_any(a) + positives);
      store_any(n, load_any(n) + trials);
    }
  }
}

void window_pairs(const WindowPairs& w) noexcept {
  for (std::size_t base = 0; base < w.place_count; base += kLanes) {
    store(w.totals + base, window_totals(w, base));
  }
  for (std::size_t column = (w.output_count - 1) / kLanes * kLanes;; column -= kLanes) {
    pair_columns(w, column);
    if (column == 0) break;
  }
  const std::size_t end = w.input_count * w.output_count;
  for (std::size_t i = 0; i < kRowPadding; i += kLanes) {
    store_any(w.positives + end + i, zero());
    store_any(w.trials + end + i, zero());
  }
}

}  // namespace
}  // namespace hogvec::simd
