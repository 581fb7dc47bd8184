// analogy_sums and analogy_products on every table, against plain double loops.
//
// Sizes: tiles of 1 to 20 times kRowPadding rows, for loops over registers of any width.
// Tolerances: two roundings of terms of size 1 each for the sum; for the product three sums of at
// most 2, two products and a quotient, which is six roundings of the result.
// Out of scope: cosines outside -1 .. 1.
#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "simd/kernels.hpp"
#include "tests/simd/kernels_under_test.hpp"

namespace {

using namespace hogvec::testing;  // NOLINT(google-build-using-namespace): one file, one subject
namespace simd = hogvec::simd;

constexpr std::size_t kWords = 7;
constexpr std::size_t kQuestions = 23;  // some whose words are the same, some who share words

struct Tile {
  explicit Tile(std::size_t rows, std::uint64_t seed = 1)
      : row_count(rows), cosines(kWords * rows), questions(3 * kQuestions), best(kQuestions) {
    Random random(seed);
    for (float& cosine : cosines) cosine = static_cast<float>(random.uniform(-1, 1));
    for (std::uint32_t& word : questions) word = static_cast<std::uint32_t>(random.below(kWords));
  }

  simd::AnalogyScores scores() {
    return {cosines.data(), row_count, questions.data(), kQuestions, best.data()};
  }
  double cosine(std::size_t question, std::size_t word, std::size_t row) const {
    return cosines[questions[3 * question + word] * row_count + row];
  }
  template <class Score>
  std::vector<double> best_of(const Score& score) const {
    std::vector<double> highest(kQuestions, -std::numeric_limits<double>::infinity());
    for (std::size_t q = 0; q < kQuestions; ++q) {
      for (std::size_t m = 0; m < row_count; ++m) {
        highest[q] = std::max(highest[q], score(cosine(q, 0, m), cosine(q, 1, m), cosine(q, 2, m)));
      }
    }
    return highest;
  }

  std::size_t row_count;
  Guarded<float> cosines;
  Guarded<std::uint32_t> questions;
  Guarded<float> best;
};

}  // namespace

TEST_CASE("analogy_sums finds the highest sum of cosines") {
  on_every_table([](const simd::KernelTable& kernels) {
    for (std::size_t n = 1; n <= 20; ++n) {
      CAPTURE(n);
      Tile tile(n * simd::kRowPadding, n);
      kernels.analogy_sums(tile.scores());
      check_close(tile.best, tile.best_of([](double a, double b, double c) { return b - a + c; }),
                  {2 * 3 * kRounding, 0});
      CHECK((tile.cosines.intact() && tile.questions.intact() && tile.best.intact()));
    }
  });
}

TEST_CASE("analogy_products finds the highest ratio of shifted cosines") {
  const double epsilon = double{simd::kAnalogyEpsilon};
  on_every_table([=](const simd::KernelTable& kernels) {
    for (std::size_t n = 1; n <= 20; ++n) {
      CAPTURE(n);
      Tile tile(n * simd::kRowPadding, n);
      // A denominator near zero loses digits: cosines of -1 + 1/64 keep all but six bits of them.
      for (float& cosine : tile.cosines) cosine = std::max(cosine, -63.0F / 64);
      kernels.analogy_products(tile.scores());
      const std::vector<double> want = tile.best_of(
          [=](double a, double b, double c) { return (1 + b) * (1 + c) / (1 + a + 2 * epsilon); });
      check_close(tile.best, want, {0, 6 * 64 * kRounding});
      CHECK((tile.cosines.intact() && tile.questions.intact() && tile.best.intact()));
    }
  });
}

TEST_CASE("every row of a tile can win") {
  on_every_table([](const simd::KernelTable& kernels) {
    constexpr std::size_t kRows = 5 * simd::kRowPadding;
    for (std::size_t row = 0; row < kRows; ++row) {
      Tile tile(kRows);
      std::fill(tile.cosines.begin(), tile.cosines.end(), 0.0F);
      tile.cosines[1 * kRows + row] = 0.5F;
      for (std::size_t q = 0; q < kQuestions; ++q) {
        tile.questions[3 * q] = 0;
        tile.questions[3 * q + 1] = 1;
        tile.questions[3 * q + 2] = 2;
      }
      kernels.analogy_sums(tile.scores());
      CHECK(std::all_of(tile.best.begin(), tile.best.end(), [](float x) { return x == 0.5F; }));
    }
  });
}

TEST_CASE("a row whose score is not a number hides no other, or says that it is there") {
  on_every_table([](const simd::KernelTable& kernels) {
    Tile tile(2 * simd::kRowPadding);
    for (std::size_t word = 0; word < kWords; ++word) {
      tile.cosines[word * tile.row_count + 5] = std::numeric_limits<float>::quiet_NaN();
    }
    const std::vector<double> want =
        tile.best_of([](double a, double b, double c) { return b - a + c; });
    kernels.analogy_sums(tile.scores());
    for (std::size_t q = 0; q < kQuestions; ++q) {
      CHECK(!(tile.best[q] < want[q] - 6 * kRounding));
    }
  });
}
