// The dense part of a mini-batch of the full softmax: visits of all rows of W', in slices that
// several threads can share.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/kernels.hpp"
#include "engine/team.hpp"
#include "engine/train/softmax/batch.hpp"
#include "engine/train/softmax/shards.hpp"
#include "engine/train/softmax/slices.hpp"
#include "engine/train/softmax/tree_sums.hpp"

namespace hogvec {

/// Batch after batch meets every row once: in the same visit a row takes the update that the batch
/// before has left, and gives its score to this one. What is summed over rows is summed slice by
/// slice, and then over the slices in one tree: the same bits whatever the number of threads.
/// One caller; the threads of its team work inside a call.
class SoftmaxVisits {
 public:
  /// Of several ranks, which train the same batches, each visits rows of its own; the rows that a
  /// batch wants are then everywhere.
  SoftmaxVisits(MatrixView output, const TrainPlan& plan, const simd::KernelTable& kernels,
                const TeamPlace& place, Ranks* ranks = nullptr);

  /// First the update that is left, then exp(u_bj - shift_b) of all rows j; sums z, max_score and
  /// what add_weighted_rows() adds.
  void visit(const SoftmaxBatch& batch, const float* shift);

  // Of the last visit, and each center b of it.
  const double* z() const noexcept { return z_.total(); }
  const float* max_score() const noexcept { return max_score_.data(); }
  /// The row of a word that the batch wanted, as the visit has met it.
  const float* wanted_row(WordId word) const noexcept {
    return shards_.alone() ? output_.row(word) : wanted_row_of_ranks(word);
  }
  /// row += scale * sum_j exp(u_bj - shift_b) v'_j
  void add_weighted_rows(std::size_t b, float scale, float* row) const noexcept;

  /// Leaves to the next visit of a row, of the batch that was visited last, with scales_b =
  /// eta C_b / Z_b, Rong eq. (33):
  ///
  ///     v'_j -= sum_b scales_b (exp(u_bj - shift_b) - n_bj Z_b / C_b) h_b
  void leave_update(const SoftmaxBatch& batch, const float* scales);
  /// Takes what is left: then W' holds all that was trained.
  void take_update();

 private:
  /// exp(u_bj - shift_b) of center b and word j, plus `value`, is the error of its prediction.
  struct Target {
    WordId word;
    std::uint32_t b;
    float value;
  };

  void visit_parts(std::size_t count, const float* shift);
  void visit_part(std::size_t thread, std::size_t part, std::size_t count,
                  const float* shift) noexcept;
  void subtract_targets(std::size_t part) noexcept;
  void reduce(const SoftmaxBatch& batch);
  void reduce_over_ranks(const SoftmaxBatch& batch);
  const float* wanted_row_of_ranks(WordId word) const noexcept;

  MatrixView output_;
  const simd::SoftmaxKernels& softmax_;
  simd::SoftmaxShape shape_;
  SoftmaxSlices slices_;
  SoftmaxShards shards_;
  Team team_;
  std::vector<Scratch<float>> part_max_score_;
  std::vector<Scratch<float>> scratch_;     // of each thread
  std::vector<Scratch<float>> exp_scores_;  // of each slice, from visit to visit
  Scratch<float> hidden_;                   // packed
  TreeSums<double> z_;
  TreeSums<float> sums_;
  Scratch<float> max_score_;
  // By the batch, of several ranks: the words, ascending, and their rows.
  std::vector<WordId> wanted_;
  Scratch<float> wanted_rows_;
  // Of the update that is left.
  std::size_t count_left_ = 0;  // centers; 0: there is none
  Scratch<float> steps_;        // packed
  ScratchList<Target> targets_left_;
};

}  // namespace hogvec
