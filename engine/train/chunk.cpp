#include "engine/train/chunk.hpp"

#include <algorithm>

namespace hogvec {
namespace {

constexpr std::size_t kChunkWords = 11'000;  // nominal: 10,000 and the search for a sentence's end
constexpr std::size_t kSentenceSearch = 1'000;

/// Past the next sentence's end from `place` on, or `place` itself where none is near.
std::size_t sentence_start(std::span<const WordId> text, std::size_t place) {
  const std::size_t search_end = std::min(place + kSentenceSearch, text.size());
  for (std::size_t i = place; i < search_end; ++i) {
    if (text[i] == kSentenceEnd) return i + 1;
  }
  return place;
}

}  // namespace

ChunkPlan::ChunkPlan(std::span<const WordId> text) {
  const std::size_t count = std::max<std::size_t>(text.size() / kChunkWords, 1);
  begins_.reserve(count + 1);
  begins_.push_back(0);
  for (std::size_t chunk = 1; chunk < count; ++chunk) {
    const std::size_t nominal = text.size() / count * chunk + text.size() % count * chunk / count;
    begins_.push_back(sentence_start(text, nominal));
  }
  begins_.push_back(text.size());
  for (std::size_t chunk = 0; chunk < count; ++chunk) {
    longest_ = std::max(longest_, begins_[chunk + 1] - begins_[chunk]);
  }
}

std::uint64_t stream_key(std::uint64_t seed, std::uint64_t epoch, std::uint64_t chunk,
                         Stream stream) noexcept {
  std::uint64_t key = 0;
  for (const std::uint64_t part : {seed, epoch, chunk, static_cast<std::uint64_t>(stream)}) {
    // splitmix64's output function over the sum so far: any part changes every bit.
    key += part + 0x9e3779b97f4a7c15u;
    key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9u;
    key = (key ^ (key >> 27)) * 0x94d049bb133111ebu;
    key ^= key >> 31;
  }
  return key;
}

ChunkSample::ChunkSample(std::size_t longest_chunk, std::size_t span)
    : kernels_(simd::active_kernels()),
      span_(span),
      front_(simd::padded(span)),
      bits_(simd::padded(longest_chunk)),
      ids_(front_ + simd::padded(longest_chunk)),
      reach_(simd::padded(longest_chunk)),
      repeat_(simd::padded(longest_chunk)) {
  // A sentence for every word at the most; the usual text has far fewer.
  sentences_.reserve(longest_chunk + 1);
}

void ChunkSample::draw(std::span<const WordId> text, std::span<const std::uint32_t> keep,
                       std::size_t window, std::uint64_t subsampling_key,
                       std::uint64_t window_key) noexcept {
  kernels_.random_bits(subsampling_key, bits_.data(), simd::padded(text.size()));
  keep_words(text, keep);
  kernels_.repeat_distances(ids(), simd::padded(size_), span_, repeat_.data());
  kernels_.random_bits(window_key, bits_.data(), simd::padded(size_));
  for (std::size_t i = 0; i < size_; ++i) {
    reach_[i] = 1 + static_cast<std::uint32_t>(std::uint64_t{bits_[i]} * window >> 32);
  }
}

void ChunkSample::keep_words(std::span<const WordId> text,
                             std::span<const std::uint32_t> keep) noexcept {
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
    if (kept - begin == kSentenceWords) end_sentence();
  }
  end_sentence();
  size_ = kept;
}

}  // namespace hogvec
