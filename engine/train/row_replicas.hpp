// The rows of a shared matrix as several workers train them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

#include "engine/model/matrix.hpp"
#include "engine/train/scratch.hpp"
#include "simd/kernels.hpp"
#include "simd/prefetch.hpp"

namespace hogvec {

/// Most rows are trained in place. The first ones, which are the most frequent, all workers write
/// all the time, and each would wait for the cache lines that another has just written: of these
/// there are replicas, a set for the workers that are near each other. What was changed in a set is
/// added to the shared row after a number of touches.
///
/// Workers of a set share it as all share the matrix: without locks. Two that merge a row at the
/// same moment may add a part of what was changed twice, as two that train it may lose one.
class RowReplicas {
 public:
  /// The first `rows` have replicas, where there is more than one set. A worker merges a row of its
  /// set after `touches` of its own: however many workers the set has, one touch in as many is a
  /// merge, so that as a mean no more than sets * touches are outstanding. Of a matrix without
  /// memory it only says how large it would be. Errors: std::bad_alloc.
  RowReplicas(MatrixView shared, std::size_t sets, std::size_t rows, std::uint32_t touches);

  /// Bytes that the sets take.
  std::size_t memory() const noexcept { return set_count_ * scratch::Pages::bytes(set_bytes_); }

  MatrixView shared() const noexcept { return shared_; }
  /// 0 where every row is trained in place.
  std::size_t sets() const noexcept { return set_count_; }
  /// How many rows have replicas.
  std::size_t rows() const noexcept { return rows_; }
  std::uint32_t touches() const noexcept { return touches_; }
  /// Rows [0, rows()) of a set, or of the matrix where there are no sets.
  float* replicas(std::size_t set) const noexcept {
    return sets_.empty() ? shared_.data() : sets_[set].replicas.data();
  }
  /// What a set has in memory, in whole pages.
  std::span<const std::byte> memory_of(std::size_t set) const noexcept {
    return pages_[set].memory();
  }
  /// Adds what was changed in the set's row to the shared one; both are then the same.
  void merge(std::size_t set, std::size_t k) const noexcept;

 private:
  struct Set {
    Set(MatrixView shared, std::size_t rows);

    Scratch<float> replicas;
    Scratch<float> merged;  // the replicas when they were last equal to the shared rows
  };

  MatrixView shared_;
  const simd::KernelTable& kernels_;
  std::size_t rows_;
  std::uint32_t touches_;
  std::size_t set_count_ = 0;
  std::size_t set_bytes_ = 0;
  std::deque<scratch::Pages> pages_;  // each set lies in its own
  std::deque<Set> sets_;
};

/// The rows as one worker sees them. One thread.
class ReplicatedRows {
 public:
  /// The replicas must outlive it. `written`: all rows that are prefetched will be written.
  explicit ReplicatedRows(const RowReplicas& replicas, bool written = true);

  MatrixView shared() const noexcept { return replicas_.shared(); }
  std::size_t stride() const noexcept { return stride_; }

  /// The row, to be trained in the block that is being assembled.
  float* row(std::size_t k) noexcept {
    if (++touches_[counter_of(k)] == most_touches_) [[unlikely]]
      merge(k);
    return place(k);
  }

  /// Brings a row into the cache: it is needed some blocks from now.
  void prefetch(std::size_t k) const noexcept {
    prefetch_row(place(k));
    // The merge that comes with the next touch writes the shared row.
    if (touches_[counter_of(k)] + 1 == most_touches_) [[unlikely]] {
      prefetch_row(shared_rows_ + k * stride_);
    }
  }

  /// From now on the worker is one of this set: it was not before, or works on another core now.
  /// Leaves nothing behind in the one before, which may have no other worker, and takes up what
  /// others have trained since this one had any.
  void use_set(std::size_t set) noexcept {
    if (set != set_) change_set(set);
  }

  /// Adds all that this worker has changed to the shared rows.
  void merge() noexcept;
  /// The same, after which all replicas of the set are the shared rows, whatever others have
  /// changed there.
  void refresh() noexcept;

 private:
  /// Whether a row is hot is random: a branch on it would often be mispredicted. The others share
  /// counters that lead to nothing; with a single one, each touch would wait for the one before.
  static constexpr std::size_t kIdleCounters = 16;
  std::size_t counter_of(std::size_t k) const noexcept {
    return std::min(k, hot_rows_ + k % kIdleCounters);
  }

  float* place(std::size_t k) const noexcept {
    float* const rows = k < hot_rows_ ? hot_rows_data_ : shared_rows_;
    return rows + k * stride_;
  }
  void prefetch_row(const float* row) const noexcept {
    simd::prefetch_row(row, stride_, to_write_);
  }
  void merge(std::size_t k) noexcept;
  void change_set(std::size_t set) noexcept;

  const RowReplicas& replicas_;
  float* shared_rows_;
  float* hot_rows_data_;
  std::size_t stride_;
  bool to_write_;
  std::size_t set_ = 0;
  std::size_t hot_rows_;
  std::uint32_t most_touches_;
  Scratch<std::uint32_t> touches_;  // of each hot row since its merge, and of the others
};

}  // namespace hogvec
