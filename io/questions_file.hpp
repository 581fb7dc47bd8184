// Analogy questions for word vectors, as test sets are published.
//
//   Google, MSR   sections ": NAME", or none, and lines of four words: a is to b as c is to d
//   BATS          a folder of files whose lines are pairs of one relation, the second word with
//                 alternatives between "/": every pair asks for every other
#pragma once

#include <array>
#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/content.hpp"

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

/// Two words that have a relation, of which the second may be several between "/".
using WordRelation = std::pair<std::string_view, std::string_view>;

/// Questions of a file, which stays mapped while it lives, or of a folder's .txt files.
class QuestionsFile {
 public:
  struct Section {
    std::string_view name;  // empty for questions that come before the first section
    std::vector<QuestionWords> questions;
    bool alternatives = false;  // b and d may be several words between "/"
  };

  /// Errors: not a readable regular file or folder; no question in it; changed while it is read;
  /// more pairs of one relation than could be asked.
  explicit QuestionsFile(const std::string& path);

  /// Of a folder each file is one, by its name.
  const std::vector<Section>& sections() const noexcept { return sections_; }
  /// How many lines have another number of words and were left out; the first, from 1.
  std::size_t malformed_lines() const noexcept { return malformed_lines_; }
  std::size_t first_malformed_line() const noexcept { return first_malformed_line_; }

 private:
  void read(const std::string& path, std::string_view name);
  void parse(const std::string& path, std::string_view rest, std::string_view name);
  void ask_pairs(const std::string& path, std::string_view name,
                 const std::vector<WordRelation>& pairs);

  std::vector<Content> contents_;
  std::list<std::string> names_;  // of a folder's files
  std::vector<Section> sections_;
  std::size_t malformed_lines_ = 0;
  std::size_t first_malformed_line_ = 0;
};

}  // namespace hogvec::io
