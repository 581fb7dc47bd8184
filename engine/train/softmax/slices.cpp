#include "engine/train/softmax/slices.hpp"

#include <algorithm>

#include "simd/kernels.hpp"

namespace hogvec {
namespace {

constexpr std::size_t kMostSlices = 64;
// Fewer rows are soon done, and their partial sums are then no longer small beside them.
constexpr std::size_t kLeastSliceRows = 512;
constexpr std::size_t kRowsPerDim = 4;

}  // namespace

std::vector<std::size_t> softmax_slices(std::size_t rows, std::size_t dim, const TrainPlan& plan) {
  std::size_t slices = 1;
  if (plan.softmax_threads == SoftmaxThreads::kOwner) {
    const std::size_t least = std::max(kLeastSliceRows, kRowsPerDim * simd::padded(dim));
    // A power of two, which most numbers of threads share evenly.
    while (slices < kMostSlices && rows / (2 * slices) >= least) slices *= 2;
  }
  std::vector<std::size_t> begins;
  constexpr std::size_t kTile = simd::kScoreTileRows;
  for (std::size_t s = 0; s < slices; ++s) begins.push_back(rows * s / slices / kTile * kTile);
  begins.push_back(rows);
  return begins;
}

}  // namespace hogvec
