#include "engine/vocab/huffman_tree.hpp"

#include <algorithm>
#include <numeric>

#include "io/error.hpp"

namespace hogvec {
namespace {

constexpr std::size_t kMostSteps = std::size_t{1} << 32;  // 16 GiB; a text's words take about 17

/// Words are 0 .. V-1, inner nodes V .. 2V-2 in the order in which they are made.
struct Joined {
  std::vector<std::uint32_t> parent;
  std::vector<bool> code;
};

/// Words by descending count, those of a counted text as they stand: index 0 is not sorted there
/// (word2vec.c:141).
std::vector<WordId> by_count(const Vocabulary& vocabulary) {
  std::vector<WordId> order(vocabulary.size());
  std::iota(order.begin(), order.end(), 0);
  const auto more = [&](WordId a, WordId b) { return vocabulary.count(a) > vocabulary.count(b); };
  if (!std::is_sorted(order.begin() + 1, order.end(), more)) {
    std::stable_sort(order.begin() + 1, order.end(), more);
  }
  return order;
}

/// Joins the two least frequent until one is left, by two pointers: words from the last, inner
/// nodes from the first. Words are numbered as in `order`.
Joined join(const Vocabulary& vocabulary, const std::vector<WordId>& order) {
  const std::size_t words = vocabulary.size();
  std::vector<std::uint64_t> count(2 * words - 1);
  for (std::size_t k = 0; k < words; ++k) count[k] = vocabulary.count(order[k]);
  Joined joined{std::vector<std::uint32_t>(count.size()), std::vector<bool>(count.size())};
  std::size_t words_left = words;
  std::size_t next_node = words;
  const auto take_least = [&](std::size_t made) {
    // A node where it is not more frequent (word2vec.c:221).
    const bool take_word =
        words_left > 0 && (next_node == made || count[words_left - 1] < count[next_node]);
    return take_word ? --words_left : next_node++;
  };
  for (std::size_t node = words; node < count.size(); ++node) {
    const std::size_t first = take_least(node);
    const std::size_t second = take_least(node);
    count[node] = count[first] + count[second];
    joined.parent[first] = joined.parent[second] = static_cast<std::uint32_t>(node);
    joined.code[second] = true;
  }
  return joined;
}

/// Length of every word's path, and its sum over the words before it.
std::vector<std::size_t> path_begins(const std::vector<std::uint32_t>& parent,
                                     const std::vector<WordId>& order) {
  const std::size_t words = order.size();
  std::vector<std::uint32_t> depth(parent.size(), 0);
  // A parent is always made later than its children.
  for (std::size_t k = parent.size() - 1; k-- > 0;) depth[k] = depth[parent[k]] + 1;
  std::vector<std::size_t> begins(words + 1, 0);
  for (std::size_t k = 0; k < words; ++k) begins[order[k] + 1] = depth[k];
  for (std::size_t word = 0; word < words; ++word) begins[word + 1] += begins[word];
  return begins;
}

}  // namespace

HuffmanTree::HuffmanTree(const Vocabulary& vocabulary) {
  const std::size_t words = vocabulary.size();
  if (words < 2) throw Error("a Huffman tree needs at least two words");
  if (words > (std::size_t{1} << 31)) {
    throw Error("the vocabulary has more than 2^31 words, too many for hierarchical softmax");
  }
  const std::vector<WordId> order = by_count(vocabulary);
  const Joined joined = join(vocabulary, order);
  begins_ = path_begins(joined.parent, order);
  if (begins_.back() > kMostSteps) {
    throw Error(
        "the counts of the vocabulary make a Huffman tree too deep to be stored; leave out the "
        "words whose count is 0, by -min-count 1");
  }
  const std::size_t root = joined.parent.size() - 1;
  steps_.assign(begins_.back(), Step(0, false));
  for (std::size_t number = 0; number < words; ++number) {
    const WordId word = order[number];
    longest_ = std::max(longest_, begins_[word + 1] - begins_[word]);
    std::size_t at = begins_[word + 1];
    for (std::size_t k = number; k != root; k = joined.parent[k]) {
      steps_[--at] = Step(static_cast<std::uint32_t>(root - joined.parent[k]), joined.code[k]);
    }
  }
}

}  // namespace hogvec
