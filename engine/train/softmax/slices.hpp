// How the rows of W' are cut for the threads that share a batch of the full softmax.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/resources.hpp"
#include "engine/team.hpp"
#include "engine/train/plan.hpp"

namespace hogvec {

/// Fewest rows of a slice, as a mean, by whether batches are exact, each of whose centers sums over
/// all slices: of 128 rows these would cost 3.7 % of it.
constexpr std::size_t least_slice_rows(bool exact) noexcept { return exact ? 512 : 128; }

/// Slices of rows, and parts of neighboring slices, which a thread of a team visits at once.
class SoftmaxSlices {
 public:
  /// Slices are a function of V alone, as many as a power of two up to 256, of `least_rows` or more
  /// as a mean (they end where a tile of scores does); one where a single worker visits all rows by
  /// itself, whose bytes are nobody else's. Parts are as many as keep the threads of the plan's
  /// team evenly at work, of which there are no more than have a core; as many as slices where
  /// several processes share these.
  SoftmaxSlices(std::size_t rows, const TrainPlan& plan,
                std::size_t least_rows = least_slice_rows(false), int cores = usable_cores(),
                bool shared = false);

  std::size_t count() const noexcept { return begins_.size() - 1; }
  std::size_t begin(std::size_t slice) const noexcept { return begins_[slice]; }
  std::size_t rows(std::size_t slice) const noexcept { return begins_[slice + 1] - begins_[slice]; }
  /// The slice that has the row.
  std::size_t slice_of(std::size_t row) const noexcept;

  std::size_t parts() const noexcept { return parts_; }
  /// Parts that one thread has, as a rule: a power of two. Of a process that has not all: 1.
  std::size_t parts_of_thread() const noexcept { return parts_of_thread_; }
  std::size_t slices_of_part() const noexcept { return count() / parts_; }
  std::size_t first_slice(std::size_t part) const noexcept { return part * slices_of_part(); }
  /// Where the rows of a part begin; those of part parts() at V.
  std::size_t first_row(std::size_t part) const noexcept { return begins_[first_slice(part)]; }

  /// Threads that share the parts.
  int threads() const noexcept { return threads_; }
  std::size_t thread_count() const noexcept { return static_cast<std::size_t>(threads_); }

 private:
  std::vector<std::size_t> begins_;  // row s begins slice s, and the last is V
  std::size_t parts_ = 1;
  std::size_t parts_of_thread_ = 1;
  int threads_;
};

/// Of an array with `row_bytes` for every row of the slices, in their order, so many parts, which
/// the team works on, lie where their owners stay.
void move_rows_near_owners(const SoftmaxSlices& slices, const Team& team, std::size_t first_part,
                           std::size_t parts, const void* data, std::size_t row_bytes);

}  // namespace hogvec
