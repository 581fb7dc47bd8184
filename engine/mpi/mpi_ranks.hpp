// Ranks that MPI starts and whose messages it carries: the one folder that knows MPI.
#pragma once

#include "engine/ranks.hpp"

namespace hogvec {

/// All processes of the job. One in a process, which lives as long as anything is sent; no two
/// threads call it at once. Errors, of all functions: Error with what MPI says.
class MpiRanks final : public Ranks {
 public:
  /// Joins the job: where the process was started by itself, it is alone. To be made when threads
  /// that wait for signals have been started.
  MpiRanks();
  /// Leaves the job together with all other ranks.
  ~MpiRanks() override;

  int rank() const noexcept override { return rank_; }
  int size() const noexcept override { return size_; }
  void exchange(std::span<const std::span<const std::byte>> out, std::vector<Bytes>& in) override;
  void exchange_equal(const std::byte* out, std::byte* in, std::size_t bytes) override;
  void broadcast(std::span<std::byte> bytes) override;
  void wait(Waiting waiting) noexcept override { waiting_ = waiting; }

  /// Ends the processes of all ranks, whatever they are doing, and this one with that exit code.
  [[noreturn]] static void end_all(int code) noexcept;

 private:
  class Requests;

  int rank_ = 0;
  int size_ = 1;
  Waiting waiting_ = Waiting::kAsleep;
};

}  // namespace hogvec
