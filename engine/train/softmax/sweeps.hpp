// The dense part of an exact batch of the full softmax: sweeps over all rows of W', in slices that
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

/// The scores of a batch, and the sweeps that make and use them. What a sweep sums over rows is
/// summed slice by slice, and then over the slices in one tree: the same bits whatever the number
/// of threads. One caller; the threads of its team work inside a call.
class SoftmaxSweeps {
 public:
  /// Of several ranks each sweeps rows of its own.
  SoftmaxSweeps(MatrixView output, const TrainPlan& plan, const TeamPlace& place,
                Ranks* ranks = nullptr);

  // What a sweep has summed, of each center b.
  const float* max_score() const noexcept { return max_score_.data(); }
  const float* weighted_rows(std::size_t b) const noexcept {
    return weighted_rows_.total() + b * output_.stride();
  }

  // Scores lie in tiles, see SoftmaxColumn in kernels.hpp.
  /// u_bj of all rows and centers as the rows are now; takes max_score.
  void scores(const SoftmaxBatch& batch);
  /// The score, or error, of a word and center b.
  float& value(const SoftmaxBatch& batch, WordId word, std::size_t b) const noexcept {
    return scores_[simd::score_place(word, b, batch.size())];
  }
  /// Of several ranks: the values of all that center b wants, for it and the centers before, come
  /// from who has them.
  void share_values(const SoftmaxBatch& batch, std::size_t b);
  /// softmax_correct for center b. Returns the largest score.
  float correct(const SoftmaxBatch& batch, std::size_t b, const float* coefficients);
  /// softmax_column for center b; overwrites b overlaps. Returns z.
  double finish_column(const SoftmaxBatch& batch, std::size_t b, const float* coefficients,
                       float shift, double* overlaps);
  /// Sums weighted_rows, and adds error(j, b) step_b to the rows.
  void update(const SoftmaxBatch& batch, const float* step);

 private:
  std::size_t stride() const noexcept { return output_.stride(); }
  /// visit(thread, part, i, slice) for all slices, of which i counts those of the part.
  template <class Visit>
  void for_each_slice(const Visit& visit);
  float largest(std::size_t b) const noexcept;
  void share_largest(float* scores, std::size_t count);
  template <class T>
  void add_over_ranks(const TreeSums<T>& sums);
  /// What is the same in all sweeps.
  simd::SoftmaxSweep slice_sweep(const SoftmaxBatch& batch, std::size_t part,
                                 std::size_t slice) noexcept;
  simd::SoftmaxColumn slice_column(const SoftmaxBatch& batch, std::size_t b,
                                   const float* coefficients, std::size_t part,
                                   std::size_t slice) noexcept;

  MatrixView output_;
  const simd::KernelTable& kernels_;
  SoftmaxSlices slices_;
  SoftmaxShards shards_;
  Team team_;
  std::vector<Scratch<float>> part_max_score_;
  TreeSums<double> column_sums_;      // z, and the overlaps
  TreeSums<float> weighted_rows_;     // B x stride
  Scratch<float> hidden_transposed_;  // h^T, stride x padded(B)
  Scratch<float> scores_;             // V x B, and what fills the last tile
  Scratch<float> max_score_;
};

}  // namespace hogvec
