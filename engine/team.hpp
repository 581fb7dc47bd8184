// Threads that come together many times in a millisecond, for the full softmax.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "engine/placement.hpp"

namespace hogvec {

/// Threads that work on the slices of one thing in rounds. A slice has an owner, whose cache holds
/// it from round to round; where the owner does not come, because the system runs something else in
/// its place, another takes the slice this once: a round never waits for a thread that has not
/// begun. Between rounds that follow each other soon the threads wait awake.
class Team {
 public:
  /// The caller is one of `threads`, of which more than there are cores (useful_threads) would keep
  /// each other from coming.
  /// Where the place pins, its other threads stay in their domains; where the caller is, is its own
  /// to say.
  /// Errors: std::system_error where a thread cannot be started.
  Team(int threads, std::size_t slices, const TeamPlace& place = {});
  Team(Team&&) noexcept;
  ~Team();

  /// The cpus of the domain in which the owner of a slice stays; none where it does not.
  std::vector<int> owner_cpus(std::size_t slice) const;

  /// What is done with a slice, by which of the threads: 0 is the caller.
  using Work = std::function<void(std::size_t slice, std::size_t thread)>;

  /// A round: calls work(0, ...) to work(slices - 1, ...), each once, and returns when all have.
  /// What the caller and the threads have written is seen by all in the round after. Throws what
  /// work throws. One caller.
  void for_each_slice(const Work& work);

 private:
  class Threads;
  std::size_t slices_;
  TeamPlace place_;
  std::unique_ptr<Threads> threads_;  // none where the caller is alone
};

}  // namespace hogvec
