// How many centers can be trained from the same W and W'. What all of them do to the scores of one
// is done without feedback: a center that is repeated, in a table or a refrain, is moved as often
// beyond where it wanted to go, and its row and those of its words grow from batch to batch until
// they are no numbers. One at a time, each step sees the one before.
#pragma once

#include <cstddef>

#include "engine/train/softmax/batch.hpp"

namespace hogvec {

/// One thread.
class SoftmaxSteadiness {
 public:
  /// Of a hidden vector of `stride` floats.
  SoftmaxSteadiness(std::size_t stride, const TrainPlan& plan);

  /// The largest n, at least 1, for which the first n centers of the batch, whose hidden vectors
  /// are loaded, together move no score u_bj of theirs by too much through W':
  ///
  ///     eta sum_{a<n} C_a |h_a.h_b| <= 8 / (workers that train at once)    for all b < n
  ///
  /// What they move through W is not counted: it grows with the rows of W', which only steps of the
  /// other kind make large.
  std::size_t steady_centers(const SoftmaxBatch& batch, float alpha) noexcept;

 private:
  const simd::KernelTable& kernels_;
  std::size_t stride_;
  float most_;
  Scratch<float> products_;  // of one center with those before it
  Scratch<float> moved_;     // of each center
  Scratch<const float*> hidden_;
};

}  // namespace hogvec
