#include "engine/train/logistic/negative_sampling.hpp"

#include <algorithm>

#include "engine/kernels.hpp"

namespace hogvec {

NegativeSampling::NegativeSampling(const Shared& shared, const TrainPlan& plan,
                                   std::size_t longest_chunk)
    : output_(shared.output),
      sampler_(shared.noise),
      noise_rows_(plan.noise_rows),
      weight_(static_cast<float>(plan.negatives) / static_cast<float>(noise_rows_)),
      kernels_(active_kernels()),
      // At worst every word is a block of its own.
      bits_(simd::padded(2 * longest_chunk * noise_rows_)),
      noise_(longest_chunk * noise_rows_),
      last_round_(kMeetingPlaces),
      words_(most_rows(shared, plan)) {
  drawn_again_.reserve(noise_rows_);
}

void NegativeSampling::draw(std::size_t blocks, std::uint64_t key) noexcept {
  const std::size_t draws = blocks * noise_rows_;
  kernels_.random_bits(key, bits_.data(), simd::padded(2 * draws));
  sampler_.draw({bits_.data(), 2 * draws}, {noise_.data(), draws});
}

void NegativeSampling::prefetch(const ChunkSample& sample, const Block& block,
                                std::size_t k) const noexcept {
  for (std::uint32_t i = block.begin; i < block.end; ++i) output_.prefetch(sample.ids()[i]);
  const WordId* noise = noise_of(k);
  for (std::size_t n = 0; n < noise_rows_; ++n) output_.prefetch(noise[n]);
}

void NegativeSampling::gather(const ChunkSample& sample, const Block& block, std::size_t k,
                              OutputRows& rows) noexcept {
  const std::size_t first = rows.size();
  const std::size_t centers = block.size();
  const WordId* center_words = sample.ids() + block.begin;
  const WordId* noise = noise_of(k);
  std::uint32_t met = 0;
  for (std::size_t c = 0; c < centers; ++c) {
    met |= meet(center_words[c]);
    rows.add(output_.row(center_words[c]));
  }
  for (std::size_t n = 0; n < noise_rows_; ++n) met |= meet(noise[n]);
  ++round_;
  if (met == 0) [[likely]] {
    for (std::size_t n = 0; n < noise_rows_; ++n) rows.add(output_.row(noise[n]));
    if (rows.may_be_own()) return rows.be_own(weight_);
    drawn_again_.clear();
  } else {
    add_noise(center_words, centers, noise, rows);
  }
  mark(first, centers, rows);
}

void NegativeSampling::add_noise(const WordId* center_words, std::size_t centers,
                                 const WordId* noise, OutputRows& rows) noexcept {
  drawn_again_.clear();
  WordId* const end = std::copy_n(center_words, centers, words_.data());
  WordId* next = end;
  for (std::size_t n = 0; n < noise_rows_; ++n) {
    WordId* const found = std::find(words_.data(), next, noise[n]);
    if (found == next) {
      rows.add(output_.row(noise[n]));
      *next++ = noise[n];
    } else {
      drawn_again_.push_back(static_cast<std::size_t>(found - words_.data()));
    }
  }
}

void NegativeSampling::mark(std::size_t first, std::size_t centers, OutputRows& rows) noexcept {
  const std::size_t count = rows.size() - first;
  for (std::size_t c = 0; c < centers; ++c) {
    float* positives = rows.positives(c) + first;
    float* trials = rows.trials(c) + first;
    for (std::size_t m = 0; m < count; ++m) {
      positives[m] = m == c ? 1.0f : 0.0f;
      trials[m] = m >= centers ? weight_ : m == c ? 1.0f : 0.0f;
    }
    for (const std::size_t m : drawn_again_) trials[m] += m == c ? 0.0f : weight_;
  }
}

void NegativeSampling::mark_touched(const ChunkSample& sample, std::size_t blocks,
                                    ModelMarks& marks) const noexcept {
  for (std::size_t i = 0; i < sample.size(); ++i) marks.output.mark(sample.ids()[i]);
  for (std::size_t n = 0; n < blocks * noise_rows_; ++n) marks.output.mark(noise_[n]);
}

}  // namespace hogvec
