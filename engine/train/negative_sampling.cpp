#include "engine/train/negative_sampling.hpp"

#include <algorithm>

namespace hogvec {
namespace {

/// Whether the same word stands `repeat` places before, at most `distance` away; 0 means nowhere.
inline bool is_repeat(std::uint32_t repeat, std::uint32_t distance) noexcept {
  return repeat - 1 < distance;
}

/// Brings a row into the cache: it is needed one block from now.
inline void prefetch_row(const float* row, std::size_t stride) noexcept {
  for (std::size_t i = 0; i < stride; i += simd::kRowAlignment / sizeof(float)) {
    __builtin_prefetch(row + i);
  }
  // GCC finds that a function of prefetches alone has no effect, and drops the call.
  asm volatile("");
}

}  // namespace

NegativeSamplingWorker::NegativeSamplingWorker(const Shared& shared, std::size_t longest_chunk)
    : shared_(shared), kernels_(simd::active_kernels()) {
  const TrainSettings& s = shared.settings;
  // At worst every word is a sentence, and a block, of its own.
  blocks_.reserve(longest_chunk);
  const std::size_t draws = longest_chunk * s.negatives;
  bits_ = Scratch<std::uint32_t>(simd::padded(2 * draws));
  noise_ = Scratch<WordId>(draws);
  const std::size_t inputs = span(s) + 1;
  const std::size_t outputs = s.block_centers + s.negatives;
  input_of_ = Scratch<std::uint32_t>(inputs);
  inputs_ = Scratch<float*>(inputs);
  outputs_ = Scratch<float*>(outputs);
  output_words_ = Scratch<WordId>(simd::padded(outputs));
  draws_ = Scratch<float>(outputs);
  positives_ = Scratch<float>(inputs * outputs + 2 * simd::kRowPadding);
  trials_ = Scratch<float>(inputs * outputs + 2 * simd::kRowPadding);
  totals_ = Scratch<float>(inputs + simd::kRowPadding);
  scratch_ = Scratch<float>(simd::logistic_scratch(inputs, outputs));
}

ChunkLoss NegativeSamplingWorker::train(const ChunkSample& sample, std::uint64_t noise_key,
                                        float alpha) noexcept {
  plan_blocks(sample);
  draw_noise(noise_key);
  const std::size_t negatives = shared_.settings.negatives;
  const WordId* noise = noise_.data();
  if (!blocks_.empty()) prefetch(sample, blocks_.front(), noise);
  ChunkLoss total;
  for (std::size_t k = 0; k < blocks_.size(); ++k, noise += negatives) {
    // Everything drawn in advance, the rows of the next block are known while this one is trained.
    if (k + 1 < blocks_.size()) prefetch(sample, blocks_[k + 1], noise + negatives);
    const ChunkLoss loss = train_block(sample, blocks_[k], noise, alpha);
    total.sum += loss.sum;
    total.examples += loss.examples;
  }
  return total;
}

void NegativeSamplingWorker::plan_blocks(const ChunkSample& sample) noexcept {
  const auto size = static_cast<std::uint32_t>(shared_.settings.block_centers);
  blocks_.clear();
  for (const Sentence& s : sample.sentences()) {
    if (s.end - s.begin < 2) continue;  // no context
    for (std::uint32_t begin = s.begin; begin < s.end;) {
      const std::uint32_t most = std::min(begin + size, s.end);
      std::uint32_t end = begin + 1;
      // A word that the block already has as a center begins the next one.
      while (end < most && !is_repeat(sample.repeat(end), end - begin)) ++end;
      blocks_.push_back({begin, end, s});
      begin = end;
    }
  }
}

void NegativeSamplingWorker::draw_noise(std::uint64_t key) noexcept {
  const std::size_t draws = blocks_.size() * shared_.settings.negatives;
  kernels_.random_bits(key, bits_.data(), simd::padded(2 * draws));
  shared_.noise.draw({bits_.data(), 2 * draws}, {noise_.data(), draws});
}

void NegativeSamplingWorker::prefetch(const ChunkSample& sample, const Block& block,
                                      const WordId* noise) const noexcept {
  const std::size_t stride = shared_.input.stride();
  const std::size_t window = shared_.settings.window;
  const WordId* ids = sample.ids();
  for (std::uint32_t i = block.begin; i < block.end; ++i) {
    prefetch_row(shared_.output.row(ids[i]), stride);
  }
  for (std::size_t k = 0; k < shared_.settings.negatives; ++k) {
    prefetch_row(shared_.output.row(noise[k]), stride);
  }
  // Of the context rows those that the block before did not have: the ones that enter on the right,
  // or all of them where a sentence begins.
  const bool first = block.begin == block.sentence.begin;
  const std::size_t begin = first ? block.begin : block.begin + window;
  const std::size_t end = std::min<std::size_t>(block.end + window, block.sentence.end);
  for (std::size_t i = begin; i < end; ++i) prefetch_row(shared_.input.row(ids[i]), stride);
}

/// The distinct input rows of the places [begin, end).
void NegativeSamplingWorker::gather_inputs(const ChunkSample& sample, std::uint32_t begin,
                                           std::uint32_t end) noexcept {
  input_count_ = 0;
  for (std::uint32_t i = begin; i < end; ++i) {
    const std::uint32_t repeat = sample.repeat(i);
    if (is_repeat(repeat, i - begin)) {
      input_of_[i - begin] = input_of_[i - begin - repeat];
      continue;
    }
    input_of_[i - begin] = static_cast<std::uint32_t>(input_count_);
    inputs_[input_count_++] = shared_.input.row(sample.ids()[i]);
  }
}

/// The centers' rows, then the noise rows that are not among those before them.
void NegativeSamplingWorker::gather_outputs(const ChunkSample& sample, const Block& block,
                                            const WordId* noise) noexcept {
  output_count_ = 0;
  const auto add = [this](WordId word, float draws) {
    output_words_[output_count_] = word;
    outputs_[output_count_] = shared_.output.row(word);
    draws_[output_count_] = draws;
    ++output_count_;
  };
  for (std::uint32_t i = block.begin; i < block.end; ++i) add(sample.ids()[i], 0);
  for (std::size_t k = 0; k < shared_.settings.negatives; ++k) {
    // One comparison of all, which the compiler turns into a few instructions, before the search
    // that hardly ever follows. Past the end the words are of blocks before.
    std::uint32_t same = 0;
    for (std::size_t m = 0; m < output_words_.size(); ++m) same |= output_words_[m] == noise[k];
    std::size_t m = output_count_;
    if (same != 0) {
      m = static_cast<std::size_t>(
          std::find(output_words_.data(), output_words_.data() + output_count_, noise[k]) -
          output_words_.data());
    }
    if (m == output_count_) {
      add(noise[k], 1);
    } else {
      draws_[m] += 1;
    }
  }
}

/// Fills A and N of the block, whose windows hold the places [begin, end).
void NegativeSamplingWorker::count_pairs(const ChunkSample& sample, const Block& block,
                                         std::uint32_t begin, std::uint32_t end) noexcept {
  kernels_.window_pairs({
      .input_of = input_of_.data(),
      .reach = sample.reaches() + block.begin,
      .draws = draws_.data(),
      .positives = positives_.data(),
      .trials = trials_.data(),
      .totals = totals_.data(),
      .place_count = end - begin,
      .input_count = input_count_,
      .first_center = block.begin - begin,
      .center_count = block.end - block.begin,
      .output_count = output_count_,
  });
}

ChunkLoss NegativeSamplingWorker::train_block(const ChunkSample& sample, const Block& block,
                                              const WordId* noise, float alpha) noexcept {
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
  gather_inputs(sample, begin, end);
  gather_outputs(sample, block, noise);
  count_pairs(sample, block, begin, end);
  const double loss = kernels_.logistic_block({
      .inputs = inputs_.data(),
      .outputs = outputs_.data(),
      .positives = positives_.data(),
      .trials = trials_.data(),
      .scratch = scratch_.data(),
      .input_count = input_count_,
      .output_count = output_count_,
      .stride = shared_.input.stride(),
      .alpha = alpha,
  });
  return {loss, pairs};
}

}  // namespace hogvec
