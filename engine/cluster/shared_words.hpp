// The words of a text that ranks read together, counted: each rank has those whose hashes are its
// own.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/corpus/text_words.hpp"
#include "engine/corpus/word_table.hpp"
#include "engine/ranks.hpp"
#include "engine/vocab/vocabulary.hpp"

namespace hogvec {

/// All ranks call its functions together. Errors: those of Ranks and WordTable.
class SharedWords {
 public:
  /// Those of this rank's part of the text, and so many more ends of sentences.
  SharedWords(Ranks& ranks, const TextWords& words, std::uint64_t more_ends);

  /// Of all of them, on the first rank, as Vocabulary takes them: words of the parts stand in the
  /// order of the ranks.
  Vocabulary vocabulary(std::uint64_t min_count, std::size_t max_words);
  /// How many words of a vocabulary, </s> not counted, the text has.
  std::size_t found_of(const Vocabulary& vocabulary);

 private:
  Ranks& ranks_;
  WordTable table_;
  std::uint64_t ends_;  // of sentences
};

/// The vocabulary of the first rank, on all; what a limit has left out is known to that one.
Vocabulary spread(Ranks& ranks, Vocabulary vocabulary);

}  // namespace hogvec
