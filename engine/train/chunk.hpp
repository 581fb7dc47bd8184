// What is drawn from a chunk, the piece of the text that one worker takes at a time.
#pragma once

#include <cstdint>
#include <span>

#include "engine/corpus/corpus.hpp"
#include "engine/train/plan.hpp"
#include "engine/train/scratch.hpp"
#include "simd/kernels.hpp"

namespace hogvec {

/// Words that sub-sampling kept, [begin, end) of a sample: at most the longest sentence's
/// (word2vec.c:421).
struct Sentence {
  std::uint32_t begin;
  std::uint32_t end;
};

/// What one pass over a chunk trains on: kept words in sentences, each with its window.
/// Memory is taken once, for the longest chunk. One thread.
class ChunkSample {
 public:
  /// `span`: how far apart the rows of one block can lie; repeats are looked for as far.
  ChunkSample(std::size_t longest_chunk, std::size_t span);

  /// Draws the chunk `text` with the keep_thresholds() of its words; each center's window reaches
  /// 1 .. window words to each side, evenly (word2vec.c:436), or without `shrink` all of them. A
  /// sentence of more than `sentence_words` kept words is cut.
  void draw(std::span<const WordId> text, std::span<const std::uint32_t> keep, std::size_t window,
            std::uint64_t subsampling_key, std::uint64_t window_key, bool shrink = true,
            std::size_t sentence_words = kSentenceWords) noexcept;

  std::size_t size() const noexcept { return size_; }
  std::span<const Sentence> sentences() const noexcept {
    return {sentences_.data(), sentences_.size()};
  }
  const WordId* ids() const noexcept { return ids_.data() + front_; }
  /// Words to each side that center i's window reaches, before it is cut at the sentence's ends.
  const std::uint32_t* reaches() const noexcept { return reach_.data(); }
  /// How far before word i the same word stands, within the span; 0 where it does not.
  std::uint32_t repeat(std::size_t i) const noexcept { return repeat_[i]; }
  /// First and past-the-last word of the window of center i in sentence s.
  std::uint32_t window_begin(std::uint32_t i, const Sentence& s) const noexcept {
    return i - s.begin < reach_[i] ? s.begin : i - reach_[i];
  }
  std::uint32_t window_end(std::uint32_t i, const Sentence& s) const noexcept {
    return s.end - i <= reach_[i] ? s.end : i + reach_[i] + 1;
  }

 private:
  void keep_words(std::span<const WordId> text, std::span<const std::uint32_t> keep,
                  std::size_t sentence_words) noexcept;

  const simd::KernelTable& kernels_;
  std::size_t span_;
  std::size_t front_;  // unused ids before the first, so that repeats can be looked for there
  std::size_t size_ = 0;
  Scratch<std::uint32_t> bits_;
  Scratch<WordId> ids_;
  Scratch<std::uint32_t> reach_;
  Scratch<std::uint32_t> repeat_;
  ScratchList<Sentence> sentences_;
};

}  // namespace hogvec
