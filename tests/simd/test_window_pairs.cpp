// window_pairs on every table, against the header's formula read word by word.
//
// Sizes: 1 to 20 centers, each with a reach of 0 to 10 words, and 1 to 40 output rows: places and
// output rows below, at and above any lane count. Words repeat within the windows, and the first
// and the last windows may want more places than there are. The wishes are halves and small
// integers, so that sums are exact in any order, and lie in rows that may be longer than they must.
// A and N are not aligned; all buffers lie between guards and start as NaN, as does what lies
// behind the wishes of a center: a block leaves there what the last one wanted.
// Out of scope: no center, no output row.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "simd/kernels.hpp"
#include "tests/simd/kernels_under_test.hpp"

namespace {

using namespace hogvec::testing;  // NOLINT(google-build-using-namespace): one file, one subject
namespace simd = hogvec::simd;

/// Below, at and above the lane counts 4, 8 and 16, their doubles and a third register.
constexpr std::size_t kOutputCounts[] = {1,  2,  3,  4,  5,  7,  8,  9,  12, 15,
                                         16, 17, 24, 25, 31, 32, 33, 39, 40};

struct Windows {
  std::size_t first_center, center_count, output_count, row_count;
  std::vector<std::uint32_t> input_of;   // of every place
  std::vector<std::uint32_t> reach;      // of every center
  std::vector<float> positives, trials;  // wishes, center_count x output_count
};

Windows random_windows(std::size_t centers, std::size_t outputs, std::size_t longest_reach,
                       std::size_t alphabet, Random& random) {
  Windows windows{random.below(longest_reach + 1), centers, outputs, 0, {}, {}, {}, {}};
  for (std::size_t c = 0; c < centers; ++c) {
    windows.reach.push_back(static_cast<std::uint32_t>(random.below(longest_reach + 1)));
  }
  for (std::size_t i = 0; i < centers * outputs; ++i) {
    windows.positives.push_back(static_cast<float>(random.below(3)));
    windows.trials.push_back(0.5F * static_cast<float>(random.below(12)));
  }
  const std::size_t places = windows.first_center + centers + random.below(longest_reach + 1);
  std::vector<std::size_t> words;  // of the input rows
  for (std::size_t place = 0; place < places; ++place) {
    const std::size_t word = random.below(alphabet);
    const auto row = std::find(words.begin(), words.end(), word);
    windows.input_of.push_back(static_cast<std::uint32_t>(row - words.begin()));
    if (row == words.end()) words.push_back(word);
  }
  windows.row_count = words.size();
  return windows;
}

/// Whether the window of center c holds the place: it does not hold its own center.
bool holds(const Windows& windows, std::size_t c, std::size_t place) {
  const std::size_t center = windows.first_center + c;
  const std::size_t distance = place > center ? place - center : center - place;
  return distance > 0 && distance <= windows.reach[c];
}

struct Counts {
  std::vector<float> positives, trials;
};

Counts count(const Windows& windows) {
  Counts counts;
  for (std::size_t u = 0; u < windows.row_count; ++u) {
    for (std::size_t m = 0; m < windows.output_count; ++m) {
      float positives = 0.0F;
      float trials = 0.0F;
      for (std::size_t place = 0; place < windows.input_of.size(); ++place) {
        if (windows.input_of[place] != u) continue;
        for (std::size_t c = 0; c < windows.center_count; ++c) {
          if (!holds(windows, c, place)) continue;
          positives += windows.positives[c * windows.output_count + m];
          trials += windows.trials[c * windows.output_count + m];
        }
      }
      counts.positives.push_back(positives);
      counts.trials.push_back(trials);
    }
  }
  return counts;
}

/// The wishes in rows of `stride` floats, `behind` in what the rows have to spare.
Guarded<float> wish_rows(const Windows& windows, const std::vector<float>& wishes,
                         std::size_t stride, float behind) {
  Guarded<float> rows(windows.center_count * stride);
  std::fill(rows.begin(), rows.end(), behind);
  for (std::size_t c = 0; c < windows.center_count; ++c) {
    std::copy_n(&wishes[c * windows.output_count], windows.output_count, &rows[c * stride]);
  }
  return rows;
}

void check(const Windows& windows, std::size_t stride, float behind) {
  const Counts want = count(windows);
  const std::size_t pairs = windows.row_count * windows.output_count;
  const std::size_t places = windows.input_of.size();
  on_every_table([&](const simd::KernelTable& kernels) {
    CAPTURE(places);
    CAPTURE(windows.row_count);
    CAPTURE(windows.center_count);
    CAPTURE(windows.output_count);
    CAPTURE(stride);
    CAPTURE(behind);
    const Guarded<std::uint32_t> input_of(windows.input_of, 1);
    const Guarded<std::uint32_t> reach(windows.reach, 1);
    const Guarded<float> wanted_positives = wish_rows(windows, windows.positives, stride, behind);
    const Guarded<float> wanted_trials = wish_rows(windows, windows.trials, stride, behind);
    Guarded<float> positives(pairs + 2 * simd::kRowPadding, 1);
    Guarded<float> trials(pairs + 2 * simd::kRowPadding, 1);
    Guarded<float> scratch(windows.center_count * simd::padded(places));
    kernels.window_pairs({.input_of = input_of.data(),
                          .reach = reach.data(),
                          .center_positives = wanted_positives.data(),
                          .center_trials = wanted_trials.data(),
                          .positives = positives.data(),
                          .trials = trials.data(),
                          .holds = scratch.data(),
                          .place_count = places,
                          .input_count = windows.row_count,
                          .first_center = windows.first_center,
                          .center_count = windows.center_count,
                          .output_count = windows.output_count,
                          .center_stride = stride});
    CHECK(std::equal(want.positives.begin(), want.positives.end(), positives.begin()));
    CHECK(std::equal(want.trials.begin(), want.trials.end(), trials.begin()));
    CHECK((positives.intact() && trials.intact() && scratch.intact()));
    CHECK((wanted_positives.intact() && wanted_trials.intact()));
  });
}

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE("window_pairs counts every number of centers and output rows") {
  // So many words that few repeat. A reach of 0 holds nothing.
  Random random(1);
  for (std::size_t centers = 1; centers <= 20; ++centers) {
    for (std::size_t outputs = 1; outputs <= 40; ++outputs) {
      for (const std::size_t longest_reach : {0, 1, 5, 10}) {
        const Windows windows = random_windows(centers, outputs, longest_reach, 10'000, random);
        check(windows, simd::padded(outputs), 0.0F);
      }
    }
  }
}

TEST_CASE("window_pairs adds up the places of a word that repeats") {
  // Few words: most places are of an earlier row.
  Random random(2);
  for (const std::size_t alphabet : {1, 3, 8, 20}) {
    for (std::size_t centers = 1; centers <= 20; ++centers) {
      for (const std::size_t outputs : kOutputCounts) {
        const Windows windows = random_windows(centers, outputs, 10, alphabet, random);
        check(windows, simd::padded(outputs), 0.0F);
      }
    }
  }
}

TEST_CASE("window_pairs takes wishes from rows of any stride") {
  Random random(3);
  for (const std::size_t spare : {1, 2, 5}) {
    for (std::size_t centers = 1; centers <= 20; ++centers) {
      for (const std::size_t outputs : kOutputCounts) {
        const Windows windows = random_windows(centers, outputs, 5, 20, random);
        check(windows, simd::padded(outputs) + spare * simd::kRowPadding, 0.0F);
      }
    }
  }
}

TEST_CASE("window_pairs ignores what lies behind the wishes of a center") {
  // 64 is a count that an earlier block may have left, NaN what no masking by a product hides.
  Random random(4);
  for (const float behind : {64.0F, kNan}) {
    for (const std::size_t alphabet : {3, 20, 10'000}) {
      for (std::size_t centers = 1; centers <= 20; ++centers) {
        for (const std::size_t outputs : kOutputCounts) {
          const Windows windows = random_windows(centers, outputs, 5, alphabet, random);
          check(windows, simd::padded(outputs) + random.below(2) * simd::kRowPadding, behind);
        }
      }
    }
  }
}
