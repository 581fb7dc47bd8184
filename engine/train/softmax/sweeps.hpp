// The dense part of the full softmax: sweeps of a batch over all rows of W', in slices that
// several threads can share.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/kernels.hpp"
#include "engine/train/softmax/batch.hpp"
#include "engine/workers.hpp"

namespace hogvec {

/// Where W' is cut: row s begins slice s, and the last is V. A function of V and D alone, never of
/// the number of threads; one slice of all rows where every thread sweeps by itself. A slice holds
/// whole tiles of scores.
std::vector<std::size_t> softmax_slices(std::size_t rows, std::size_t dim, const TrainPlan& plan);

/// The scores of a batch, and the sweeps that make and use them. What a sweep sums over rows is
/// summed slice by slice, and then over the slices in their order: the same bits whatever the
/// number of threads. One caller; the threads of its team work inside a call.
class SoftmaxSweeps {
 public:
  SoftmaxSweeps(MatrixView output, const TrainPlan& plan,
                const simd::KernelTable& kernels = active_kernels());

  // What a sweep has summed, of each center b.
  const double* z() const noexcept { return z_.data(); }
  const float* max_score() const noexcept { return max_score_.data(); }
  const float* weighted_rows(std::size_t b) const noexcept {
    return weighted_rows_.data() + b * output_.stride();
  }

  /// exp(u_bj - shift_b) of all rows j; sums z and max_score. As softmax_scores in kernels.hpp.
  void exp_scores(const SoftmaxBatch& batch, const float* shift);
  /// The same with the largest scores as the shift, which it returns there: 1 <= z <= V, whatever
  /// other threads make of the rows meanwhile. For the few batches that exp_scores leaves out of
  /// range: it takes longer.
  void exp_kept_scores(const SoftmaxBatch& batch, float* shift);
  /// exp_scores(j, b), of a word and center b.
  float& value(const SoftmaxBatch& batch, WordId word, std::size_t b) const noexcept {
    return scores_[word * batch.size() + b];
  }
  /// Sums weighted_rows, and takes exp_scores(j, b) step_b from the rows. As softmax_update.
  void update(const SoftmaxBatch& batch, const float* step);

  // The same for an exact batch, center after center: scores lie in tiles, see SoftmaxColumn in
  // kernels.hpp.
  /// u_bj of all rows and centers as the rows are now; takes max_score.
  void tile_scores(const SoftmaxBatch& batch);
  /// The score, or error, of a word and center b.
  float& tile_value(const SoftmaxBatch& batch, WordId word, std::size_t b) const noexcept {
    return scores_[simd::score_place(word, b, batch.size())];
  }
  /// softmax_correct for center b. Returns the largest score.
  float correct(const SoftmaxBatch& batch, std::size_t b, const float* coefficients);
  /// softmax_column for center b; overwrites b overlaps. Returns z.
  double finish_column(const SoftmaxBatch& batch, std::size_t b, const float* coefficients,
                       float shift, double* overlaps);
  void tile_update(const SoftmaxBatch& batch, const float* step);

 private:
  /// Partial sums of one slice, on cache lines of their own.
  struct Partial {
    Partial(std::size_t batch, std::size_t stride)
        : z(batch), max_score(batch), overlaps(batch), weighted_rows(batch * stride) {}

    Scratch<double> z;
    Scratch<float> max_score;
    Scratch<double> overlaps;
    Scratch<float> weighted_rows;
  };

  std::size_t stride() const noexcept { return output_.stride(); }
  std::size_t slice_count() const noexcept { return partials_.size(); }
  /// What is the same in all sweeps.
  simd::SoftmaxSweep slice_sweep(const SoftmaxBatch& batch, std::size_t slice) noexcept;
  simd::SoftmaxColumn slice_column(const SoftmaxBatch& batch, std::size_t b,
                                   const float* coefficients, std::size_t slice) noexcept;
  /// z and max_score of all slices.
  void reduce_scores(std::size_t batch) noexcept;
  using Kernel = void (*)(const simd::SoftmaxSweep& sweep) noexcept;
  void sweep_scores(const SoftmaxBatch& batch, const float* shift, Kernel kernel);
  void sweep_update(const SoftmaxBatch& batch, const float* step, Kernel kernel);

  MatrixView output_;
  const simd::KernelTable& kernels_;
  Team team_;
  std::vector<std::size_t> begins_;
  std::vector<Partial> partials_;
  Scratch<float> scores_;  // V x B, or as many and what fills the last tile
  Scratch<double> z_;
  Scratch<float> max_score_;
  Scratch<float> weighted_rows_;  // B x stride
};

}  // namespace hogvec
