#include "engine/train/softmax/sweeps.hpp"

#include <algorithm>
#include <limits>

namespace hogvec {
namespace {

// Every center sums over all slices: of 128 rows they cost 3.7 % of an exact batch.
constexpr std::size_t kSliceRows = 512;
constexpr float kLowest = -std::numeric_limits<float>::infinity();

}  // namespace

SoftmaxSweeps::SoftmaxSweeps(MatrixView output, const TrainPlan& plan, const TeamPlace& place)
    : output_(output),
      kernels_(active_kernels()),
      slices_(output.rows(), plan, kSliceRows),
      team_(slices_.threads(), slices_.parts(), place),
      column_sums_(slices_.thread_count(), slices_.parts(), slices_.parts_of_thread(),
                   slices_.slices_of_part(), 1 + plan.softmax_batch),
      weighted_rows_(slices_.thread_count(), slices_.parts(), slices_.parts_of_thread(),
                     slices_.slices_of_part(), plan.softmax_batch * output.stride()),
      hidden_transposed_(output.stride() * simd::padded(plan.softmax_batch)),
      scores_(simd::score_tiles_size(output.rows(), plan.softmax_batch)),
      max_score_(plan.softmax_batch) {
  for (std::size_t p = 0; p < slices_.parts(); ++p) {
    part_max_score_.emplace_back(plan.softmax_batch);
  }
  if (!place.pins()) return;
  // Of several workers none owns a row.
  if (plan.softmax_threads == SoftmaxThreads::kOwner) {
    move_rows_near_owners(slices_, team_, output_.data(), output_.stride() * sizeof(float));
  }
  move_rows_near_owners(slices_, team_, scores_.data(), plan.softmax_batch * sizeof(float));
}

template <class Visit>
void SoftmaxSweeps::for_each_slice(const Visit& visit) {
  team_.for_each_slice([&](std::size_t part, std::size_t thread) {
    for (std::size_t i = 0; i < slices_.slices_of_part(); ++i) {
      visit(thread, part, i, slices_.first_slice(part) + i);
    }
  });
}

float SoftmaxSweeps::largest(std::size_t b) const noexcept {
  float score = kLowest;
  for (const Scratch<float>& part : part_max_score_) score = std::max(score, part[b]);
  return score;
}

simd::SoftmaxSweep SoftmaxSweeps::slice_sweep(const SoftmaxBatch& batch, std::size_t part,
                                              std::size_t slice) noexcept {
  return {.rows = output_.row(slices_.begin(slice)),
          .row_count = slices_.rows(slice),
          .stride = stride(),
          .dim = output_.dim(),
          .batch = batch.size(),
          .hidden_transposed = hidden_transposed_.data(),
          .step = nullptr,
          .tiles = scores_.data() + slices_.begin(slice) * batch.size(),
          .max_score = part_max_score_[part].data(),
          .weighted_rows = nullptr};
}

simd::SoftmaxColumn SoftmaxSweeps::slice_column(const SoftmaxBatch& batch, std::size_t b,
                                                const float* coefficients, std::size_t part,
                                                std::size_t slice) noexcept {
  return {.tiles = scores_.data() + slices_.begin(slice) * batch.size(),
          .row_count = slices_.rows(slice),
          .batch = batch.size(),
          .center = b,
          .coefficients = coefficients,
          .shift = 0,
          .z = nullptr,
          .max_score = part_max_score_[part].data(),
          .overlaps = nullptr};
}

void SoftmaxSweeps::scores(const SoftmaxBatch& batch) {
  const std::size_t leading = simd::padded(batch.size());
  for (std::size_t b = 0; b < batch.size(); ++b) {
    const float* const h = batch.hidden(b);
    for (std::size_t d = 0; d < stride(); ++d) hidden_transposed_[d * leading + b] = h[d];
  }
  for_each_slice([&](std::size_t, std::size_t part, std::size_t i, std::size_t slice) {
    if (i == 0) std::fill_n(part_max_score_[part].data(), batch.size(), kLowest);
    kernels_.softmax_tile_scores(slice_sweep(batch, part, slice));
  });
  for (std::size_t b = 0; b < batch.size(); ++b) max_score_[b] = largest(b);
}

void SoftmaxSweeps::update(const SoftmaxBatch& batch, const float* step) {
  for_each_slice([&](std::size_t thread, std::size_t part, std::size_t i, std::size_t slice) {
    simd::SoftmaxSweep sweep = slice_sweep(batch, part, slice);
    sweep.step = step;
    sweep.weighted_rows = weighted_rows_.begin_slice(thread, part, i);
    kernels_.softmax_tile_update(sweep);
    weighted_rows_.end_slice(thread, part, i);
    if (i + 1 == slices_.slices_of_part()) weighted_rows_.end_part(part);
  });
  add_left(weighted_rows_, team_, slices_.parts());
}

float SoftmaxSweeps::correct(const SoftmaxBatch& batch, std::size_t b, const float* coefficients) {
  for_each_slice([&](std::size_t, std::size_t part, std::size_t i, std::size_t slice) {
    const simd::SoftmaxColumn column = slice_column(batch, b, coefficients, part, slice);
    if (i == 0) *column.max_score = kLowest;
    kernels_.softmax_correct(column);
  });
  return largest(0);
}

double SoftmaxSweeps::finish_column(const SoftmaxBatch& batch, std::size_t b,
                                    const float* coefficients, float shift, double* overlaps) {
  for_each_slice([&](std::size_t thread, std::size_t part, std::size_t i, std::size_t slice) {
    simd::SoftmaxColumn column = slice_column(batch, b, coefficients, part, slice);
    column.shift = shift;
    column.z = column_sums_.begin_slice(thread, part, i);
    column.overlaps = column.z + 1;
    kernels_.softmax_column(column);
    column_sums_.end_slice(thread, part, i);
    if (i + 1 == slices_.slices_of_part()) column_sums_.end_part(part);
  });
  column_sums_.add_left(0, 1 + b);
  std::copy_n(column_sums_.total() + 1, b, overlaps);
  return column_sums_.total()[0];
}

}  // namespace hogvec
