#include "engine/train/softmax/visits.hpp"

#include <algorithm>
#include <limits>

#include "engine/resources.hpp"
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
      begins_(softmax_slices(output.rows(), output.dim(), plan)),
      team_(useful_threads(plan.team_threads()), begins_.size() - 1),
      hidden_(softmax_.hidden_size(shape_)),
      z_(shape_.batch),
      max_score_(shape_.batch),
      sums_(softmax_.sums_size(shape_)),
      steps_(softmax_.steps_size(shape_)),
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
  team_.for_each_slice([&](std::size_t s) { visit_slice(s, count, shift); });
  count_left_ = 0;
  targets_left_.clear();
  reduce(count);
}

void SoftmaxVisits::take_update() {
  if (count_left_ == 0) return;
  team_.for_each_slice([&](std::size_t s) { visit_slice(s, 0, nullptr); });
  count_left_ = 0;
  targets_left_.clear();
}

void SoftmaxVisits::visit_slice(std::size_t slice, std::size_t count, const float* shift) noexcept {
  const Slice& of = slices_[slice];
  subtract_targets(slice);
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

/// Predictions to errors, by the thread whose cache has them.
void SoftmaxVisits::subtract_targets(std::size_t slice) noexcept {
  for (const Target& target : targets_left_) {
    if (target.word < begins_[slice] || target.word >= begins_[slice + 1]) continue;
    softmax_.add_to_exp_score(shape_, slices_[slice].exp_scores.data(),
                              target.word - begins_[slice], target.b, target.value);
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

void SoftmaxVisits::leave_update(const SoftmaxBatch& batch, const float* scales) {
  count_left_ = batch.size();
  softmax_.pack_steps(shape_, batch.hidden(), scales, count_left_, steps_.data());
  for (std::size_t b = 0; b < count_left_; ++b) {
    const double unit = z_[b] / batch.target_count(b);
    for (const auto& [word, count] : batch.targets(b)) {
      targets_left_.push_back(
          {word, static_cast<std::uint32_t>(b), static_cast<float>(-count * unit)});
    }
  }
}

}  // namespace hogvec
