// The Huffman tree: the reference's codes, their choices between equal counts, and what makes it a
// tree, also of a vocabulary that is not sorted. Out of scope: training on it (test_trainer).
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "engine/vocab/huffman_tree.hpp"
#include "io/error.hpp"

namespace {

using namespace hogvec;

Vocabulary vocabulary_of(const std::vector<std::uint64_t>& counts) {
  std::vector<io::WordCount> words;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    words.push_back({"w" + std::to_string(i), counts[i]});
  }
  return {std::move(words), 0};
}

std::string code(const HuffmanTree& tree, WordId word) {
  std::string code;
  for (const HuffmanTree::Step step : tree.path(word)) code += step.code() ? '1' : '0';
  return code;
}

/// Codes and nodes as word2vec.c:206 makes them, in its arrays and with its numbers of nodes.
struct Written {
  std::vector<std::string> codes;
  std::vector<std::vector<std::size_t>> points;
};
Written as_the_reference_writes(const std::vector<std::uint64_t>& counts) {
  const std::size_t words = counts.size();
  std::vector<std::uint64_t> count(counts);
  count.resize(2 * words, 1'000'000'000'000'000);  // its bound on all counts
  std::vector<int> binary(2 * words, 0);
  std::vector<std::size_t> parent(2 * words, 0);
  auto left = static_cast<std::ptrdiff_t>(words) - 1;
  std::size_t right = words;
  const auto take = [&] {
    if (left >= 0 && count[static_cast<std::size_t>(left)] < count[right]) {
      return static_cast<std::size_t>(left--);
    }
    return right++;
  };
  for (std::size_t a = 0; a + 1 < words; ++a) {
    const std::size_t first = take();
    const std::size_t second = take();
    count[words + a] = count[first] + count[second];
    parent[first] = parent[second] = words + a;
    binary[second] = 1;
  }
  Written written;
  for (std::size_t word = 0; word < words; ++word) {
    std::string code;
    std::vector<std::size_t> points;
    for (std::size_t at = word; at != 2 * words - 2; at = parent[at]) {
      code.insert(code.begin(), binary[at] != 0 ? '1' : '0');
      points.insert(points.begin(), parent[at] - words);
    }
    written.codes.push_back(code);
    written.points.push_back(points);
  }
  return written;
}

std::vector<std::uint64_t> random_counts(std::size_t words, std::uint64_t most, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint64_t> counts(words);
  for (std::uint64_t& count : counts) count = 1 + random() % most;
  std::sort(counts.begin() + 1, counts.end(), std::greater<>());
  return counts;
}

TEST_CASE("codes and nodes are the reference's, between equal counts too") {
  for (const std::size_t words : {2u, 3u, 4u, 5u, 31u, 1000u}) {
    // Few different counts: most choices are between equals. Index 0 is not the largest.
    for (const std::uint64_t most : {1u, 2u, 5u, 1'000'000u}) {
      const std::vector<std::uint64_t> counts = random_counts(words, most, 3);
      const Written expected = as_the_reference_writes(counts);
      const HuffmanTree tree(vocabulary_of(counts));
      CHECK(tree.inner_nodes() == words - 1);
      for (WordId word = 0; word < words; ++word) {
        CHECK(code(tree, word) == expected.codes[word]);
        const auto path = tree.path(word);
        for (std::size_t i = 0; i < path.size(); ++i) {
          CHECK(path[i].node() == words - 2 - expected.points[word][i]);
        }
      }
    }
  }
}

TEST_CASE("frequent words have the short paths, and the probabilities of all words sum to one") {
  const std::vector<std::uint64_t> counts = random_counts(500, 100'000, 4);
  const HuffmanTree tree(vocabulary_of(counts));
  double kraft = 0;
  for (WordId word = 0; word < 500; ++word) {
    kraft += std::ldexp(1.0, -static_cast<int>(tree.path(word).size()));
    CHECK(tree.path(word).size() <= tree.longest_path());
    if (word > 1) CHECK(tree.path(word).size() >= tree.path(word - 1).size());
  }
  CHECK(kraft == 1.0);  // a full binary tree; powers of two are exact
}

TEST_CASE("the root is node 0, and a node comes after those above it") {
  const HuffmanTree tree(vocabulary_of(random_counts(300, 1000, 5)));
  std::set<std::uint32_t> nodes;
  for (WordId word = 0; word < 300; ++word) {
    const auto path = tree.path(word);
    CHECK(path.front().node() == 0);
    for (std::size_t i = 1; i < path.size(); ++i) CHECK(path[i].node() > path[i - 1].node());
    for (const HuffmanTree::Step step : path) nodes.insert(step.node());
  }
  CHECK(nodes.size() == 299);
}

TEST_CASE("paths of more than 40 turns, the reference's limit, are whole") {
  std::vector<std::uint64_t> counts{1};
  std::uint64_t a = 1;
  std::uint64_t b = 1;
  for (int i = 0; i < 80; ++i) {
    counts.push_back(b);
    b += a;
    a = b - a;
  }
  std::sort(counts.begin() + 1, counts.end(), std::greater<>());
  const HuffmanTree tree(vocabulary_of(counts));
  // Fibonacci numbers make the deepest tree: every join takes one more word, but the last, whose
  // index 0 counts as little as the rarest.
  CHECK(tree.longest_path() == 79);
  CHECK(tree.path(80).size() == 79);
}

TEST_CASE("counts of zero make a chain; one word or too deep a tree is an error") {
  const HuffmanTree tree(vocabulary_of(std::vector<std::uint64_t>(10, 0)));
  CHECK(tree.longest_path() == 9);
  CHECK_THROWS_AS(HuffmanTree(vocabulary_of({5})), Error);
  // 100,000 zeros: 5,000,000,000 steps.
  CHECK_THROWS_AS(HuffmanTree(vocabulary_of(std::vector<std::uint64_t>(100'000, 0))), Error);
}

TEST_CASE("words that stand in another order have the codes that they have sorted") {
  // Those of a model to which words were appended: counts fall, and then fall again from another.
  std::vector<std::uint64_t> sorted = random_counts(400, 1'000'000, 6);
  // Without equal counts, whose order would decide.
  for (std::size_t k = 1; k < sorted.size(); ++k) sorted[k] += 2 * (sorted.size() - k);
  sorted.erase(std::unique(sorted.begin() + 1, sorted.end()), sorted.end());
  std::vector<std::size_t> place(sorted.size());  // of the sorted words
  std::iota(place.begin(), place.end(), 0);
  std::shuffle(place.begin() + 1, place.end(), std::mt19937(7));
  std::vector<io::WordCount> words(sorted.size());
  for (std::size_t k = 0; k < sorted.size(); ++k) {
    words[place[k]] = {"w" + std::to_string(k), sorted[k]};
  }
  const Vocabulary shuffled = Vocabulary::in_order(words);
  REQUIRE(!std::is_sorted(words.begin() + 1, words.end(),
                          [](const auto& a, const auto& b) { return a.count > b.count; }));
  const HuffmanTree tree(shuffled);
  const HuffmanTree expected(vocabulary_of(sorted));
  CHECK(tree.longest_path() == expected.longest_path());
  for (std::size_t k = 0; k < sorted.size(); ++k) {
    const auto path = tree.path(static_cast<WordId>(place[k]));
    const auto of_sorted = expected.path(static_cast<WordId>(k));
    CHECK(std::equal(path.begin(), path.end(), of_sorted.begin(), of_sorted.end()));
  }
}

TEST_CASE("a vocabulary in order keeps it, with every word where it stands and all counts summed") {
  const Vocabulary vocabulary =
      Vocabulary::in_order({{"</s>", 3}, {"rare", 1}, {"frequent", 90}, {"none", 0}});
  REQUIRE(vocabulary.size() == 4);
  CHECK(vocabulary.word(1) == "rare");
  CHECK(vocabulary.count(2) == 90);
  CHECK(vocabulary.find("frequent") == WordId{2});
  CHECK(vocabulary.find("none") == WordId{3});
  CHECK(!vocabulary.find("other"));
  CHECK(vocabulary.total_count() == 94);
  CHECK(vocabulary.left_out().words == 0);
}

}  // namespace
