#include "engine/train/chunk.hpp"

#include <algorithm>

#include "engine/kernels.hpp"

namespace hogvec {

ChunkSample::ChunkSample(std::size_t longest_chunk, std::size_t span)
    : kernels_(active_kernels()),
      span_(span),
      front_(simd::padded(span)),
      bits_(simd::padded(longest_chunk)),
      ids_(front_ + simd::padded(longest_chunk)),
      reach_(simd::padded(longest_chunk)),
      repeat_(simd::padded(longest_chunk)),
      // A sentence for every word at the most; the usual text has far fewer.
      sentences_(longest_chunk + 1) {}

void ChunkSample::draw(std::span<const WordId> text, std::span<const std::uint32_t> keep,
                       std::size_t window, std::uint64_t subsampling_key, std::uint64_t window_key,
                       bool shrink, std::size_t sentence_words) noexcept {
  kernels_.random_bits(subsampling_key, bits_.data(), simd::padded(text.size()));
  keep_words(text, keep, sentence_words);
  kernels_.repeat_distances(ids(), simd::padded(size_), span_, repeat_.data());
  if (!shrink) {
    std::fill_n(reach_.data(), size_, static_cast<std::uint32_t>(window));
    return;
  }
  kernels_.random_bits(window_key, bits_.data(), simd::padded(size_));
  for (std::size_t i = 0; i < size_; ++i) {
    reach_[i] = 1 + static_cast<std::uint32_t>(std::uint64_t{bits_[i]} * window >> 32);
  }
}

void ChunkSample::keep_words(std::span<const WordId> text, std::span<const std::uint32_t> keep,
                             std::size_t sentence_words) noexcept {
  sentences_.clear();
  WordId* ids = ids_.data() + front_;
  std::uint32_t kept = 0;
  std::uint32_t begin = 0;
  const auto end_sentence = [&] {
    if (kept > begin) sentences_.push_back({begin, kept});
    begin = kept;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const WordId word = text[i];
    if (word == kSentenceEnd) {
      end_sentence();
      continue;
    }
    // Written in any case and overwritten unless kept: no branch to mispredict.
    ids[kept] = word;
    kept += bits_[i] <= keep[word];
    if (kept - begin == sentence_words) end_sentence();
  }
  end_sentence();
  size_ = kept;
}

}  // namespace hogvec
