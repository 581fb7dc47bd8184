// CBOW, Rong eqs. (17)-(23): the mean of a center's context rows goes in, and each of them gets its
// error.
#pragma once

#include <cstdint>

#include "engine/train/locked_words.hpp"
#include "engine/train/logistic/block.hpp"
#include "engine/train/plan.hpp"
#include "engine/train/row_replicas.hpp"

namespace hogvec {

/// The input side of one worker. One thread.
class Cbow {
 public:
  Cbow(const RowReplicas& input, const TrainPlan& plan, const LockedWords& locked);

  static std::size_t most_inputs(const TrainPlan& plan) noexcept { return plan.block_centers; }

  /// Makes the hidden vectors of the block's centers, and returns how many there are.
  std::uint64_t gather(const ChunkSample& sample, const Block& block) noexcept;

  /// A hidden vector occurs with what its own center wants.
  void count_pairs(const OutputRows& outputs, PairCounts& counts) const noexcept;

  std::size_t input_count() const noexcept { return input_count_; }
  float* const* inputs() const noexcept { return hidden_rows_.data(); }

  void prefetch(WordId word) const noexcept { input_.prefetch(word); }
  /// Gives what the hidden vectors have gained to the context rows, but of locked words.
  void finish_block() noexcept;
  ReplicatedRows& rows() noexcept { return input_; }

 private:
  void leave_out_locked(const ChunkSample& sample, std::uint32_t begin, std::uint32_t center,
                        std::uint32_t end, float** rows) noexcept;

  ReplicatedRows input_;
  const LockedWords& locked_;
  CbowGradient gradient_;
  const simd::KernelTable& kernels_;
  std::size_t input_count_ = 0;
  Scratch<float> hidden_;  // h of each center, stride floats
  Scratch<float> old_hidden_;
  Scratch<float*> hidden_rows_;
  Scratch<float*> place_rows_;          // of all places that the block's windows may reach
  Scratch<float*> context_rows_;        // of all centers, one after the other
  Scratch<std::uint32_t> context_end_;  // of each center's in context_rows_
  Scratch<float> nowhere_;              // gets what the rows of locked words would
};

}  // namespace hogvec
