// Test sets for word vectors: analogy questions, and pairs of words with how similar people find
// them.
//
//   questions   sections ": NAME", and in them lines of four words: a is to b as c is to d
//   pairs       lines of two words and a number, between tabs or spaces; lines without, or that
//               begin with "#", are headings
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "io/memory_map.hpp"

namespace hogvec::io {

using QuestionWords = std::array<std::string_view, 4>;

/// A line of a question file; its views look into the line that was parsed.
struct QuestionLine {
  enum class Kind { kBlank, kSection, kQuestion, kMalformed };

  Kind kind = Kind::kBlank;
  std::string_view name;  // of a section
  QuestionWords words{};  // of a question
};

/// Takes a line without its newline. Malformed is what has fewer or more than four words.
QuestionLine parse_question_line(std::string_view line);

/// Questions of a file, which stays mapped while it lives.
class QuestionsFile {
 public:
  struct Section {
    std::string_view name;  // empty for questions that come before the first section
    std::vector<QuestionWords> questions;
  };

  /// Errors: not a readable regular file; no question in it; changed while it is read.
  explicit QuestionsFile(const std::string& path);

  const std::vector<Section>& sections() const noexcept { return sections_; }
  /// How many lines have fewer or more than four words and were left out; the first, from 1.
  std::size_t malformed_lines() const noexcept { return malformed_lines_; }
  std::size_t first_malformed_line() const noexcept { return first_malformed_line_; }

 private:
  void parse(const std::string& path);

  MemoryMap map_;
  std::vector<Section> sections_;
  std::size_t malformed_lines_ = 0;
  std::size_t first_malformed_line_ = 0;
};

struct WordPair {
  std::string first;
  std::string second;
  double score;  // how similar people find them
};

/// The pairs of a file, in its order. Errors: not a readable regular file; no pair in it.
std::vector<WordPair> read_word_pairs(const std::string& path);

}  // namespace hogvec::io
