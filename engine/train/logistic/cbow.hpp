// CBOW, Rong eqs. (17)-(23): the mean of a center's context rows goes in, and each of them gets its
// error.
#pragma once

#include <cstdint>
#include <utility>

#include "engine/train/locked_words.hpp"
#include "engine/train/logistic/block.hpp"
#include "engine/train/plan.hpp"
#include "engine/train/row_replicas.hpp"

namespace hogvec {

/// The input side of one worker. One thread.
class Cbow {
 public:
  /// Each center has one input, which is no row of W: a block says what it gains.
  static constexpr bool kInputOfCenter = true;

  Cbow(const RowReplicas& input, const TrainPlan& plan, const LockedWords& locked);

  static std::size_t most_inputs(const TrainPlan& plan) noexcept { return plan.block_centers; }

  /// Makes the hidden vectors of the block's centers, and returns how many there are.
  std::uint64_t gather(const ChunkSample& sample, const Block& block) noexcept;

  /// A hidden vector occurs with what its own center wants. The same counts every time.
  void count_pairs(const OutputRows& outputs, PairCounts& counts) noexcept;

  std::size_t input_count() const noexcept { return input_count_; }
  float* const* inputs() const noexcept { return hidden_rows_.data(); }

  void prefetch(WordId word) const noexcept { input_.prefetch(word); }
  /// Gives what the hidden vectors have gained, which stands in their place, to the context rows,
  /// but of locked words.
  void finish_block() noexcept;
  ReplicatedRows& rows() noexcept { return input_; }

 private:
  /// Of a center, in places of the block.
  struct Window {
    std::uint32_t begin;
    std::uint32_t center;
    std::uint32_t end;
  };

  /// visit(rows, count) with those of a window but for its center. A block's sentence has two words
  /// at least: there is one.
  template <class Visit>
  void with_context(const Window& window, const Visit& visit) noexcept {
    // The first row stands where the center's does, meanwhile: the others are side by side.
    float*& first = place_rows_[window.begin];
    float*& center = place_rows_[window.center];
    std::swap(first, center);
    visit(place_rows_.data() + window.begin + 1, window.end - window.begin - 1);
    std::swap(first, center);
  }
  void leave_out_locked(const WordId* words, std::size_t places) noexcept;

  ReplicatedRows input_;
  const LockedWords& locked_;
  CbowGradient gradient_;
  const simd::KernelTable& kernels_;
  std::size_t input_count_ = 0;
  std::size_t own_counted_ = 0;  // own rows of the block whose counts are still there, or 0
  Scratch<float> hidden_;        // h of each center, stride floats
  Scratch<float*> hidden_rows_;
  Scratch<float*> place_rows_;  // of all places that the block's windows reach
  Scratch<Window> windows_;     // of each center
  Scratch<float> nowhere_;      // gets what the rows of locked words would
};

}  // namespace hogvec
