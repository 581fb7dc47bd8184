#include "engine/train/logistic/cbow.hpp"

#include <algorithm>
#include <cstring>

#include "engine/kernels.hpp"

namespace hogvec {
namespace {

/// A row is a few floats, far fewer than a call of memmove is worth: whole paddings, of which the
/// next row overwrites what is too much.
inline void copy_row(const float* from, std::size_t size, float* to) noexcept {
  for (std::size_t i = 0; i < size; i += simd::kRowPadding) {
    std::memcpy(to + i, from + i, simd::kRowPadding * sizeof(float));
  }
}

}  // namespace

Cbow::Cbow(const RowReplicas& input, const TrainPlan& plan, const LockedWords& locked)
    : input_(input, !locked.any()),
      locked_(locked),
      gradient_(plan.cbow_gradient),
      kernels_(active_kernels()),
      hidden_(most_inputs(plan) * input_.stride()),
      hidden_rows_(most_inputs(plan)),
      place_rows_(most_inputs(plan) + 2 * plan.window),
      windows_(most_inputs(plan)),
      nowhere_(locked.any() ? input_.stride() : 0) {
  for (std::size_t c = 0; c < hidden_rows_.size(); ++c) {
    hidden_rows_[c] = hidden_.data() + c * input_.stride();
  }
}

std::uint64_t Cbow::gather(const ChunkSample& sample, const Block& block) noexcept {
  input_count_ = block.size();
  // The windows of a block overlap: a row is touched once, however many of its centers have it.
  std::uint32_t first_place = block.begin;
  std::uint32_t end_place = block.end;
  for (std::uint32_t center = block.begin; center < block.end; ++center) {
    const std::uint32_t begin = sample.window_begin(center, block.sentence);
    const std::uint32_t end = sample.window_end(center, block.sentence);
    windows_[center - block.begin] = {begin, center, end};
    first_place = std::min(first_place, begin);
    end_place = std::max(end_place, end);
  }
  for (std::uint32_t i = first_place; i < end_place; ++i) {
    place_rows_[i - first_place] = input_.row(sample.ids()[i]);
  }
  for (std::size_t c = 0; c < input_count_; ++c) {
    Window& window = windows_[c];
    window.begin -= first_place;
    window.center -= first_place;
    window.end -= first_place;
    with_context(window, [&](float* const* rows, std::size_t count) {
      kernels_.mean_row(rows, count, input_.stride(), hidden_rows_[c]);
    });
  }
  if (locked_.any()) [[unlikely]]
    leave_out_locked(sample.ids() + first_place, end_place - first_place);
  return input_count_;
}

/// `words` are those of the places.
void Cbow::leave_out_locked(const WordId* words, std::size_t places) noexcept {
  std::fill_n(nowhere_.data(), nowhere_.size(), 0.0f);  // it must not grow for ever
  for (std::size_t i = 0; i < places; ++i) {
    if (locked_.hold(words[i])) place_rows_[i] = nowhere_.data();
  }
}

void Cbow::count_pairs(const OutputRows& outputs, PairCounts& counts) noexcept {
  float* positives = counts.positives.data();
  float* trials = counts.trials.data();
  const std::size_t own = outputs.own();
  if (own != 0) {
    // All blocks of so many centers have the same: as a rule, those of the block before.
    if (own_counted_ == own) return;
    own_counted_ = own;
    const std::size_t noise = own * (outputs.size() - own);
    std::fill_n(positives, own, 1.0f);
    std::fill_n(trials, own, 1.0f);
    std::fill_n(positives + own, noise, 0.0f);
    std::fill_n(trials + own, noise, outputs.noise_weight());
    return;
  }
  own_counted_ = 0;
  for (std::size_t c = 0; c < input_count_; ++c) {
    copy_row(outputs.positives(c), outputs.size(), positives + c * outputs.size());
    copy_row(outputs.trials(c), outputs.size(), trials + c * outputs.size());
  }
}

void Cbow::finish_block() noexcept {
  for (std::size_t c = 0; c < input_count_; ++c) {
    with_context(windows_[c], [&](float* const* rows, std::size_t count) {
      const float scale =
          gradient_ == CbowGradient::kPaper ? 1.0f / static_cast<float>(count) : 1.0f;  // eq. (23)
      kernels_.add_to_rows(scale, hidden_rows_[c], rows, count, input_.stride());
    });
  }
}

}  // namespace hogvec
