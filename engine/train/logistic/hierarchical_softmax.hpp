// Hierarchical softmax, Rong eqs. (37)-(54): the inner nodes on the center's path come out, each
// with the turn that the path takes there.
#pragma once

#include <cstdint>

#include "engine/model/matrix.hpp"
#include "engine/train/logistic/block.hpp"
#include "engine/train/plan.hpp"
#include "engine/train/row_marks.hpp"
#include "engine/train/row_replicas.hpp"
#include "engine/vocab/huffman_tree.hpp"

namespace hogvec {

/// The output side of one worker. One thread.
class HierarchicalSoftmax {
 public:
  /// The nodes at the top are on most paths, and in the nearest cache anyhow: with them prefetched,
  /// too, one thread took 4 % longer.
  static constexpr std::uint32_t kHotNodes = 32;

  struct Shared {
    const RowReplicas& nodes;  // W' of the tree, V-1 x D
    const HuffmanTree& tree;
  };

  HierarchicalSoftmax(const Shared& shared, const TrainPlan& plan, std::size_t)
      : nodes_(shared.nodes), tree_(shared.tree), path_rows_(most_rows(shared, plan)) {}

  static std::size_t most_rows(const Shared& shared, const TrainPlan& plan) noexcept {
    return plan.block_centers * shared.tree.longest_path();
  }

  /// Nothing is drawn.
  void draw(std::size_t, std::uint64_t) const noexcept {}
  void prefetch(const ChunkSample& sample, const Block& block, std::size_t) const noexcept;
  /// Adds the nodes of all the centers' paths, each once: an example of the centers whose paths
  /// pass it, positive where the code is 0 (word2vec.c:445).
  void gather(const ChunkSample& sample, const Block& block, std::size_t,
              OutputRows& rows) noexcept;
  ReplicatedRows& rows() noexcept { return nodes_; }
  /// Marks the nodes of all paths of a chunk.
  void mark_touched(const ChunkSample& sample, std::size_t, ModelMarks& marks) const noexcept;

 private:
  static constexpr std::size_t kPathsAhead = 8;  // words

  /// The same for a block of one center.
  void gather_path(WordId word, OutputRows& rows) noexcept;
  /// Adds the nodes of center c's path that the paths of the centers before it do not have.
  void add_path(const WordId* words, std::size_t c, OutputRows& rows) noexcept;
  std::uint32_t* path_rows(std::size_t c) const noexcept {
    return path_rows_.data() + c * tree_.longest_path();
  }

  ReplicatedRows nodes_;
  const HuffmanTree& tree_;
  Scratch<std::uint32_t> path_rows_;  // number of the row of each step of each center's path
};

}  // namespace hogvec
