#include "engine/train/softmax/slices.hpp"

#include <algorithm>
#include <bit>

#include "engine/memory_nodes.hpp"
#include "simd/kernels.hpp"

namespace hogvec {
namespace {

constexpr std::size_t kMostSlices = 256;
// Of a thread: where it is late, others can take most of its work.
constexpr std::size_t kThreadParts = 8;

}  // namespace

SoftmaxSlices::SoftmaxSlices(std::size_t rows, const TrainPlan& plan, std::size_t least_rows,
                             int cores, bool shared)
    // Teams of several workers share the cores.
    : threads_(std::clamp(cores / plan.chunk_workers(), 1, plan.team_threads())) {
  std::size_t slices = 1;
  if (plan.softmax_threads == SoftmaxThreads::kOwner || plan.team_threads() > 1) {
    while (slices < kMostSlices && rows / (2 * slices) >= least_rows) slices *= 2;
  }
  constexpr std::size_t kTile = simd::kScoreTileRows;
  for (std::size_t s = 0; s < slices; ++s) begins_.push_back(rows * s / slices / kTile * kTile);
  begins_.push_back(rows);
  if (shared) {
    parts_ = slices;
    parts_of_thread_ = 1;
    return;
  }
  if (threads_ > 1) {
    parts_ = std::min(slices, std::bit_ceil(kThreadParts * thread_count()));
  }
  parts_of_thread_ = std::max<std::size_t>(parts_ / std::bit_ceil(thread_count()), 1);
}

std::size_t SoftmaxSlices::slice_of(std::size_t row) const noexcept {
  const auto after = std::upper_bound(begins_.begin(), begins_.end() - 1, row);
  return static_cast<std::size_t>(after - begins_.begin()) - 1;
}

void move_rows_near_owners(const SoftmaxSlices& slices, const Team& team, std::size_t first_part,
                           std::size_t parts, const void* data, std::size_t row_bytes) {
  const auto* const bytes = static_cast<const std::byte*>(data);
  // Parts of one place together: a page that two parts share is nobody's otherwise.
  for (std::size_t part = 0; part < parts;) {
    const std::vector<int> cpus = team.owner_cpus(part);
    const std::size_t first = slices.first_row(first_part + part);
    while (++part < parts && team.owner_cpus(part) == cpus) {
    }
    const std::size_t count = slices.first_row(first_part + part) - first;
    move_near(cpus, bytes + first * row_bytes, count * row_bytes);
  }
}

}  // namespace hogvec
