#include "engine/train/negative_sampling.hpp"

#include <algorithm>

namespace hogvec {
namespace {

/// Brings a row into the cache: it is needed one block from now.
inline void prefetch_row(const float* row, std::size_t stride) noexcept {
  for (std::size_t i = 0; i < stride; i += simd::kRowAlignment / sizeof(float)) {
    __builtin_prefetch(row + i);
  }
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
  output_words_ = Scratch<WordId>(outputs);
  output_of_ = Scratch<std::uint32_t>(s.block_centers);
  draws_ = Scratch<float>(outputs);
  positives_ = Scratch<float>(simd::padded(inputs * outputs));
  trials_ = Scratch<float>(simd::padded(inputs * outputs));
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
    for (std::uint32_t i = s.begin; i < s.end; i += size) {
      blocks_.push_back({i, std::min(i + size, s.end), s});
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
    if (repeat != 0 && repeat <= i - begin) {
      input_of_[i - begin] = input_of_[i - begin - repeat];
      continue;
    }
    input_of_[i - begin] = static_cast<std::uint32_t>(input_count_);
    inputs_[input_count_++] = shared_.input.row(sample.ids()[i]);
  }
}

/// Column of the word's output row, which is added where it is new.
std::size_t NegativeSamplingWorker::add_output(WordId word) noexcept {
  for (std::size_t m = 0; m < output_count_; ++m) {
    if (output_words_[m] == word) return m;
  }
  output_words_[output_count_] = word;
  outputs_[output_count_] = shared_.output.row(word);
  draws_[output_count_] = 0;
  return output_count_++;
}

void NegativeSamplingWorker::gather_outputs(const ChunkSample& sample, const Block& block,
                                            const WordId* noise) noexcept {
  output_count_ = 0;
  for (std::uint32_t i = block.begin; i < block.end; ++i) {
    output_of_[i - block.begin] = static_cast<std::uint32_t>(add_output(sample.ids()[i]));
  }
  for (std::size_t k = 0; k < shared_.settings.negatives; ++k) draws_[add_output(noise[k])] += 1;
}

/// Fills A and N, and returns the number of positive pairs. `begin` is the place of input row 0.
std::uint64_t NegativeSamplingWorker::count_pairs(const ChunkSample& sample, const Block& block,
                                                  std::uint32_t begin) noexcept {
  const std::size_t columns = output_count_;
  std::fill_n(positives_.data(), input_count_ * columns, 0.0f);
  std::uint64_t pairs = 0;
  for (std::uint32_t center = block.begin; center < block.end; ++center) {
    float* column = positives_.data() + output_of_[center - block.begin];
    const std::uint32_t window_begin = sample.window_begin(center, block.sentence);
    const std::uint32_t window_end = sample.window_end(center, block.sentence);
    for (std::uint32_t i = window_begin; i < window_end; ++i) {
      column[input_of_[i - begin] * columns] += 1;
    }
    // A center is not its own context.
    column[input_of_[center - begin] * columns] -= 1;
    pairs += window_end - window_begin - 1;
  }
  // A noise row is a trial of every pair of the block whose center is another word.
  const std::size_t centers = std::min<std::size_t>(columns, block.end - block.begin);
  for (std::size_t u = 0; u < input_count_; ++u) {
    const float* positives = positives_.data() + u * columns;
    float* trials = trials_.data() + u * columns;
    float total = 0;
    for (std::size_t m = 0; m < centers; ++m) total += positives[m];
    for (std::size_t m = 0; m < columns; ++m) {
      trials[m] = positives[m] + draws_[m] * (total - positives[m]);
    }
  }
  return pairs;
}

ChunkLoss NegativeSamplingWorker::train_block(const ChunkSample& sample, const Block& block,
                                              const WordId* noise, float alpha) noexcept {
  std::uint32_t begin = block.begin;
  std::uint32_t end = block.end;
  for (std::uint32_t center = block.begin; center < block.end; ++center) {
    begin = std::min(begin, sample.window_begin(center, block.sentence));
    end = std::max(end, sample.window_end(center, block.sentence));
  }
  gather_inputs(sample, begin, end);
  gather_outputs(sample, block, noise);
  const std::uint64_t pairs = count_pairs(sample, block, begin);
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
