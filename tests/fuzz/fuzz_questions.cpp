// A file as analogy questions, and as pairs of words: what every line is, or an Error.
#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "io/error.hpp"
#include "io/questions_file.hpp"
#include "io/similarity_file.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace hogvec;
using fuzz::require;

namespace {

bool is_word(std::string_view word) {
  return !word.empty() && word.find_first_of(" \t\n") == std::string_view::npos;
}

void read_questions(const std::string& path, std::size_t lines) {
  try {
    const io::QuestionsFile file(path);
    std::size_t questions = 0;
    for (const io::QuestionsFile::Section& section : file.sections()) {
      questions += section.alternatives ? 1 : section.questions.size();
      for (const io::QuestionWords& words : section.questions) {
        for (const std::string_view word : words) require(is_word(word), "a question has words");
      }
    }
    require(questions != 0, "a file has a question");
    require(questions + file.malformed_lines() <= lines, "a question takes a line");
    require((file.malformed_lines() == 0) == (file.first_malformed_line() == 0),
            "the first malformed line is one");
  } catch (const Error&) {
  }
}

void read_pairs(const std::string& path, std::size_t lines) {
  try {
    const io::SimilarityFile file = io::read_similarity(path);
    require(!file.pairs.empty(), "a file has a pair");
    require(file.pairs.size() + file.left_out + (file.header ? 1 : 0) <= lines,
            "a pair takes a line");
    require((file.left_out == 0) == (file.first_left_out == 0), "the first line left out is one");
    for (const io::WordPair& pair : file.pairs) {
      require(!pair.first.empty() && !pair.second.empty(), "a pair has words");
      require(std::isfinite(pair.score), "a score is a number");
    }
  } catch (const Error&) {
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::bytes_of(data, size);
  const auto newlines = static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n'));
  const fuzz::MemoryFile file(bytes);
  read_questions(file.path(), newlines + 1);
  read_pairs(file.path(), newlines + 1);
  return 0;
}
