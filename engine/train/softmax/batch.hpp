// A batch of the full softmax: what goes in (rows of W), and what is wanted (words). Skip-gram,
// Rong eqs. (24)-(36): the center's row goes in and its context words are wanted, C of them. CBOW,
// Rong eqs. (17)-(23): the mean of the context rows goes in and the center is wanted, once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/model/matrix.hpp"
#include "engine/train/chunk.hpp"
#include "engine/train/context_rows.hpp"
#include "engine/train/locked_words.hpp"
#include "engine/train/plan.hpp"

namespace hogvec {

/// Up to B centers whose hidden vectors share a visit of W'. One thread.
class SoftmaxBatch {
 public:
  /// How often a word stands among what is wanted.
  struct Count {
    WordId word;
    float count;
  };

  SoftmaxBatch(MatrixView input, const TrainPlan& plan, const LockedWords& locked);

  /// The most centers, B.
  std::size_t capacity() const noexcept { return capacity_; }
  std::size_t size() const noexcept { return size_; }
  /// Centers first .. first + count - 1 are the batch until the next select(), add() or clear():
  /// size() and every b count them alone.
  void select(std::size_t first, std::size_t count) noexcept {
    first_ = first;
    size_ = count;
  }
  /// Whether the word is already one of the centers.
  bool holds(WordId center) const noexcept;
  /// Adds the center at place i of a sentence that has another word.
  void add(const ChunkSample& sample, const Sentence& sentence, std::uint32_t i) noexcept;
  void clear() noexcept;

  /// Makes the hidden vectors h from W as it is now, Rong eqs. (18), (24).
  void load_hidden() noexcept;
  std::size_t stride() const noexcept { return input_.stride(); }
  /// h, row-major B x stride.
  const float* hidden() const noexcept { return hidden_.data(); }
  const float* hidden(std::size_t b) const noexcept { return hidden_.data() + b * stride(); }

  /// The most words that one center can want.
  static std::size_t most_targets(const TrainPlan& plan) noexcept { return 2 * plan.window; }
  /// n_j of the wanted words, each once.
  std::span<const Count> targets(std::size_t b) const noexcept;
  /// C, how many output panels there are: the sum of n_j.
  float target_count(std::size_t b) const noexcept;

  /// W += scale * the row, as far as the rows that went in are concerned, and not locked: with the
  /// hidden error EH and scale = -eta this is Rong eq. (35), or eq. (23).
  void add_to_inputs(std::size_t b, float scale, const float* row) const noexcept;

 private:
  /// counts_[first] is the center; the words of its window follow, up to last.
  struct Center {
    std::uint32_t first;
    std::uint32_t last;
    float window_size;
  };
  const Center& center(std::size_t b) const noexcept { return centers_[first_ + b]; }
  std::span<const Count> center_word(const Center& center) const noexcept {
    return {counts_.data() + center.first, 1};
  }
  std::span<const Count> window(const Center& center) const noexcept {
    return {counts_.data() + center.first + 1, center.last - center.first - 1};
  }
  void load_mean(std::size_t b) noexcept;

  MatrixView input_;
  const LockedWords& locked_;
  const simd::KernelTable& kernels_;
  std::size_t capacity_;
  bool cbow_;
  bool undivided_;
  std::vector<Center> centers_;
  std::size_t first_ = 0;  // of the centers that are selected
  std::size_t size_ = 0;
  std::vector<Count> counts_;
  ContextRows context_;  // of one center of CBOW
  Scratch<float> hidden_;
};

}  // namespace hogvec
