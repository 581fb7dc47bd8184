// Spearman's rho with and without ties, words found without their case, and the counts of an
// evaluation. Expected correlations are worked out by hand beside them.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "engine/query/evaluation.hpp"
#include "engine/query/spearman.hpp"
#include "tests/files.hpp"

using hogvec::FoldedWords;
using hogvec::Letters;
using hogvec::spearman;
using hogvec::WordIndex;
using hogvec::testing::TemporaryFile;

namespace {

using Values = std::vector<double>;

WordIndex index_of(std::vector<std::string> words, const std::vector<float>& values) {
  const std::size_t dim = values.size() / words.size();
  return WordIndex(hogvec::io::WordVectors{std::move(words), dim, values});
}

}  // namespace

TEST_CASE("spearman is 1 for the same order and -1 for the opposite") {
  CHECK(spearman(Values{1, 5, 2, 9}, Values{-7, 3, 0, 1e9}) == doctest::Approx(1));
  CHECK(spearman(Values{1, 5, 2, 9}, Values{7, -3, 0, -1e9}) == doctest::Approx(-1));
}

TEST_CASE("spearman without ties is 1 - 6 sum d^2 / (n^3 - n)") {
  // Ranks 0 1 2 3 4 against 1 0 2 4 3: sum d^2 = 4, so 1 - 24 / 120.
  CHECK(spearman(Values{10, 20, 30, 40, 50}, Values{2, 1, 3, 5, 4}) == doctest::Approx(0.8));
}

TEST_CASE("spearman shares the ranks of ties") {
  // Ranks 0, 1.5, 1.5, 3 against 0, 1, 2, 3: deviations -1.5, 0, 0, 1.5 and -1.5, -.5, .5, 1.5 give
  // 4.5 / sqrt(4.5 * 5).
  CHECK(spearman(Values{1, 2, 2, 3}, Values{1, 2, 3, 4}) == doctest::Approx(4.5 / std::sqrt(22.5)));
  CHECK(spearman(Values{1, 2, 2, 3}, Values{1, 2, 2, 3}) == doctest::Approx(1));
}

TEST_CASE("spearman of nothing to correlate is not a number") {
  CHECK(std::isnan(spearman({}, {})));
  CHECK(std::isnan(spearman(Values{1}, Values{1})));
  CHECK(std::isnan(spearman(Values{1, 2, 3}, Values{4, 4, 4})));
}

TEST_CASE("the first of words that are equal but for case is found") {
  const WordIndex index = index_of({"b", "Paris", "paris", "Ä", "ä"}, {1, 2, 3, 4, 5});
  const FoldedWords ascii(index, Letters::kAscii);
  CHECK(ascii.find("PARIS") == 1);
  CHECK(ascii.find("B") == 0);
  CHECK(ascii.find("ä") == 4);
  CHECK(ascii.find("c") == WordIndex::kNotFound);
  CHECK(FoldedWords(index, Letters::kUnicode).find("ä") == 3);
}

TEST_CASE("similarity counts pairs whose words are known and whose cosine is a number") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const WordIndex index =
      index_of({"x", "Y", "z", "zero", "nan"}, {1, 0, 1, 1, 0, 1, 0, 0, nan, 1});
  const std::vector<hogvec::io::WordPair> pairs = {{"x", "X", 9},   {"x", "y", 5},
                                                   {"x", "z", 4},   {"zero", "x", 4},
                                                   {"nan", "x", 1}, {"?", "x", 2}};
  const auto result = evaluate_similarity(index, FoldedWords(index, Letters::kUnicode), pairs);
  CHECK(result.total == 6);
  CHECK(result.found == 4);
  // Cosines 1, 0.7, 0, 0 against 9, 5, 4, 4: the same order, ties and all.
  CHECK(result.spearman == doctest::Approx(1));
}

TEST_CASE("analogies are counted by section, over the most frequent words alone") {
  // d is where b - a + c points; e as well but for a little, behind it; f is its own direction.
  const WordIndex index = index_of({"a", "b", "c", "d", "e"}, {0, 0, 1, 1, 0, 0,  //
                                                               0, 1, 0, 1, 1, 0, 1, 1.1f, 0});
  const TemporaryFile file("a b c d\n: one\nA B C D\na b c e\na b c f\n: gram two\na c b d\n");
  const hogvec::io::QuestionsFile questions(file.path());
  const FoldedWords words(index, Letters::kUnicode);
  const auto all = evaluate_analogies(index, words, 5, questions);
  REQUIRE(all.sections.size() == 3);
  CHECK(all.sections[1].name == "one");
  CHECK(all.sections[1].tally.total == 3);
  CHECK(all.sections[1].tally.found == 2);
  CHECK(all.sections[1].tally.sum_right == 1);
  CHECK(all.sections[1].tally.product_right == 1);
  CHECK(all.sections[2].syntactic);
  CHECK(all.semantic.total == 4);
  CHECK(all.semantic.sum_right == 2);
  CHECK(all.syntactic.total == 1);
  CHECK(all.syntactic.sum_right == 1);
  CHECK(all.all.found == 4);
  const auto four = evaluate_analogies(index, words, 4, questions);
  CHECK(four.all.found == 3);
  CHECK(four.all.sum_right == 3);
}
