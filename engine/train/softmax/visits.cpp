#include "engine/train/softmax/visits.hpp"

#include <algorithm>
#include <limits>

#include "engine/memory_nodes.hpp"
#include "engine/train/softmax/precision.hpp"

namespace hogvec {
namespace {

constexpr float kLowest = -std::numeric_limits<float>::infinity();

}  // namespace

SoftmaxVisits::SoftmaxVisits(MatrixView output, const TrainPlan& plan,
                             const simd::KernelTable& kernels, const TeamPlace& place, Ranks* ranks)
    : output_(output),
      softmax_(softmax_kernels(plan.softmax_precision, kernels)),
      shape_{output.stride(), output.dim(), plan.softmax_batch},
      slices_(output.rows(), plan, least_slice_rows(false), usable_cores(), is_shared(ranks)),
      shards_(ranks, slices_),
      team_(slices_.threads(), std::max<std::size_t>(shards_.parts(), 1), place),
      hidden_(softmax_.hidden_size(shape_)),
      z_(slices_.thread_count(), slices_.parts(), slices_.parts_of_thread(),
         slices_.slices_of_part(), shape_.batch),
      sums_(slices_.thread_count(), slices_.parts(), slices_.parts_of_thread(),
            slices_.slices_of_part(), softmax_.sums_size(shape_)),
      max_score_(shape_.batch),
      wanted_rows_(
          shards_.alone() ? 0 : shape_.batch * SoftmaxBatch::most_targets(plan) * output.stride()),
      steps_(softmax_.steps_size(shape_)),
      targets_left_(shape_.batch * SoftmaxBatch::most_targets(plan)) {
  for (std::size_t p = 0; p < slices_.parts(); ++p) part_max_score_.emplace_back(shape_.batch);
  for (std::size_t t = 0; t < slices_.thread_count(); ++t) {
    scratch_.emplace_back(softmax_.scratch_size(shape_));
  }
  const std::size_t first_slice = slices_.first_slice(shards_.first_part());
  const std::size_t end_slice = slices_.first_slice(shards_.first_part() + shards_.parts());
  for (std::size_t s = 0; s < slices_.count(); ++s) {
    const bool here = s >= first_slice && s < end_slice;
    exp_scores_.emplace_back(here ? softmax_.exp_scores_size(shape_, slices_.rows(s)) : 0);
  }
  if (!place.pins()) return;
  // Of several workers none owns a row.
  if (plan.softmax_threads == SoftmaxThreads::kOwner) {
    move_rows_near_owners(slices_, team_, shards_.first_part(), shards_.parts(), output_.data(),
                          output_.stride() * sizeof(float));
  }
  for (std::size_t part = 0; part < shards_.parts(); ++part) {
    for (std::size_t i = 0; i < slices_.slices_of_part(); ++i) {
      const std::size_t slice = slices_.first_slice(shards_.first_part() + part) + i;
      const Scratch<float>& scores = exp_scores_[slice];
      move_near(team_.owner_cpus(part), scores.data(), scores.size() * sizeof(float));
    }
  }
}

void SoftmaxVisits::visit(const SoftmaxBatch& batch, const float* shift) {
  const std::size_t count = batch.size();
  softmax_.pack_hidden(shape_, batch.hidden(), count, hidden_.data());
  visit_parts(count, shift);
  reduce(batch);
}

void SoftmaxVisits::take_update() {
  if (count_left_ > 0) visit_parts(0, nullptr);
}

void SoftmaxVisits::visit_parts(std::size_t count, const float* shift) {
  if (shards_.parts() > 0) {
    team_.for_each_slice([&](std::size_t part, std::size_t thread) {
      visit_part(thread, shards_.first_part() + part, count, shift);
    });
  }
  count_left_ = 0;
  targets_left_.clear();
}

void SoftmaxVisits::visit_part(std::size_t thread, std::size_t part, std::size_t count,
                               const float* shift) noexcept {
  float* const max_score = part_max_score_[part].data();
  subtract_targets(part);
  std::fill_n(max_score, count, kLowest);
  for (std::size_t i = 0; i < slices_.slices_of_part(); ++i) {
    const std::size_t slice = slices_.first_slice(part) + i;
    double* const z = count > 0 ? z_.begin_slice(thread, part, i) : nullptr;
    float* const sums = count > 0 ? sums_.begin_slice(thread, part, i) : nullptr;
    softmax_.visit({.shape = shape_,
                    .rows = output_.row(slices_.begin(slice)),
                    .row_count = slices_.rows(slice),
                    .count_before = count_left_,
                    .steps = steps_.data(),
                    .count = count,
                    .hidden = hidden_.data(),
                    .shift = shift,
                    .exp_scores = exp_scores_[slice].data(),
                    .z = z,
                    .max_score = max_score,
                    .sums = sums,
                    .scratch = scratch_[thread].data()});
    if (count == 0) continue;
    z_.end_slice(thread, part, i);
    sums_.end_slice(thread, part, i);
  }
  if (count == 0) return;
  z_.end_part(part);
  sums_.end_part(part);
}

/// Predictions to errors, by the thread whose cache has them.
void SoftmaxVisits::subtract_targets(std::size_t part) noexcept {
  const std::size_t begin = slices_.first_row(part);
  const std::size_t end = slices_.first_row(part + 1);
  for (const Target& target : targets_left_) {
    if (target.word < begin || target.word >= end) continue;
    const std::size_t slice = slices_.slice_of(target.word);
    softmax_.add_to_exp_score(shape_, exp_scores_[slice].data(), target.word - slices_.begin(slice),
                              target.b, target.value);
  }
}

void SoftmaxVisits::reduce(const SoftmaxBatch& batch) {
  const std::size_t count = batch.size();
  std::fill_n(max_score_.data(), count, kLowest);
  for (std::size_t p = 0; p < shards_.parts(); ++p) {
    const Scratch<float>& part = part_max_score_[shards_.first_part() + p];
    for (std::size_t b = 0; b < count; ++b) max_score_[b] = std::max(max_score_[b], part[b]);
  }
  if (!shards_.alone()) return reduce_over_ranks(batch);
  z_.add_left(0, count);
  add_left(sums_, team_, slices_.parts());
}

/// The sums, and the rows that the batch wants as it has met them.
void SoftmaxVisits::reduce_over_ranks(const SoftmaxBatch& batch) {
  const std::size_t count = batch.size();
  const std::size_t stride = output_.stride();
  wanted_.clear();
  for (std::size_t b = 0; b < count; ++b) {
    for (const SoftmaxBatch::Count& target : batch.targets(b)) wanted_.push_back(target.word);
  }
  std::sort(wanted_.begin(), wanted_.end());
  wanted_.erase(std::unique(wanted_.begin(), wanted_.end()), wanted_.end());
  const auto for_each_row_of = [&](std::size_t rank, const auto& visit) {
    for (std::size_t k = 0; k < wanted_.size(); ++k) {
      if (shards_.owner_of(slices_.slice_of(wanted_[k])) != rank) continue;
      visit(wanted_[k], wanted_rows_.data() + k * stride);
    }
  };

  shards_.put_sums(z_, team_);
  shards_.put_sums(sums_, team_);
  shards_.put(max_score_.data(), count);
  for_each_row_of(shards_.rank(), [&](WordId word, float* row) {
    std::copy_n(output_.row(word), stride, row);
    shards_.put(row, stride);
  });
  shards_.send();
  std::vector<float> max_score(count);
  shards_.receive([&](std::size_t rank) {
    shards_.take_sums(z_);
    shards_.take_sums(sums_);
    shards_.take(max_score.data(), count);
    for (std::size_t b = 0; b < count; ++b) {
      max_score_[b] = std::max(max_score_[b], max_score[b]);
    }
    for_each_row_of(rank, [&](WordId, float* row) { shards_.take(row, stride); });
  });
  shards_.finish_sums(z_, team_);
  shards_.finish_sums(sums_, team_);
}

const float* SoftmaxVisits::wanted_row_of_ranks(WordId word) const noexcept {
  const auto found = std::lower_bound(wanted_.begin(), wanted_.end(), word);
  return wanted_rows_.data() + static_cast<std::size_t>(found - wanted_.begin()) * output_.stride();
}

void SoftmaxVisits::add_weighted_rows(std::size_t b, float scale, float* row) const noexcept {
  softmax_.add_sums(shape_, sums_.total(), b, scale, row);
}

void SoftmaxVisits::leave_update(const SoftmaxBatch& batch, const float* scales) {
  count_left_ = batch.size();
  softmax_.pack_steps(shape_, batch.hidden(), scales, count_left_, steps_.data());
  for (std::size_t b = 0; b < count_left_; ++b) {
    const double unit = z()[b] / batch.target_count(b);
    for (const auto& [word, count] : batch.targets(b)) {
      targets_left_.push_back(
          {word, static_cast<std::uint32_t>(b), static_cast<float>(-count * unit)});
    }
  }
}

}  // namespace hogvec
