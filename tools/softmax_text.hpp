// Texts of so few words that every number of a model of them can be looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/vocab/vocabulary.hpp"
#include "io/text_source.hpp"

namespace hogvec::tools {

/// Words of a page: V rows of a matrix are still seen at once.
inline constexpr std::size_t kMostShownWords = 60;
/// Words of its text: after every step the loss of all of them is computed.
inline constexpr std::size_t kMostTextWords = 2000;

/// A text as numbers of its words, most frequent first. The end of a sentence is no word of it, as
/// with word2vec -no-eos 1: number k is what the vocabulary, of which `</s>` is the first, calls
/// k + 1.
struct ShortText {
  Vocabulary vocabulary;
  std::vector<std::vector<std::uint32_t>> sentences;  // none of them empty

  std::size_t words() const noexcept { return vocabulary.size() - 1; }  // V
  const std::string& word(std::uint32_t number) const { return vocabulary.word(number + 1); }
  std::uint64_t count(std::uint32_t number) const { return vocabulary.count(number + 1); }
  std::size_t length() const noexcept;
};

/// Reads a text, of which `name` tells in messages, without the words that it has less often than
/// `min_count` times. Errors: those of the source; fewer than two words, or more than
/// kMostShownWords; a text longer than kMostTextWords; no word beside another in its sentence.
ShortText read_short_text(io::TextSource& source, const std::string& name, std::uint64_t min_count);

}  // namespace hogvec::tools
