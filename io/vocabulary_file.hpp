// The vocabulary file: one "word count\n" a line, in the order of the vocabulary.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hogvec::io {

class OutputFile;

struct WordCount {
  std::string word;
  std::uint64_t count;
};

/// Lines of the file in their order; words are cut off by space or tab, carriage returns are
/// dropped. Errors, with path and line: no count, a negative count, no line at all, a word that
/// stands twice.
/// Of a model file its words and counts, verified. Errors: also those of ModelFile::open() and
/// ModelWords, a wrong checksum, a word that no text holds.
std::vector<WordCount> read_vocabulary_file(const std::string& path);

/// Writes it byte for byte as the reference does (word2vec.c:302), without commit().
void write_vocabulary(OutputFile& file, const std::vector<WordCount>& words);

/// The same to a new file, whole or not at all.
void write_vocabulary_file(const std::string& path, const std::vector<WordCount>& words);

}  // namespace hogvec::io
