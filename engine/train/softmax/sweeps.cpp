#include "engine/train/softmax/sweeps.hpp"

#include <algorithm>
#include <limits>

namespace hogvec {
namespace {

constexpr float kLowest = -std::numeric_limits<float>::infinity();

}  // namespace

SoftmaxSweeps::SoftmaxSweeps(MatrixView output, const TrainPlan& plan, const TeamPlace& place,
                             Ranks* ranks)
    : output_(output),
      kernels_(active_kernels()),
      slices_(output.rows(), plan, least_slice_rows(true), usable_cores(), is_shared(ranks)),
      shards_(ranks, slices_),
      team_(slices_.threads(), std::max<std::size_t>(shards_.parts(), 1), place),
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
    move_rows_near_owners(slices_, team_, shards_.first_part(), shards_.parts(), output_.data(),
                          output_.stride() * sizeof(float));
  }
  move_rows_near_owners(slices_, team_, shards_.first_part(), shards_.parts(), scores_.data(),
                        plan.softmax_batch * sizeof(float));
}

template <class Visit>
void SoftmaxSweeps::for_each_slice(const Visit& visit) {
  if (shards_.parts() == 0) return;
  team_.for_each_slice([&](std::size_t own, std::size_t thread) {
    const std::size_t part = shards_.first_part() + own;
    for (std::size_t i = 0; i < slices_.slices_of_part(); ++i) {
      visit(thread, part, i, slices_.first_slice(part) + i);
    }
  });
}

float SoftmaxSweeps::largest(std::size_t b) const noexcept {
  float score = kLowest;
  for (std::size_t p = 0; p < shards_.parts(); ++p) {
    score = std::max(score, part_max_score_[shards_.first_part() + p][b]);
  }
  return score;
}

void SoftmaxSweeps::share_largest(float* scores, std::size_t count) {
  if (shards_.alone()) return;
  shards_.put(scores, count);
  shards_.send();
  std::vector<float> others(count);
  shards_.receive([&](std::size_t) {
    shards_.take(others.data(), count);
    for (std::size_t b = 0; b < count; ++b) scores[b] = std::max(scores[b], others[b]);
  });
}

void SoftmaxSweeps::share_values(const SoftmaxBatch& batch, std::size_t b) {
  if (shards_.alone()) return;
  const auto for_each_value_of = [&](std::size_t rank, const auto& visit) {
    for (const SoftmaxBatch::Count& target : batch.targets(b)) {
      if (shards_.owner_of(slices_.slice_of(target.word)) != rank) continue;
      for (std::size_t a = 0; a <= b; ++a) visit(&value(batch, target.word, a));
    }
  };
  for_each_value_of(shards_.rank(), [&](const float* own) { shards_.put(own, 1); });
  shards_.send();
  shards_.receive([&](std::size_t rank) {
    for_each_value_of(rank, [&](float* copy) { shards_.take(copy, 1); });
  });
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

template <class T>
void SoftmaxSweeps::add_over_ranks(const TreeSums<T>& sums) {
  shards_.put_sums(sums, team_);
  shards_.send();
  shards_.receive([&](std::size_t) { shards_.take_sums(sums); });
  shards_.finish_sums(sums, team_);
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
  share_largest(max_score_.data(), batch.size());
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
  if (shards_.alone()) return add_left(weighted_rows_, team_, slices_.parts());
  add_over_ranks(weighted_rows_);
}

float SoftmaxSweeps::correct(const SoftmaxBatch& batch, std::size_t b, const float* coefficients) {
  for_each_slice([&](std::size_t, std::size_t part, std::size_t i, std::size_t slice) {
    const simd::SoftmaxColumn column = slice_column(batch, b, coefficients, part, slice);
    if (i == 0) *column.max_score = kLowest;
    kernels_.softmax_correct(column);
  });
  float score = largest(0);
  share_largest(&score, 1);
  return score;
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
  if (shards_.alone()) {
    column_sums_.add_left(0, 1 + b);
  } else {
    add_over_ranks(column_sums_);
  }
  std::copy_n(column_sums_.total() + 1, b, overlaps);
  return column_sums_.total()[0];
}

}  // namespace hogvec
