// A text as numbers of its words, in one parallel pass: what every reader of a text starts with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/corpus/id_blocks.hpp"
#include "engine/corpus/text_words.hpp"
#include "engine/resources.hpp"
#include "engine/vocab/vocabulary.hpp"
#include "io/text_source.hpp"

namespace hogvec {

struct EncodeOptions {
  /// Longer words are cut, at a code point boundary.
  std::size_t max_word_bytes = 98;
  /// The word that has number 0 and stands for a newline. Where the text has it too, that is 0.
  std::string_view newline_word = kSentenceEndWord;
  Resources resources{};
  /// Called now and then, from any thread but never twice at once, with the words read so far and
  /// how many different ones the calling thread has seen.
  std::function<void(std::uint64_t words, std::uint64_t different)> on_progress{};
};

/// A text cut into sections, of a block each, numbered by the table of the worker that read it.
struct EncodedText {
  struct Section {
    IdBlocks::Piece piece{};
    int worker = 0;
  };

  /// All words; number 0 is options.newline_word.
  TextWords words;
  /// In the order of the text.
  std::vector<Section> sections;
  /// numbers[w][k]: what `words` calls the word that worker w calls k.
  std::vector<std::vector<WordId>> numbers;
  /// Where the pieces of the sections lie.
  std::unique_ptr<IdBlocks> blocks;
};

/// Reads a text to its end, tokenised as the reference does (word2vec.c:71), by all threads. Every
/// thread counts for itself; where their tables together come to half of the memory that the
/// resources allow, one goes on alone, whose table grows no faster than the text has new words.
/// Where a file of it ends without a newline and another follows, there is one. Errors: those of
/// the source; threads below 1.
EncodedText encode_text(io::TextSource& source, const EncodeOptions& options);

}  // namespace hogvec
