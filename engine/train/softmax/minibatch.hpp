// The mini-batch form of the full softmax: all centers of a batch are trained from the same W and
// W'. B = 1 is the paper's one center at a time. A batch that would overshoot, because its centers
// are much the same, is trained in parts.
#pragma once

#include "engine/kernels.hpp"
#include "engine/train/softmax/range.hpp"
#include "engine/train/softmax/steadiness.hpp"
#include "engine/train/softmax/visits.hpp"

namespace hogvec {

/// One caller.
class SoftmaxMinibatch {
 public:
  SoftmaxMinibatch(MatrixView output, const TrainPlan& plan,
                   const simd::KernelTable& kernels = active_kernels(), const TeamPlace& place = {},
                   Ranks* ranks = nullptr);

  /// Forgets what the batches before have taught about the size of scores: what follows is then a
  /// function of W and W' alone.
  void restart() noexcept { range_.restart(); }

  /// Both gradient steps for the batch, Rong eqs. (32)-(36): that of W at once, that of W' when its
  /// rows are met again, by the next batch or by finish(). Returns its loss before them, the sum of
  /// eq. (29), or before those of its part.
  double train(SoftmaxBatch& batch, float alpha);

  /// W' has all steps that are left.
  void finish() { visits_.take_update(); }

 private:
  double train_part(SoftmaxBatch& batch, float alpha);
  bool sum_scores(const SoftmaxBatch& batch);
  double loss(const SoftmaxBatch& batch, std::size_t b) const noexcept;
  void step(const SoftmaxBatch& batch, float alpha);
  double train_alone(const SoftmaxBatch& batch, std::size_t b, float alpha) noexcept;

  MatrixView output_;
  const simd::KernelTable& kernels_;
  SoftmaxSteadiness steadiness_;
  SoftmaxVisits visits_;
  Scratch<float> shift_;
  Scratch<float> scales_;  // eta C_b / Z_b
  Scratch<float> error_;   // eta EH of one center
  Scratch<float> column_;  // scores of one center
  SoftmaxRange range_;
};

}  // namespace hogvec
