// Touches as work: the kernels called again, in the same order, on other memory.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "bench/scaling/touches.hpp"
#include "bench/support.hpp"
#include "simd/kernels.hpp"

namespace hogvec::bench {

/// One worker's calls on rows that lie where `place` says. While one block is computed the rows of
/// the next are fetched, as trainers do, but for those that are `not_fetched`. One thread.
class Replay {
 public:
  /// The touches must outlive it.
  Replay(const Touches& touches, std::size_t dim,
         const std::function<float*(std::uint32_t row)>& place,
         const std::vector<bool>* not_fetched = nullptr);

  /// Computes a block and goes to the next, from the last to the first.
  void block() noexcept;
  std::size_t blocks() const noexcept { return touches_.blocks.size(); }

 private:
  void fetch(std::size_t block) const noexcept;
  void call(const Call& call, float* const* rows) noexcept;

  const Touches& touches_;
  const simd::KernelTable& kernels_;
  std::size_t stride_;
  bool to_write_;
  std::vector<float*> rows_;
  std::vector<const float*> fetched_;  // of all blocks
  std::vector<std::size_t> fetched_end_;
  std::size_t next_ = 0;
  Aligned<float> scratch_;
  Aligned<float> positives_;
  Aligned<float> trials_;
  Aligned<float> hidden_;
};

/// Nanoseconds for a block, where the replay runs for so long on the first core.
double time_blocks(Replay& replay, double seconds);

}  // namespace hogvec::bench
