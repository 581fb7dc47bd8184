// Skip-gram with the exact full softmax, Rong eqs. (24)-(36): the center's row of W goes in, all
// rows of W' come out, one softmax for each center.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/train/chunk.hpp"
#include "engine/train/trainer.hpp"

namespace hogvec {

/// What all workers share.
struct FullSoftmaxShared {
  const Matrix& input;
  const Matrix& output;
  const TrainSettings& settings;
};

/// One worker: trains sampled chunks on the shared matrices, without locks. A batch of B centers
/// shares the two sweeps over W': all scores come from the same W', and B = 1 is the paper's one
/// center at a time.
class FullSoftmaxWorker {
 public:
  using Shared = FullSoftmaxShared;

  FullSoftmaxWorker(const Shared& shared, std::size_t longest_chunk);

  /// Repeats matter only within one window.
  static std::size_t span(const TrainSettings& settings) noexcept { return 2 * settings.window; }

  /// Loss is per center with a context, Rong eq. (29). Nothing is drawn: the key is not used.
  ChunkLoss train(const ChunkSample& sample, std::uint64_t noise_key, float alpha) noexcept;

  /// All that was trained is in the shared matrices.
  void finish() const noexcept {}

 private:
  /// A center and how often each word stands in its window: contexts_[first, last).
  struct Center {
    WordId word;
    std::uint32_t first;
    std::uint32_t last;
    float context_size;  // C
  };
  /// n_j of one word of a window.
  struct Context {
    WordId word;
    float count;
  };

  void add_center(const ChunkSample& sample, const Sentence& sentence, std::uint32_t i) noexcept;
  ChunkLoss train_batch(float alpha) noexcept;
  void load_hidden() noexcept;
  void sum_targets() noexcept;
  bool sweep_scores() noexcept;
  void update(float alpha) noexcept;
  double loss() const noexcept;

  const Shared& shared_;
  const simd::KernelTable& kernels_;
  std::vector<Center> centers_;
  std::vector<Context> contexts_;
  Scratch<float> hidden_;             // h, B x stride
  Scratch<float> hidden_transposed_;  // stride x padded(B)
  Scratch<float> targets_;            // T_b = sum_j n_bj v'_j, B x stride
  Scratch<float> step_;               // eta C_b / Z_b h_b, B x stride
  Scratch<float> weighted_rows_;      // sum_j exp_scores_bj v'_j, B x stride
  Scratch<float> exp_scores_;         // V x B
  Scratch<float> shift_;
  Scratch<float> max_score_;
  Scratch<double> z_;
  Scratch<double> target_scores_;  // sum_j n_bj u_bj
  float expected_max_ = 0;         // largest score of the batch before
};

}  // namespace hogvec
