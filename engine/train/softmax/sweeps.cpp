#include "engine/train/softmax/sweeps.hpp"

#include <algorithm>
#include <limits>

#include "engine/train/softmax/kept.hpp"

namespace hogvec {
namespace {

constexpr std::size_t kMostSlices = 64;
// Fewer rows are soon done, and their partial sums are then no longer small beside them.
constexpr std::size_t kLeastSliceRows = 512;
constexpr std::size_t kRowsPerDim = 4;

constexpr float kLowest = -std::numeric_limits<float>::infinity();

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

SoftmaxSweeps::SoftmaxSweeps(MatrixView output, const TrainPlan& plan,
                             const simd::KernelTable& kernels)
    : output_(output),
      kernels_(kernels),
      team_(plan.team_threads()),
      begins_(softmax_slices(output.rows(), output.dim(), plan)) {
  const std::size_t batch = plan.softmax_batch;
  for (std::size_t s = 0; s + 1 < begins_.size(); ++s) partials_.emplace_back(batch, stride());
  scores_ = Scratch<float>(simd::score_tiles_size(output.rows(), batch));
  z_ = Scratch<double>(batch);
  max_score_ = Scratch<float>(batch);
  weighted_rows_ = Scratch<float>(batch * stride());
}

simd::SoftmaxSweep SoftmaxSweeps::slice_sweep(const SoftmaxBatch& batch,
                                              std::size_t slice) noexcept {
  const Partial& partial = partials_[slice];
  return {.rows = output_.row(begins_[slice]),
          .row_count = begins_[slice + 1] - begins_[slice],
          .stride = stride(),
          .dim = output_.dim(),
          .batch = batch.size(),
          .hidden = batch.hidden(),
          .hidden_transposed = batch.hidden_transposed(),
          .shift = nullptr,
          .step = nullptr,
          .exp_scores = scores_.data() + begins_[slice] * batch.size(),
          .z = partial.z.data(),
          .max_score = partial.max_score.data(),
          .weighted_rows = partial.weighted_rows.data()};
}

simd::SoftmaxColumn SoftmaxSweeps::slice_column(const SoftmaxBatch& batch, std::size_t b,
                                                const float* coefficients,
                                                std::size_t slice) noexcept {
  const Partial& partial = partials_[slice];
  return {.tiles = scores_.data() + begins_[slice] * batch.size(),
          .row_count = begins_[slice + 1] - begins_[slice],
          .batch = batch.size(),
          .center = b,
          .coefficients = coefficients,
          .shift = 0,
          .z = partial.z.data(),
          .max_score = partial.max_score.data(),
          .overlaps = partial.overlaps.data()};
}

void SoftmaxSweeps::exp_scores(const SoftmaxBatch& batch, const float* shift) {
  sweep_scores(batch, shift, kernels_.softmax_scores);
}

void SoftmaxSweeps::update(const SoftmaxBatch& batch, const float* step) {
  sweep_update(batch, step, kernels_.softmax_update);
}

void SoftmaxSweeps::tile_scores(const SoftmaxBatch& batch) {
  sweep_scores(batch, nullptr, kernels_.softmax_tile_scores);
}

void SoftmaxSweeps::tile_update(const SoftmaxBatch& batch, const float* step) {
  sweep_update(batch, step, kernels_.softmax_tile_update);
}

void SoftmaxSweeps::sweep_scores(const SoftmaxBatch& batch, const float* shift, Kernel kernel) {
  team_.for_each_slice(slice_count(), [&](std::size_t slice) {
    simd::SoftmaxSweep sweep = slice_sweep(batch, slice);
    sweep.shift = shift;
    std::fill_n(sweep.z, batch.size(), 0.0);
    std::fill_n(sweep.max_score, batch.size(), kLowest);
    kernel(sweep);
  });
  reduce_scores(batch.size());
}

void SoftmaxSweeps::exp_kept_scores(const SoftmaxBatch& batch, float* shift) {
  team_.for_each_slice(slice_count(), [&](std::size_t slice) {
    const simd::SoftmaxSweep sweep = slice_sweep(batch, slice);
    std::fill_n(sweep.z, batch.size(), 0.0);
    std::fill_n(sweep.max_score, batch.size(), kLowest);
    keep_scores(kernels_, sweep);
  });
  reduce_scores(batch.size());
  std::copy_n(max_score(), batch.size(), shift);
  team_.for_each_slice(slice_count(), [&](std::size_t slice) {
    simd::SoftmaxSweep sweep = slice_sweep(batch, slice);
    sweep.shift = shift;
    hogvec::exp_kept_scores(kernels_, sweep);
  });
  reduce_scores(batch.size());
}

void SoftmaxSweeps::reduce_scores(std::size_t batch) noexcept {
  for (std::size_t b = 0; b < batch; ++b) {
    z_[b] = 0;
    max_score_[b] = kLowest;
    for (const Partial& partial : partials_) {
      z_[b] += partial.z[b];
      max_score_[b] = std::max(max_score_[b], partial.max_score[b]);
    }
  }
}

void SoftmaxSweeps::sweep_update(const SoftmaxBatch& batch, const float* step, Kernel kernel) {
  const std::size_t size = batch.size() * stride();
  team_.for_each_slice(slice_count(), [&](std::size_t slice) {
    simd::SoftmaxSweep sweep = slice_sweep(batch, slice);
    sweep.step = step;
    std::fill_n(sweep.weighted_rows, size, 0.0f);
    kernel(sweep);
  });
  std::copy_n(partials_[0].weighted_rows.data(), size, weighted_rows_.data());
  for (std::size_t s = 1; s < partials_.size(); ++s) {
    kernels_.axpy(1, partials_[s].weighted_rows.data(), weighted_rows_.data(), size);
  }
}

float SoftmaxSweeps::correct(const SoftmaxBatch& batch, std::size_t b, const float* coefficients) {
  team_.for_each_slice(slice_count(), [&](std::size_t slice) {
    const simd::SoftmaxColumn column = slice_column(batch, b, coefficients, slice);
    *column.max_score = kLowest;
    kernels_.softmax_correct(column);
  });
  float largest = kLowest;
  for (const Partial& partial : partials_) largest = std::max(largest, partial.max_score[0]);
  return largest;
}

double SoftmaxSweeps::finish_column(const SoftmaxBatch& batch, std::size_t b,
                                    const float* coefficients, float shift, double* overlaps) {
  team_.for_each_slice(slice_count(), [&](std::size_t slice) {
    simd::SoftmaxColumn column = slice_column(batch, b, coefficients, slice);
    column.shift = shift;
    *column.z = 0;
    std::fill_n(column.overlaps, b, 0.0);
    kernels_.softmax_column(column);
  });
  double z = 0;
  std::fill_n(overlaps, b, 0.0);
  for (const Partial& partial : partials_) {
    z += partial.z[0];
    for (std::size_t a = 0; a < b; ++a) overlaps[a] += partial.overlaps[a];
  }
  return z;
}

}  // namespace hogvec
