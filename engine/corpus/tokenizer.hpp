// Bytes to words, exactly as the reference cuts them (word2vec.c:71).
//
//   * Space, tab and newline separate words; a newline also ends the sentence.
//   * A carriage return is dropped, wherever it stands.
//   * A NUL byte ends the word; what follows it up to the next separator is dropped.
//   * A word longer than the limit is cut, at a code point boundary where the text is UTF-8.
//   * The end of the text ends the last word (the reference drops it).
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/kernels.hpp"
#include "simd/kernels.hpp"

namespace hogvec {

constexpr bool is_separator(char c) noexcept { return c == ' ' || c == '\t' || c == '\n'; }

/// At most `limit` bytes of the word, not ending within a UTF-8 sequence.
std::string_view cut_word(std::string_view word, std::size_t limit) noexcept;

/// `raw` without carriage returns, ended by a NUL byte or a separator, cut to `limit` bytes.
/// `raw` may go on after the word. The view lasts as long as `buffer`.
std::string_view clean_word(std::string_view raw, std::size_t limit, std::string& buffer);

/// Cuts the section [begin, end) of a text into words, so that sections can be cut in parallel: a
/// word belongs to the section of its first byte, a newline to that of its own.
class SectionTokenizer {
 public:
  SectionTokenizer(std::string_view text, std::size_t max_word_bytes)
      : text_(text), max_word_bytes_(max_word_bytes), kernels_(active_kernels()) {}

  /// Calls on_word(word, position of its first byte) and on_newline(position) in the order of the
  /// text.
  template <class OnWord, class OnNewline>
  void run(std::size_t begin, std::size_t end, OnWord&& on_word, OnNewline&& on_newline) {
    // Whether the bytes from `word` on belong to a word of this section, and need cleaning.
    bool mine = begin == 0 || is_separator(text_[begin - 1]);
    bool dirty = false;
    std::size_t word = begin;
    const auto finish = [&](std::size_t stop) {
      if (mine && stop > word) emit(word, stop, dirty, on_word);
    };
    for (std::size_t piece = begin; piece < end; piece += kPieceBytes) {
      const std::size_t piece_end = piece + kPieceBytes < end ? piece + kPieceBytes : end;
      find_special(piece, piece_end);
      for (std::size_t base = piece, w = 0; base < piece_end; base += 64, ++w) {
        for (std::uint64_t bits = special_[w]; bits != 0; bits &= bits - 1) {
          const std::size_t at = base + static_cast<std::size_t>(std::countr_zero(bits));
          const char c = text_[at];
          if (!is_separator(c)) {
            dirty = true;
            continue;
          }
          finish(at);
          if (c == '\n') on_newline(at);
          word = at + 1;
          mine = true;
          dirty = false;
        }
      }
    }
    // A word that runs past the end of the section.
    if (mine && word < end) emit(word, text_.size(), true, on_word);
  }

 private:
  static constexpr std::size_t kPieceBytes = 4096;

  /// Marks the special bytes of [begin, end), at most kPieceBytes.
  void find_special(std::size_t begin, std::size_t end);

  template <class OnWord>
  void emit(std::size_t word, std::size_t stop, bool dirty, OnWord& on_word) {
    std::string_view raw = text_.substr(word, stop - word);
    if (dirty || raw.size() > max_word_bytes_) raw = clean_word(raw, max_word_bytes_, buffer_);
    if (!raw.empty()) on_word(raw, word);
  }

  std::string_view text_;
  std::size_t max_word_bytes_;
  const simd::KernelTable& kernels_;
  std::array<std::uint64_t, kPieceBytes / 64> special_;
  std::string buffer_;
};

}  // namespace hogvec
