#include "engine/train/softmax/sweeps.hpp"

#include <algorithm>
#include <limits>

#include "engine/resources.hpp"
#include "engine/train/softmax/slices.hpp"

namespace hogvec {
namespace {

constexpr float kLowest = -std::numeric_limits<float>::infinity();

}  // namespace

SoftmaxSweeps::SoftmaxSweeps(MatrixView output, const TrainPlan& plan)
    : output_(output),
      kernels_(active_kernels()),
      begins_(softmax_slices(output.rows(), output.dim(), plan)),
      team_(useful_threads(plan.team_threads()), begins_.size() - 1) {
  const std::size_t batch = plan.softmax_batch;
  for (std::size_t s = 0; s + 1 < begins_.size(); ++s) partials_.emplace_back(batch, stride());
  hidden_transposed_ = Scratch<float>(stride() * simd::padded(batch));
  scores_ = Scratch<float>(simd::score_tiles_size(output.rows(), batch));
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
          .hidden_transposed = hidden_transposed_.data(),
          .step = nullptr,
          .tiles = scores_.data() + begins_[slice] * batch.size(),
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

void SoftmaxSweeps::scores(const SoftmaxBatch& batch) {
  const std::size_t leading = simd::padded(batch.size());
  for (std::size_t b = 0; b < batch.size(); ++b) {
    const float* const h = batch.hidden(b);
    for (std::size_t d = 0; d < stride(); ++d) hidden_transposed_[d * leading + b] = h[d];
  }
  team_.for_each_slice([&](std::size_t slice) {
    const simd::SoftmaxSweep sweep = slice_sweep(batch, slice);
    std::fill_n(sweep.max_score, batch.size(), kLowest);
    kernels_.softmax_tile_scores(sweep);
  });
  std::fill_n(max_score_.data(), batch.size(), kLowest);
  for (const Partial& partial : partials_) {
    for (std::size_t b = 0; b < batch.size(); ++b) {
      max_score_[b] = std::max(max_score_[b], partial.max_score[b]);
    }
  }
}

void SoftmaxSweeps::update(const SoftmaxBatch& batch, const float* step) {
  const std::size_t size = batch.size() * stride();
  team_.for_each_slice([&](std::size_t slice) {
    simd::SoftmaxSweep sweep = slice_sweep(batch, slice);
    sweep.step = step;
    std::fill_n(sweep.weighted_rows, size, 0.0f);
    kernels_.softmax_tile_update(sweep);
  });
  std::copy_n(partials_[0].weighted_rows.data(), size, weighted_rows_.data());
  for (std::size_t s = 1; s < partials_.size(); ++s) {
    kernels_.axpy(1, partials_[s].weighted_rows.data(), weighted_rows_.data(), size);
  }
}

float SoftmaxSweeps::correct(const SoftmaxBatch& batch, std::size_t b, const float* coefficients) {
  team_.for_each_slice([&](std::size_t slice) {
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
  team_.for_each_slice([&](std::size_t slice) {
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
