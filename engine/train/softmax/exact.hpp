// The exact form of the full softmax: a batch comes to the result of one center at a time, at the
// cost of a batch. With W'_0 before the batch, the errors e_a = EI of center a, Rong eq. (31), and
// its hidden vector h_a, what center b finds is
//
//     u_b  = W'_0 h_b - eta sum_{a<b} (h_a.h_b) e_a
//     EH_b = W'_0^T e_b - eta sum_{a<b} (e_a.e_b) h_a
//
// as long as no center changes a row of W that a later one reads: a word that comes again as a
// center begins a new batch, and neighboring centers of CBOW share context rows, so that it has no
// such batches.
#pragma once

#include "engine/train/softmax/sweeps.hpp"

namespace hogvec {

/// Skip-gram. One caller.
class SoftmaxExact {
 public:
  SoftmaxExact(MatrixView output, const TrainPlan& plan, const TeamPlace& place,
               Ranks* ranks = nullptr);

  /// Trains the centers, all distinct, one after the other. Returns the sum of their losses, each
  /// before its own step, Rong eq. (29).
  double train(SoftmaxBatch& batch, float alpha);

 private:
  double finish_center(const SoftmaxBatch& batch, std::size_t b, float alpha);
  double sum_targets(const SoftmaxBatch& batch, std::size_t b) noexcept;
  float bound_corrections(const SoftmaxBatch& batch, std::size_t b, float alpha) const noexcept;
  void correct_hidden_error(const SoftmaxBatch& batch, std::size_t b, float alpha) noexcept;
  void update(const SoftmaxBatch& batch, float alpha);

  const simd::KernelTable& kernels_;
  SoftmaxSweeps sweeps_;
  Scratch<float> hidden_products_;     // h_a.h_b, B x B
  Scratch<const float*> hidden_rows_;  // of the products
  Scratch<float> coefficients_;        // eta (h_a.h_b) C_a / Z_a of the centers a before b
  Scratch<double> per_z_;              // C_b / Z_b: what errors are in units of
  Scratch<double> overlaps_;           // e_a.e_b of the centers a before b, in both units
  Scratch<double> target_errors_;      // sum_j n_bj e_aj of the centers a before b, in units of a
  Scratch<float> hidden_corrections_;  // eta sum_{a<b} (e_a.e_b) h_a, B x stride
  Scratch<float> step_;                // -eta C_b / Z_b h_b, B x stride
};

}  // namespace hogvec
