// HuffmanTree: the tree of a vocabulary and the paths of its words.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "bench/support.hpp"
#include "engine/vocab/huffman_tree.hpp"

namespace hogvec::bench {
namespace {

/// Sum of count x length of path in the best tree, which is the sum of the counts of all nodes.
std::uint64_t least_cost(const Vocabulary& vocabulary) {
  std::priority_queue<std::uint64_t, std::vector<std::uint64_t>, std::greater<>> counts;
  for (const io::WordCount& word : vocabulary.words()) counts.push(word.count);
  std::uint64_t cost = 0;
  while (counts.size() > 1) {
    std::uint64_t node = counts.top();
    counts.pop();
    node += counts.top();
    counts.pop();
    counts.push(node);
    cost += node;
  }
  return cost;
}

/// The reference joins from the end of the list, the best where index 0 is the most frequent.
Vocabulary sorted_vocabulary(std::size_t words) {
  std::vector<io::WordCount> counted = zipf_vocabulary(words).words();
  counted[0].count = 2 * counted[1].count;
  return {std::move(counted), 1};
}

void bench_tree(benchmark::State& state, std::size_t words) {
  const Vocabulary vocabulary = sorted_vocabulary(words);
  const HuffmanTree tree(vocabulary);
  std::uint64_t cost = 0;
  for (WordId id = 0; id < words; ++id) cost += vocabulary.count(id) * tree.path(id).size();
  if (cost != least_cost(vocabulary)) return state.SkipWithError("not the best tree");
  for (auto _ : state) benchmark::DoNotOptimize(HuffmanTree(vocabulary));
  count(state, "words", words);
}

}  // namespace

void register_huffman_tree() {
  for (const std::size_t words : {30'000, 1'000'000}) {
    benchmark::RegisterBenchmark(("huffman_tree/V:" + std::to_string(words)).c_str(),
                                 [words](auto& state) { bench_tree(state, words); })
        ->Unit(benchmark::kMillisecond);
  }
}

}  // namespace hogvec::bench
