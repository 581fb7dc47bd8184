#include "engine/train/softmax/visits.hpp"

#include <algorithm>
#include <limits>

#include "engine/train/softmax/precision.hpp"
#include "engine/train/softmax/slices.hpp"

namespace hogvec {
namespace {

constexpr float kLowest = -std::numeric_limits<float>::infinity();

}  // namespace

SoftmaxVisits::SoftmaxVisits(MatrixView output, const TrainPlan& plan,
                             const simd::KernelTable& kernels)
    : output_(output),
      kernels_(kernels),
      softmax_(softmax_kernels(plan.softmax_precision, kernels)),
      shape_{output.stride(), output.dim(), plan.softmax_batch},
      team_(plan.team_threads()),
      begins_(softmax_slices(output.rows(), output.dim(), plan)),
      hidden_(softmax_.hidden_size(shape_)),
      z_(shape_.batch),
      max_score_(shape_.batch),
      sums_(softmax_.sums_size(shape_)),
      steps_(softmax_.steps_size(shape_)),
      hidden_left_(shape_.batch * shape_.stride),
      targets_left_(shape_.batch * SoftmaxBatch::most_targets(plan)) {
  for (std::size_t s = 0; s + 1 < begins_.size(); ++s) {
    const std::size_t rows = begins_[s + 1] - begins_[s];
    slices_.push_back({.z = Scratch<double>(shape_.batch),
                       .max_score = Scratch<float>(shape_.batch),
                       .sums = Scratch<float>(softmax_.sums_size(shape_)),
                       .exp_scores = Scratch<float>(softmax_.exp_scores_size(shape_, rows)),
                       .scratch = Scratch<float>(softmax_.scratch_size(shape_))});
  }
}

void SoftmaxVisits::visit(const SoftmaxBatch& batch, const float* shift) {
  const std::size_t count = batch.size();
  softmax_.pack_hidden(shape_, batch.hidden(), count, hidden_.data());
  team_.for_each_slice(slices_.size(), [&](std::size_t s) { visit_slice(s, count, shift); });
  count_left_ = 0;
  targets_left_.clear();
  reduce(count);
}

void SoftmaxVisits::take_update() {
  if (count_left_ == 0) return;
  team_.for_each_slice(slices_.size(), [&](std::size_t s) { visit_slice(s, 0, nullptr); });
  count_left_ = 0;
  targets_left_.clear();
}

void SoftmaxVisits::visit_slice(std::size_t slice, std::size_t count, const float* shift) noexcept {
  const Slice& of = slices_[slice];
  step_targets(slice);
  std::fill_n(of.z.data(), count, 0.0);
  std::fill_n(of.max_score.data(), count, kLowest);
  if (count > 0) std::fill_n(of.sums.data(), of.sums.size(), 0.0f);
  softmax_.visit({.shape = shape_,
                  .rows = output_.row(begins_[slice]),
                  .row_count = begins_[slice + 1] - begins_[slice],
                  .count_before = count_left_,
                  .steps = steps_.data(),
                  .count = count,
                  .hidden = hidden_.data(),
                  .shift = shift,
                  .exp_scores = of.exp_scores.data(),
                  .z = of.z.data(),
                  .max_score = of.max_score.data(),
                  .sums = of.sums.data(),
                  .scratch = of.scratch.data()});
}

/// The sparse part of the update, by the thread whose cache has the rows.
void SoftmaxVisits::step_targets(std::size_t slice) noexcept {
  for (const TargetStep& step : targets_left_) {
    if (step.word < begins_[slice] || step.word >= begins_[slice + 1]) continue;
    kernels_.axpy(step.scale, hidden_left_.data() + step.b * shape_.stride, output_.row(step.word),
                  shape_.stride);
  }
}

void SoftmaxVisits::reduce(std::size_t count) noexcept {
  std::fill_n(z_.data(), count, 0.0);
  std::fill_n(max_score_.data(), count, kLowest);
  for (const Slice& slice : slices_) {
    for (std::size_t b = 0; b < count; ++b) {
      z_[b] += slice.z[b];
      max_score_[b] = std::max(max_score_[b], slice.max_score[b]);
    }
  }
  std::copy_n(slices_[0].sums.data(), sums_.size(), sums_.data());
  for (std::size_t s = 1; s < slices_.size(); ++s) {
    kernels_.axpy(1, slices_[s].sums.data(), sums_.data(), sums_.size());
  }
}

void SoftmaxVisits::add_weighted_rows(std::size_t b, float scale, float* row) const noexcept {
  softmax_.add_sums(shape_, sums_.data(), b, scale, row);
}

void SoftmaxVisits::leave_update(const SoftmaxBatch& batch, const float* scales, float alpha) {
  count_left_ = batch.size();
  softmax_.pack_steps(shape_, batch.hidden(), scales, count_left_, steps_.data());
  std::copy_n(batch.hidden(), count_left_ * shape_.stride, hidden_left_.data());
  for (std::size_t b = 0; b < count_left_; ++b) {
    for (const auto& [word, count] : batch.targets(b)) {
      targets_left_.push_back({word, static_cast<std::uint32_t>(b), alpha * count});
    }
  }
}

}  // namespace hogvec
