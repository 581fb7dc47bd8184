#include "engine/train/logistic/hierarchical_softmax.hpp"

#include <algorithm>

namespace hogvec {
namespace {

std::size_t common_nodes(std::span<const HuffmanTree::Step> a,
                         std::span<const HuffmanTree::Step> b) noexcept {
  const std::size_t most = std::min(a.size(), b.size());
  std::size_t same = 0;
  while (same < most && a[same].node() == b[same].node()) ++same;
  return same;
}

}  // namespace

void HierarchicalSoftmax::prefetch(const ChunkSample& sample, const Block& block,
                                   std::size_t) const noexcept {
  for (std::uint32_t i = block.begin; i < block.end; ++i) {
    // Which nodes are on a path has to be known by then.
    if (i + kPathsAhead < sample.size()) {
      tree_.prefetch_place(sample.ids()[i + kPathsAhead]);
      tree_.prefetch_path(sample.ids()[i + kPathsAhead / 2]);
    }
    for (const HuffmanTree::Step step : tree_.path(sample.ids()[i])) {
      if (step.node() >= kHotNodes) nodes_.prefetch(step.node());
    }
  }
}

void HierarchicalSoftmax::gather(const ChunkSample& sample, const Block& block, std::size_t,
                                 OutputRows& rows) noexcept {
  const WordId* words = sample.ids() + block.begin;
  const std::size_t first = rows.size();
  if (block.size() == 1) return gather_path(words[0], rows);
  for (std::size_t c = 0; c < block.size(); ++c) add_path(words, c, rows);
  for (std::size_t c = 0; c < block.size(); ++c) {
    float* positives = rows.positives(c);
    float* trials = rows.trials(c);
    std::fill(positives + first, positives + rows.size(), 0.0f);
    std::fill(trials + first, trials + rows.size(), 0.0f);
    const std::uint32_t* row = path_rows(c);
    for (const HuffmanTree::Step step : tree_.path(words[c])) {
      trials[*row] = 1;
      positives[*row] = step.label();
      ++row;
    }
  }
}

void HierarchicalSoftmax::gather_path(WordId word, OutputRows& rows) noexcept {
  float* positives = rows.positives(0) + rows.size();
  float* trials = rows.trials(0) + rows.size();
  for (const HuffmanTree::Step step : tree_.path(word)) {
    rows.add(nodes_.row(step.node()));
    *positives++ = step.label();
    *trials++ = 1;
  }
}

void HierarchicalSoftmax::add_path(const WordId* words, std::size_t c, OutputRows& rows) noexcept {
  const std::span<const HuffmanTree::Step> path = tree_.path(words[c]);
  // Two paths share their beginnings and nothing else: it is a tree.
  std::size_t shared = 0;
  for (std::size_t other = 0; other < c; ++other) {
    const std::size_t common = common_nodes(path, tree_.path(words[other]));
    if (common <= shared) continue;
    std::copy_n(path_rows(other), common, path_rows(c));
    shared = common;
  }
  for (std::size_t step = shared; step < path.size(); ++step) {
    path_rows(c)[step] = static_cast<std::uint32_t>(rows.add(nodes_.row(path[step].node())));
  }
}

void HierarchicalSoftmax::mark_touched(const ChunkSample& sample, std::size_t,
                                       ModelMarks& marks) const noexcept {
  for (std::size_t i = 0; i < sample.size(); ++i) {
    for (const HuffmanTree::Step step : tree_.path(sample.ids()[i])) marks.nodes.mark(step.node());
  }
}

}  // namespace hogvec
