// The vocabulary file as a text is read with it, whatever program wrote it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "io/vocabulary_file.hpp"

namespace hogvec {

/// What a vocabulary file did not have as a text needs it.
struct VocabularyChanges {
  enum class SentenceEnd { kFirst, kMoved, kAdded };
  SentenceEnd sentence_end = SentenceEnd::kFirst;
  std::size_t cut = 0;     // words longer than words of the text can be
  std::size_t folded = 0;  // words with a letter that was folded
  std::size_t absent = 0;  // words that the text does not have
};

/// A word of another file as it is where a text has it: with `lowercase` its letters folded, and
/// cut.
std::string word_as_read(const std::string& word, std::size_t max_word_bytes, bool lowercase);

/// The words of a vocabulary file: the sentence end first, which other programs have further down
/// or leave out (then with a count of 0); with `lowercase` with their letters folded; longer words
/// cut as those of the text are. Words that come to be the same are counted together. Says in
/// `changes` what was done.
/// Errors: those of io::read_vocabulary_file().
std::vector<io::WordCount> read_file_vocabulary(const std::string& path, std::size_t max_word_bytes,
                                                bool lowercase, VocabularyChanges& changes);

}  // namespace hogvec
