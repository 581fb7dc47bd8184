#include "engine/train/softmax/slices.hpp"

#include <algorithm>
#include <bit>

#include "simd/kernels.hpp"

namespace hogvec {
namespace {

constexpr std::size_t kMostSlices = 256;
// Of a thread: where it is late, others can take most of its work.
constexpr std::size_t kThreadParts = 8;

}  // namespace

SoftmaxSlices::SoftmaxSlices(std::size_t rows, const TrainPlan& plan, std::size_t least_rows,
                             int cores)
    // Teams of several workers share the cores.
    : threads_(std::clamp(cores / plan.chunk_workers(), 1, plan.team_threads())) {
  std::size_t slices = 1;
  if (plan.softmax_threads == SoftmaxThreads::kOwner || plan.team_threads() > 1) {
    while (slices < kMostSlices && rows / (2 * slices) >= least_rows) slices *= 2;
  }
  constexpr std::size_t kTile = simd::kScoreTileRows;
  for (std::size_t s = 0; s < slices; ++s) begins_.push_back(rows * s / slices / kTile * kTile);
  begins_.push_back(rows);
  if (threads_ > 1) {
    parts_ = std::min(slices, std::bit_ceil(kThreadParts * thread_count()));
  }
}

std::size_t SoftmaxSlices::parts_of_thread() const noexcept {
  return std::max<std::size_t>(parts_ / std::bit_ceil(thread_count()), 1);
}

std::size_t SoftmaxSlices::slice_of(std::size_t row) const noexcept {
  const auto after = std::upper_bound(begins_.begin(), begins_.end() - 1, row);
  return static_cast<std::size_t>(after - begins_.begin()) - 1;
}

}  // namespace hogvec
