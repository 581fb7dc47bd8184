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
      old_hidden_(hidden_.size()),
      hidden_rows_(most_inputs(plan)),
      place_rows_(most_inputs(plan) + 2 * plan.window),
      context_rows_(most_inputs(plan) * 2 * plan.window),
      context_end_(most_inputs(plan)),
      nowhere_(locked.any() ? input_.stride() : 0) {
  for (std::size_t c = 0; c < hidden_rows_.size(); ++c) {
    hidden_rows_[c] = hidden_.data() + c * input_.stride();
  }
}

std::uint64_t Cbow::gather(const ChunkSample& sample, const Block& block) noexcept {
  const std::size_t stride = input_.stride();
  input_count_ = block.size();
  // The windows of a block overlap: a row is touched once, however many of its centers have it.
  std::uint32_t first_place = block.begin;
  std::uint32_t end_place = block.end;
  for (std::uint32_t center = block.begin; center < block.end; ++center) {
    first_place = std::min(first_place, sample.window_begin(center, block.sentence));
    end_place = std::max(end_place, sample.window_end(center, block.sentence));
  }
  for (std::uint32_t i = first_place; i < end_place; ++i) {
    place_rows_[i - first_place] = input_.row(sample.ids()[i]);
  }
  std::uint32_t rows = 0;
  for (std::size_t c = 0; c < input_count_; ++c) {
    const std::uint32_t center = block.begin + static_cast<std::uint32_t>(c);
    const std::uint32_t begin = sample.window_begin(center, block.sentence);
    const std::uint32_t end = sample.window_end(center, block.sentence);
    const std::uint32_t first = rows;
    for (std::uint32_t i = begin; i < center; ++i) {
      context_rows_[rows++] = place_rows_[i - first_place];
    }
    for (std::uint32_t i = center + 1; i < end; ++i) {
      context_rows_[rows++] = place_rows_[i - first_place];
    }
    context_end_[c] = rows;
    // A block's sentence has two words at least: there is a context.
    kernels_.mean_row(context_rows_.data() + first, rows - first, stride, hidden_rows_[c],
                      old_hidden_.data() + c * stride);
    if (locked_.any()) [[unlikely]]
      leave_out_locked(sample, begin, center, end, context_rows_.data() + first);
  }
  return input_count_;
}

/// `rows` are those of the words [begin, end) around the center.
void Cbow::leave_out_locked(const ChunkSample& sample, std::uint32_t begin, std::uint32_t center,
                            std::uint32_t end, float** rows) noexcept {
  std::fill_n(nowhere_.data(), nowhere_.size(), 0.0f);  // it must not grow for ever
  for (std::uint32_t i = begin; i < end; ++i) {
    if (i == center) continue;
    if (locked_.hold(sample.ids()[i])) *rows = nowhere_.data();
    ++rows;
  }
}

void Cbow::count_pairs(const OutputRows& outputs, PairCounts& counts) const noexcept {
  float* positives = counts.positives.data();
  float* trials = counts.trials.data();
  for (std::size_t c = 0; c < input_count_; ++c) {
    copy_row(outputs.positives(c), outputs.size(), positives + c * outputs.size());
    copy_row(outputs.trials(c), outputs.size(), trials + c * outputs.size());
  }
}

void Cbow::finish_block() noexcept {
  const std::size_t stride = input_.stride();
  std::uint32_t first = 0;
  for (std::size_t c = 0; c < input_count_; ++c) {
    const std::uint32_t size = context_end_[c] - first;
    const float scale =
        gradient_ == CbowGradient::kPaper ? 1.0f / static_cast<float>(size) : 1.0f;  // eq. (23)
    kernels_.add_difference(old_hidden_.data() + c * stride, hidden_rows_[c], scale,
                            context_rows_.data() + first, size, stride);
    first = context_end_[c];
  }
}

}  // namespace hogvec
