#include "engine/train/softmax/batch.hpp"

#include <algorithm>

#include "engine/kernels.hpp"

namespace hogvec {

SoftmaxBatch::SoftmaxBatch(MatrixView input, const TrainPlan& plan, const LockedWords& locked)
    : input_(input),
      locked_(locked),
      kernels_(active_kernels()),
      capacity_(plan.softmax_batch),
      cbow_(plan.cbow()),
      undivided_(plan.cbow_gradient == CbowGradient::kUndivided),
      context_(2 * plan.window, input.stride()),
      hidden_(capacity_ * input.stride()) {
  centers_.reserve(capacity_);
  counts_.reserve(capacity_ * (most_targets(plan) + 1));
}

bool SoftmaxBatch::holds(WordId word) const noexcept {
  return std::any_of(centers_.begin(), centers_.end(),
                     [&](const Center& center) { return counts_[center.first].word == word; });
}

void SoftmaxBatch::add(const ChunkSample& sample, const Sentence& sentence,
                       std::uint32_t i) noexcept {
  const std::uint32_t begin = sample.window_begin(i, sentence);
  const std::uint32_t end = sample.window_end(i, sentence);
  const auto first = static_cast<std::uint32_t>(counts_.size());
  counts_.push_back({sample.ids()[i], 1});
  for (std::uint32_t place = begin; place < end; ++place) {
    if (place == i) continue;
    const WordId word = sample.ids()[place];
    const auto known = std::find_if(counts_.begin() + first + 1, counts_.end(),
                                    [word](const Count& count) { return count.word == word; });
    if (known != counts_.end()) {
      known->count += 1;
    } else {
      counts_.push_back({word, 1});
    }
  }
  centers_.push_back(
      {first, static_cast<std::uint32_t>(counts_.size()), static_cast<float>(end - begin - 1)});
  select(0, centers_.size());
}

void SoftmaxBatch::clear() noexcept {
  centers_.clear();
  counts_.clear();
  select(0, 0);
}

void SoftmaxBatch::load_hidden() noexcept {
  for (std::size_t b = 0; b < size(); ++b) {
    float* const h = hidden_.data() + b * stride();
    if (cbow_) {
      load_mean(b);
    } else {
      std::copy_n(input_.row(counts_[center(b).first].word), stride(), h);
    }
  }
}

void SoftmaxBatch::load_mean(std::size_t b) noexcept {
  context_.clear();
  for (const Count& context : window(center(b))) {
    for (float n = 0; n < context.count; ++n) context_.add(input_.row(context.word));
  }
  context_.mean(hidden_.data() + b * stride());
}

std::span<const SoftmaxBatch::Count> SoftmaxBatch::targets(std::size_t b) const noexcept {
  return cbow_ ? center_word(center(b)) : window(center(b));
}

float SoftmaxBatch::target_count(std::size_t b) const noexcept {
  return cbow_ ? 1.0f : center(b).window_size;
}

void SoftmaxBatch::add_to_inputs(std::size_t b, float scale, const float* row) const noexcept {
  const Center& of_row = center(b);
  if (!cbow_) {
    const WordId word = counts_[of_row.first].word;
    if (!locked_.hold(word)) kernels_.axpy(scale, row, input_.row(word), stride());
    return;
  }
  const float share = undivided_ ? scale : scale / of_row.window_size;
  for (const Count& context : window(of_row)) {
    if (locked_.hold(context.word)) continue;
    kernels_.axpy(share * context.count, row, input_.row(context.word), stride());
  }
}

}  // namespace hogvec
