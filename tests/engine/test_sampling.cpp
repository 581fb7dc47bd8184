// AliasSampler and keep_probability: exact shares, and draws that follow them.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "engine/kernels.hpp"
#include "engine/sampling/alias_sampler.hpp"
#include "engine/sampling/subsampling.hpp"
#include "io/error.hpp"

namespace {

using namespace hogvec;

Vocabulary zipf(std::size_t size) {
  std::vector<io::WordCount> words{{"</s>", 1000}};
  for (std::size_t k = 1; k < size; ++k) words.push_back({"w" + std::to_string(k), 100000 / k});
  return {std::move(words), 1};
}

TEST_CASE("the alias table holds unigram^(3/4), and never </s>") {
  for (const std::size_t size : {2u, 3u, 10u, 5000u}) {
    const Vocabulary vocabulary = zipf(size);
    const std::vector<double> p = AliasSampler(vocabulary, 0.75).probabilities();
    double total = 0;
    for (WordId k = 1; k < size; ++k) {
      total += std::pow(static_cast<double>(vocabulary.count(k)), 0.75);
    }
    CHECK(p[0] == 0);
    for (WordId k = 1; k < size; ++k) {
      // A threshold of 32 bits in a column of 1 / size.
      CHECK(p[k] ==
            doctest::Approx(std::pow(static_cast<double>(vocabulary.count(k)), 0.75) / total)
                .epsilon(1e-6));
    }
  }
}

TEST_CASE("draws follow the table") {
  const Vocabulary vocabulary = zipf(50);
  const AliasSampler sampler(vocabulary, 0.75);
  constexpr std::size_t kDraws = 1 << 18;
  std::vector<std::uint32_t> bits(2 * kDraws);
  active_kernels().random_bits(42, bits.data(), bits.size());
  std::vector<WordId> words(kDraws);
  sampler.draw(bits, words);
  std::vector<double> seen(50);
  for (const WordId word : words) ++seen[word];
  const std::vector<double> p = sampler.probabilities();
  double chi_square = 0;
  for (std::size_t k = 1; k < 50; ++k) {
    const double expected = p[k] * kDraws;
    chi_square += (seen[k] - expected) * (seen[k] - expected) / expected;
  }
  CHECK(seen[0] == 0);
  // 48 degrees of freedom: mean 48, standard deviation 9.8; five of them above.
  CHECK(chi_square < 97);
}

TEST_CASE("noise needs a word with a count") {
  const Vocabulary empty({{"</s>", 3}, {"a", 0}, {"b", 0}}, 0);
  CHECK_THROWS_AS(AliasSampler(empty, 0.75), Error);
}

TEST_CASE("a word is kept with sqrt(t/f) + t/f") {
  const Vocabulary vocabulary({{"</s>", 500}, {"a", 400}, {"b", 99}, {"c", 1}}, 1);
  const double t = 0.01;
  const double f = 0.4;  // 400 of 1000
  CHECK(keep_probability(vocabulary, 1, t) == doctest::Approx(std::sqrt(t / f) + t / f));
  CHECK(keep_probability(vocabulary, 3, t) == 1);
  CHECK(keep_probability(vocabulary, 0, t) == 1);
  CHECK(keep_probability(vocabulary, 1, 0) == 1);
  const std::vector<std::uint32_t> thresholds = keep_thresholds(vocabulary, t);
  CHECK(thresholds[0] == 0xffffffff);
  CHECK(thresholds[1] == doctest::Approx((std::sqrt(t / f) + t / f) * 0x1p32).epsilon(1e-6));
}

}  // namespace
