// The mini-batch form of the full softmax: all centers of a batch are trained from the same W and
// W'. B = 1 is the paper's one center at a time. A batch that would overshoot, because its centers
// are much the same, is trained in parts.
#pragma once

#include "engine/kernels.hpp"
#include "engine/train/softmax/range.hpp"
#include "engine/train/softmax/steadiness.hpp"
#include "engine/train/softmax/sweeps.hpp"

namespace hogvec {

/// One caller.
class SoftmaxMinibatch {
 public:
  SoftmaxMinibatch(MatrixView output, const TrainPlan& plan,
                   const simd::KernelTable& kernels = active_kernels());

  /// Forgets what the batches before have taught about the size of scores: what follows is then a
  /// function of W and W' alone.
  void restart() noexcept { range_.restart(); }

  /// Both gradient steps for the batch, Rong eqs. (32)-(36). Returns its loss before them, the sum
  /// of eq. (29), or before those of its part.
  double train(SoftmaxBatch& batch, float alpha);

 private:
  double train_part(SoftmaxBatch& batch, float alpha);
  void sweep_scores(const SoftmaxBatch& batch);
  double target_score(const SoftmaxBatch& batch, WordId word, std::size_t b) const noexcept;
  double loss(const SoftmaxBatch& batch) const noexcept;
  void subtract_targets(const SoftmaxBatch& batch) noexcept;
  void update(const SoftmaxBatch& batch, float alpha);

  MatrixView output_;
  const simd::KernelTable& kernels_;
  SoftmaxSteadiness steadiness_;
  SoftmaxSweeps sweeps_;
  Scratch<float> step_;  // eta C_b / Z_b h_b, B x stride
  Scratch<float> shift_;
  SoftmaxRange range_;
};

}  // namespace hogvec
