// The rows of a shared matrix as one worker trains them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "engine/model/matrix.hpp"
#include "engine/train/plan.hpp"
#include "engine/train/scratch.hpp"

namespace hogvec {

/// Touches of a hot row between two merges, of all workers together: measured, the speed of two
/// workers against how good the vectors are.
inline constexpr std::size_t kTouches = 64;
/// The same for the rows of W. Skip-gram on the tree waits for its top, not for context words, of
/// which replicas would only make the vectors worse.
constexpr std::size_t input_touches(const TrainPlan& plan) noexcept {
  const bool tree = plan.hierarchical_softmax;
  return tree && plan.architecture == Architecture::kSkipGram ? 0 : kTouches;
}

/// Most rows are trained in place. The first ones, which are the most frequent, all workers write
/// all the time, and each would wait for the cache lines that another has just written: of these a
/// worker has replicas, and adds what it has changed to the shared row after a number of touches.
/// Only where there are several workers. One thread.
class WorkerRows {
 public:
  /// `touches` of a row between two merges, of all workers together: however many there are, a row
  /// is no further behind. Where a worker's share is less than two, replicas would only cost.
  WorkerRows(MatrixView shared, const TrainPlan& plan, std::size_t touches);

  std::size_t stride() const noexcept { return stride_; }

  /// The row, to be trained in the block that is being assembled.
  float* row(std::size_t k) noexcept {
    // Whether a row is hot is random: a branch on it would often be mispredicted. The others share
    // a counter that leads to nothing.
    std::uint32_t& touches = touches_[std::min(k, hot_rows_)];
    if (++touches == most_touches_) [[unlikely]]
      merge(k);
    return place(k);
  }

  /// Brings a row into the cache: it is needed some blocks from now.
  void prefetch(std::size_t k) const noexcept {
    prefetch_row(place(k));
    // The merge that comes with the next touch writes the shared row.
    if (touches_[std::min(k, hot_rows_)] + 1 == most_touches_) [[unlikely]] {
      prefetch_row(shared_.row(k));
    }
  }

  /// Adds all that was changed to the shared rows.
  void merge() noexcept;
  /// The same, after which the replicas are the shared rows, whatever others have changed there.
  void refresh() noexcept;

 private:
  float* place(std::size_t k) const noexcept {
    float* const rows = k < hot_rows_ ? replicas_.data() : shared_rows_;
    return rows + k * stride_;
  }
  void prefetch_row(const float* row) const noexcept {
    for (std::size_t i = 0; i < stride_; i += simd::kRowAlignment / sizeof(float)) {
      __builtin_prefetch(row + i);
    }
    // GCC finds that a function of prefetches alone has no effect, and drops the call.
    asm volatile("");
  }
  void merge(std::size_t k) noexcept;

  MatrixView shared_;
  const simd::KernelTable& kernels_;
  float* shared_rows_;
  std::size_t stride_;
  std::size_t hot_rows_ = 0;
  std::uint32_t most_touches_ = 0;
  Scratch<float> replicas_;
  Scratch<float> merged_;           // the replicas when they were last equal to the shared rows
  Scratch<std::uint32_t> touches_;  // of each hot row since its merge, and of all others
};

}  // namespace hogvec
