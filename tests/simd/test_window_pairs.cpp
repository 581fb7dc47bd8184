// window_pairs on every table, against the header's formula read word by word.
//
// Sizes: 1 to 20 centers, each with a reach of 0 to 10 words, up to 24 further noise rows: places
// and output rows below, at and above any lane count. Words repeat within the windows; the centers
// do not. The answer is exact: counts, and draws in halves. A and N are not aligned; all buffers
// lie between guards and start as NaN.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "simd/kernels.hpp"
#include "tests/simd/kernels_under_test.hpp"

namespace {

using namespace hogvec::testing;  // NOLINT(google-build-using-namespace): one file, one subject
namespace simd = hogvec::simd;

struct Windows {
  std::size_t first_center, center_count, output_count, row_count;
  std::vector<std::uint32_t> input_of;  // of every place
  std::vector<std::uint32_t> reach;     // of every center
  std::vector<float> draws;             // of every output row
};

Windows random_windows(std::size_t centers, std::size_t noise, std::size_t longest_reach,
                       std::size_t alphabet, Random& random) {
  Windows windows{random.below(longest_reach + 1), centers, centers + noise, 0, {}, {}, {}};
  for (std::size_t m = 0; m < centers; ++m) {
    windows.reach.push_back(static_cast<std::uint32_t>(random.below(longest_reach + 1)));
  }
  for (std::size_t m = 0; m < windows.output_count; ++m) {
    windows.draws.push_back(0.5F * static_cast<float>(random.below(6)));
  }
  const std::size_t places = windows.first_center + centers + random.below(longest_reach + 1);
  std::vector<std::size_t> words;  // of the input rows
  for (std::size_t place = 0; place < places; ++place) {
    // Word m is center m's; its other places may be anywhere outside of the centers.
    const bool is_center = place >= windows.first_center && place - windows.first_center < centers;
    const std::size_t word = is_center ? place - windows.first_center : random.below(alphabet);
    const auto row = std::find(words.begin(), words.end(), word);
    windows.input_of.push_back(static_cast<std::uint32_t>(row - words.begin()));
    if (row == words.end()) words.push_back(word);
  }
  windows.row_count = words.size();
  return windows;
}

/// Whether the window of center m holds the place: it does not hold its own center.
bool holds(const Windows& windows, std::size_t m, std::size_t place) {
  const std::size_t center = windows.first_center + m;
  const std::size_t distance = place > center ? place - center : center - place;
  return distance > 0 && distance <= windows.reach[m];
}

struct Counts {
  std::vector<float> positives, trials;
};

Counts count(const Windows& windows) {
  Counts counts;
  for (std::size_t u = 0; u < windows.row_count; ++u) {
    for (std::size_t m = 0; m < windows.output_count; ++m) {
      float positives = 0.0F;
      float all = 0.0F;
      for (std::size_t place = 0; place < windows.input_of.size(); ++place) {
        if (windows.input_of[place] != u) continue;
        for (std::size_t center = 0; center < windows.center_count; ++center) {
          if (!holds(windows, center, place)) continue;
          all += 1.0F;
          if (center == m) positives += 1.0F;
        }
      }
      counts.positives.push_back(positives);
      counts.trials.push_back(positives + windows.draws[m] * (all - positives));
    }
  }
  return counts;
}

void check(const Windows& windows) {
  const Counts want = count(windows);
  const std::size_t pairs = windows.row_count * windows.output_count;
  on_every_table([&](const simd::KernelTable& kernels) {
    CAPTURE(windows.input_of.size());
    CAPTURE(windows.center_count);
    CAPTURE(windows.output_count);
    const Guarded<std::uint32_t> input_of(windows.input_of, 1);
    const Guarded<std::uint32_t> reach(windows.reach, 1);
    const Guarded<float> draws(windows.draws, 1);
    Guarded<float> positives(pairs + 2 * simd::kRowPadding);
    Guarded<float> trials(pairs + 2 * simd::kRowPadding);
    Guarded<float> totals(windows.input_of.size() + simd::kRowPadding);
    kernels.window_pairs({.input_of = input_of.data(),
                          .reach = reach.data(),
                          .draws = draws.data(),
                          .positives = positives.data(),
                          .trials = trials.data(),
                          .totals = totals.data(),
                          .place_count = windows.input_of.size(),
                          .input_count = windows.row_count,
                          .first_center = windows.first_center,
                          .center_count = windows.center_count,
                          .output_count = windows.output_count});
    CHECK(std::equal(want.positives.begin(), want.positives.end(), positives.begin()));
    CHECK(std::equal(want.trials.begin(), want.trials.end(), trials.begin()));
    // A logistic block wants zeros behind the counts.
    const auto zeros = [&](const Guarded<float>& counts) {
      const float* const behind = counts.begin() + pairs;
      return std::count(behind, behind + simd::kRowPadding, 0.0F) == simd::kRowPadding;
    };
    CHECK(zeros(positives));
    CHECK(zeros(trials));
    CHECK(positives.intact());
    CHECK(trials.intact());
    CHECK(totals.intact());
  });
}

}  // namespace

TEST_CASE("window_pairs counts every number of centers and noise rows") {
  Random random(1);
  for (std::size_t centers = 1; centers <= 20; ++centers) {
    for (std::size_t noise = 0; noise <= 24; ++noise) {
      for (const std::size_t longest_reach : {1, 5, 10}) {
        check(random_windows(centers, noise, longest_reach, 1000, random));
      }
    }
  }
}

TEST_CASE("window_pairs adds up the places of a word that repeats") {
  // Few words: most places are of an earlier row, some of a center's.
  Random random(2);
  for (const std::size_t alphabet : {1, 3, 8, 20}) {
    for (std::size_t centers = 1; centers <= 20; ++centers) {
      for (const std::size_t noise : {0, 1, 5, 12, 17})
        check(random_windows(centers, noise, 10, alphabet, random));
    }
  }
}
