// The mini-batch form of the full softmax: all centers of a batch are trained from the same W and
// W'. B = 1 is the paper's one center at a time.
#pragma once

#include "engine/train/softmax_sweeps.hpp"

namespace hogvec {

/// One caller.
class SoftmaxMinibatch {
 public:
  SoftmaxMinibatch(const Matrix& output, const TrainSettings& settings);

  /// Forgets what the batches before have taught about the size of scores: what follows is then a
  /// function of W and W' alone.
  void restart() noexcept { expected_max_ = 0; }

  /// Both gradient steps for the batch, Rong eqs. (32)-(36). Returns its loss before them, the sum
  /// of eq. (29).
  double train(SoftmaxBatch& batch, float alpha);

 private:
  void sum_targets(const SoftmaxBatch& batch) noexcept;
  void sweep_scores(const SoftmaxBatch& batch);
  double loss(const SoftmaxBatch& batch) const noexcept;
  void update(const SoftmaxBatch& batch, float alpha);

  const Matrix& output_;
  const simd::KernelTable& kernels_;
  SoftmaxSweeps sweeps_;
  Scratch<float> targets_;  // T_b = sum_j n_bj v'_j, B x stride
  Scratch<float> step_;     // eta C_b / Z_b h_b, B x stride
  Scratch<float> shift_;
  Scratch<double> target_scores_;  // sum_j n_bj u_bj
  float expected_max_ = 0;         // largest score of the batch before
};

}  // namespace hogvec
