// Ranks that have W' together: one level above the threads that own its slices. All ranks train the
// same batches, each computes what its rows have to give, and all come to the same numbers, which
// are those of a rank alone.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/message.hpp"
#include "engine/ranks.hpp"
#include "engine/train/softmax/slices.hpp"
#include "engine/train/softmax/tree_sums.hpp"

namespace hogvec {

/// Slices [begin, end) of the tree: those of a rank.
struct SliceRange {
  std::size_t begin;
  std::size_t end;
};

/// Those of one of `ranks`: as many as of any other, but for one. A power of two of ranks has whole
/// subtrees.
constexpr SliceRange slices_of_rank(std::size_t slices, std::size_t ranks,
                                    std::size_t rank) noexcept {
  return {slices * rank / ranks, slices * (rank + 1) / ranks};
}

inline bool is_shared(const Ranks* ranks) noexcept { return ranks != nullptr && !ranks->alone(); }

/// What the rank that works here has of W', and what it tells the others. Of a rank that is alone
/// all slices, and nothing to tell. One caller. Errors: those of Ranks.
class SoftmaxShards {
 public:
  /// `ranks`: none of a process that is alone; must outlive it.
  SoftmaxShards(Ranks* ranks, const SoftmaxSlices& slices);

  bool alone() const noexcept { return ranks_ == nullptr; }
  /// Parts of the slices that are worked on here. Where there are others, a part is a slice.
  std::size_t first_part() const noexcept { return mine_.begin; }
  std::size_t parts() const noexcept { return mine_.end - mine_.begin; }

  // A round: what is put is sent, and what others have put is taken in the same order.

  /// Sums of which the slices that are here have ended: joins them as far as they go.
  template <class T>
  void put_sums(const TreeSums<T>& sums, Team& team) {
    add_columns(team, sums.size(), 64 / sizeof(T), [&](std::size_t begin, std::size_t end) {
      sums.add_within(mine_.begin, mine_.end, begin, end);
    });
    for_each_subtree(mine_, [&](std::size_t slice) { put(sums.of_part(slice), sums.size()); });
  }
  template <class T>
  void put(const T* values, std::size_t count) {
    append(message_, values, count);
  }
  void send();
  /// Calls take(rank) for every other one, whose message is then read.
  template <class Take>
  void receive(const Take& take) {
    for (std::size_t rank = 0; rank < messages_.size(); ++rank) {
      if (rank == rank_) continue;
      from_ = rank;
      reader_ = MessageReader(messages_[rank]);
      take(rank);
    }
  }
  template <class T>
  void take_sums(const TreeSums<T>& sums) {
    for_each_subtree(range_of(from_),
                     [&](std::size_t slice) { take(sums.of_part(slice), sums.size()); });
  }
  template <class T>
  void take(T* values, std::size_t count) {
    reader_.read(values, count);
  }
  /// When all have been taken: the sum over all slices.
  template <class T>
  void finish_sums(const TreeSums<T>& sums, Team& team) {
    add_columns(team, sums.size(), 64 / sizeof(T), [&](std::size_t begin, std::size_t end) {
      sums.add_across([&](std::size_t slice) { return owner_of(slice); }, begin, end);
    });
  }

  /// Which rank has the slice.
  std::size_t owner_of(std::size_t slice) const noexcept { return owners_[slice]; }
  std::size_t rank() const noexcept { return rank_; }

 private:
  SliceRange range_of(std::size_t rank) const noexcept {
    return slices_of_rank(owners_.size(), messages_.size(), rank);
  }
  /// The first slice of each largest subtree within a range.
  template <class Visit>
  static void for_each_subtree(const SliceRange& range, const Visit& visit) {
    for (std::size_t slice = range.begin; slice < range.end;) {
      visit(slice);
      slice += subtree_size(slice, range.end);
    }
  }
  static std::size_t subtree_size(std::size_t slice, std::size_t end) noexcept;
  template <class Add>
  void add_columns(Team& team, std::size_t size, std::size_t line, const Add& add) const {
    const std::size_t pieces = parts();
    if (pieces == 0) return add(0, size);
    const auto begin_of = [&](std::size_t piece) {
      return piece == pieces ? size : size * piece / pieces / line * line;
    };
    team.for_each_slice(
        [&](std::size_t piece, std::size_t) { add(begin_of(piece), begin_of(piece + 1)); });
  }

  Ranks* ranks_;
  std::size_t rank_ = 0;
  SliceRange mine_;
  std::vector<std::size_t> owners_;  // of each slice
  Bytes message_;
  std::vector<Bytes> messages_;  // of each rank
  std::size_t from_ = 0;         // whose is read
  MessageReader reader_;
};

}  // namespace hogvec
