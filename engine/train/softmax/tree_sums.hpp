// Sums over the slices of W', the same whoever makes which part of them.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <vector>

#include "engine/team.hpp"
#include "engine/train/scratch.hpp"

namespace hogvec {

/// Arrays of `size` numbers, one of each slice, added up in one binary tree: slices 0 and 1, 2 and
/// 3 and so on, then their sums in the same way. A part of neighboring slices, as many as a power
/// of two, is a tree of its own, for which a thread has an array a level. Neighboring parts, which
/// one thread has as a rule, are joined by who ends the later of two; what is left of the tree is
/// added when all have ended. However many parts there are, the same numbers are added in the same
/// order.
template <class T>
class TreeSums {
 public:
  /// All but threads and size are powers of two; `joined` parts at a time become one.
  TreeSums(std::size_t threads, std::size_t parts, std::size_t joined, std::size_t slices_of_part,
           std::size_t size)
      : size_(size), joined_(joined), ended_(parts) {
    for (std::size_t p = 0; p < parts; ++p) parts_.emplace_back(stride());
    const auto levels = static_cast<std::size_t>(std::bit_width(slices_of_part)) - 1;
    for (std::size_t t = 0; t < threads; ++t) levels_.emplace_back(levels * stride());
  }

  std::size_t size() const noexcept { return size_; }

  /// Begins slice i of a part, counted within it and in their order: zeros, to be added to.
  T* begin_slice(std::size_t thread, std::size_t part, std::size_t i) const noexcept {
    T* const room = level(thread, part, static_cast<std::size_t>(std::popcount(i)));
    std::fill_n(room, size_, T{0});
    return room;
  }
  /// The slice is summed: adds what is complete with it.
  void end_slice(std::size_t thread, std::size_t part, std::size_t i) const noexcept {
    auto top = static_cast<std::size_t>(std::popcount(i));
    for (std::size_t rest = i; rest % 2 == 1; rest /= 2) {
      --top;
      add(level(thread, part, top + 1), level(thread, part, top), 0, size_);
    }
  }

  /// All slices of the part have ended. Any thread, once for each part.
  void end_part(std::size_t part) const noexcept {
    for (std::size_t step = 1; step < joined_; step *= 2) {
      const std::size_t left = part / (2 * step) * (2 * step);
      // The first of the two leaves its sum to the other, which makes the mark as it was.
      if (!ended_[left + step].value.exchange(true, std::memory_order_acq_rel)) return;
      ended_[left + step].value.store(false, std::memory_order_relaxed);
      add(parts_[left + step].data(), parts_[left].data(), 0, size_);
    }
  }

  /// Arrays that are left when all parts have ended.
  std::size_t left() const noexcept { return parts_.size() / joined_; }
  /// Adds their numbers from `begin` to `end` up. Threads may share them out.
  void add_left(std::size_t begin, std::size_t end) const noexcept {
    for (std::size_t step = joined_; step < parts_.size(); step *= 2) {
      for (std::size_t p = 0; p < parts_.size(); p += 2 * step) {
        add(parts_[p + step].data(), parts_[p].data(), begin, end);
      }
    }
  }
  // Where parts are slices, none joined, and somebody else has some of them:

  /// Adds what is complete with the parts [first, end), the numbers from `begin` to `last` up.
  void add_within(std::size_t first, std::size_t end, std::size_t begin,
                  std::size_t last) const noexcept {
    for (std::size_t step = 1; step < parts_.size(); step *= 2) {
      for (std::size_t p = (first + 2 * step - 1) / (2 * step) * (2 * step); p + 2 * step <= end;
           p += 2 * step) {
        add(parts_[p + step].data(), parts_[p].data(), begin, last);
      }
    }
  }
  /// Adds the others, where who has a part is a number that does not fall.
  template <class Owner>
  void add_across(const Owner& owner_of, std::size_t begin, std::size_t last) const noexcept {
    for (std::size_t step = 1; step < parts_.size(); step *= 2) {
      for (std::size_t p = 0; p < parts_.size(); p += 2 * step) {
        if (owner_of(p) == owner_of(p + 2 * step - 1)) continue;
        add(parts_[p + step].data(), parts_[p].data(), begin, last);
      }
    }
  }
  /// The numbers of a part, or of the subtree that it begins.
  T* of_part(std::size_t part) const noexcept { return parts_[part].data(); }

  /// The sum over all slices, of the numbers that were added up.
  const T* total() const noexcept { return parts_[0].data(); }

 private:
  /// On cache lines of its own.
  std::size_t stride() const noexcept { return (size_ * sizeof(T) + 63) / 64 * 64 / sizeof(T); }
  T* level(std::size_t thread, std::size_t part, std::size_t l) const noexcept {
    return l == 0 ? parts_[part].data() : levels_[thread].data() + (l - 1) * stride();
  }
  static void add(const T* from, T* to, std::size_t begin, std::size_t end) noexcept {
    for (std::size_t i = begin; i < end; ++i) to[i] += from[i];
  }

  struct alignas(64) Mark {
    std::atomic<bool> value{false};
  };

  std::size_t size_;
  std::size_t joined_;
  std::vector<Scratch<T>> parts_;    // the sum of each
  std::vector<Scratch<T>> levels_;   // of each thread, below those
  mutable std::vector<Mark> ended_;  // [p + step]: one of the two sums of p and p + step
};

/// What is left of sums, by the threads of the team that made them: each takes some numbers of all.
template <class T>
void add_left(const TreeSums<T>& sums, Team& team, std::size_t parts) {
  // Fewer are added sooner than threads have met.
  constexpr std::size_t kFew = 4;
  if (sums.left() <= kFew) return sums.add_left(0, sums.size());
  constexpr std::size_t kLine = 64 / sizeof(T);
  const auto begin_of = [&](std::size_t part) {
    return part == parts ? sums.size() : sums.size() * part / parts / kLine * kLine;
  };
  team.for_each_slice(
      [&](std::size_t part, std::size_t) { sums.add_left(begin_of(part), begin_of(part + 1)); });
}

}  // namespace hogvec
