// Texts of so few words that every number of a model of them can be looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/vocab/vocabulary.hpp"
#include "io/text_source.hpp"

namespace hogvec::tools {

/// Different words of a text, `</s>` not among them: V rows of a matrix are still seen at once.
inline constexpr std::size_t kMostShownWords = 60;
/// Words of its text: after every step the loss of all of them is computed.
inline constexpr std::size_t kMostTextWords = 2000;

/// A text as numbers of its words, as the vocabulary counts them. Number 0, `</s>`, stands in no
/// sentence, but is a row of W and W' like any other, as it is for word2vec.
struct ShortText {
  Vocabulary vocabulary;                       // V words
  std::vector<std::vector<WordId>> sentences;  // none of them empty

  std::size_t length() const noexcept;
};

/// Reads a text, of which `name` tells in messages, without the words that it has less often than
/// `min_count` times. Errors: those of the source; fewer than two words, or more than
/// kMostShownWords; a text longer than kMostTextWords; no word beside another in its sentence.
ShortText read_short_text(io::TextSource& source, const std::string& name, std::uint64_t min_count);

}  // namespace hogvec::tools
