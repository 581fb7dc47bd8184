// Skip-gram: the rows of the context words go in, each for itself. Input and output change places
// against the paper, as in the reference (word2vec.c:502), so that all context words of a window
// share its outputs.
#pragma once

#include <cstdint>

#include "engine/train/locked_words.hpp"
#include "engine/train/logistic/block.hpp"
#include "engine/train/plan.hpp"
#include "engine/train/row_replicas.hpp"

namespace hogvec {

/// The input side of one worker. One thread.
class SkipGram {
 public:
  /// Inputs are rows of W, which centers share.
  static constexpr bool kInputOfCenter = false;

  SkipGram(const RowReplicas& input, const TrainPlan& plan, const LockedWords& locked);

  static std::size_t most_inputs(const TrainPlan& plan) noexcept {
    return 2 * plan.window + plan.block_centers;
  }

  /// Collects the rows of the block's windows, each once, and returns how many pairs of a context
  /// word and a center there are.
  std::uint64_t gather(const ChunkSample& sample, const Block& block) noexcept;

  /// How often each of the rows occurs with each of `outputs`.
  void count_pairs(const OutputRows& outputs, PairCounts& counts) const noexcept;

  std::size_t input_count() const noexcept { return input_count_; }
  float* const* inputs() const noexcept { return inputs_.data(); }

  void prefetch(WordId word) const noexcept { input_.prefetch(word); }
  /// The rows are trained in place; of locked words copies, and forgotten.
  void finish_block() const noexcept {}
  ReplicatedRows& rows() noexcept { return input_; }

 private:
  void lend_copies(const ChunkSample& sample, std::uint32_t begin, std::uint32_t end) noexcept;

  ReplicatedRows input_;
  const LockedWords& locked_;
  const simd::KernelTable& kernels_;
  std::size_t input_count_ = 0;
  std::size_t place_count_ = 0;
  std::size_t first_center_ = 0;          // its place
  const std::uint32_t* reach_ = nullptr;  // of each center
  Scratch<std::uint32_t> input_of_;       // row of `inputs_` for each place from the first on
  Scratch<float*> inputs_;
  Scratch<float> holds_;
  Scratch<float> copies_;  // of the rows of locked words
};

}  // namespace hogvec
