#include "engine/train/logistic/skip_gram.hpp"

#include <algorithm>

#include "engine/kernels.hpp"

namespace hogvec {

SkipGram::SkipGram(const RowReplicas& input, const TrainPlan& plan, const LockedWords& locked)
    : input_(input, !locked.any()),
      locked_(locked),
      kernels_(active_kernels()),
      input_of_(most_inputs(plan)),
      inputs_(most_inputs(plan)),
      holds_(plan.block_centers * simd::padded(most_inputs(plan))),
      copies_(locked.any() ? most_inputs(plan) * input_.stride() : 0) {}

std::uint64_t SkipGram::gather(const ChunkSample& sample, const Block& block) noexcept {
  std::uint32_t begin = block.begin;
  std::uint32_t end = block.end;
  std::uint64_t pairs = 0;
  for (std::uint32_t center = block.begin; center < block.end; ++center) {
    const std::uint32_t window_begin = sample.window_begin(center, block.sentence);
    const std::uint32_t window_end = sample.window_end(center, block.sentence);
    begin = std::min(begin, window_begin);
    end = std::max(end, window_end);
    pairs += window_end - window_begin - 1;
  }
  input_count_ = 0;
  for (std::uint32_t i = begin; i < end; ++i) {
    const std::uint32_t repeat = sample.repeat(i);
    if (is_repeat(repeat, i - begin)) {
      input_of_[i - begin] = input_of_[i - begin - repeat];
      continue;
    }
    input_of_[i - begin] = static_cast<std::uint32_t>(input_count_);
    inputs_[input_count_++] = input_.row(sample.ids()[i]);
  }
  if (locked_.any()) [[unlikely]]
    lend_copies(sample, begin, end);
  place_count_ = end - begin;
  first_center_ = block.begin - begin;
  reach_ = sample.reaches() + block.begin;
  return pairs;
}

/// The block trains copies of the rows of locked words, which nobody reads again.
void SkipGram::lend_copies(const ChunkSample& sample, std::uint32_t begin,
                           std::uint32_t end) noexcept {
  const std::size_t stride = input_.stride();
  for (std::uint32_t i = begin; i < end; ++i) {
    if (is_repeat(sample.repeat(i), i - begin) || !locked_.hold(sample.ids()[i])) continue;
    const std::size_t input = input_of_[i - begin];
    inputs_[input] = std::copy_n(inputs_[input], stride, copies_.data() + input * stride) - stride;
  }
}

void SkipGram::count_pairs(const OutputRows& outputs, PairCounts& counts) const noexcept {
  kernels_.window_pairs({
      .input_of = input_of_.data(),
      .reach = reach_,
      .center_positives = outputs.positives(0),
      .center_trials = outputs.trials(0),
      .positives = counts.positives.data(),
      .trials = counts.trials.data(),
      .holds = holds_.data(),
      .place_count = place_count_,
      .input_count = input_count_,
      .first_center = first_center_,
      .center_count = outputs.centers(),
      .output_count = outputs.size(),
      .center_stride = outputs.stride(),
  });
}

}  // namespace hogvec
