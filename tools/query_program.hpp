// Programs that answer queries about word vectors: distance and word-analogy.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/query/nearest.hpp"

namespace hogvec::tools {

/// What is said to a query.
struct QueryAnswer {
  struct Word {
    std::string_view word;
    std::size_t row = WordIndex::kNotFound;
  };
  std::vector<Word> words;       // that were asked for, up to the first that is not known
  std::string refusal;           // why there is no answer
  std::optional<double> cosine;  // of the two words that were asked for
  std::vector<Neighbor> neighbors;
};

/// How a program answers, and what the reference prints about it.
struct QueryProgram {
  std::string_view name;
  std::string_view help;
  std::string_view prompt;
  std::string_view heading;  // of the table
  float floor;               // the reference's table shows cosines above it, and fills up with it
  bool first_row_is_word;    // in the reference; where not, it stands for words that are not known
  /// At most `most` neighbors for the words of a line.
  QueryAnswer (*answer)(const WordIndex& index, const std::vector<std::string_view>& words,
                        std::size_t most);
};

/// The exit code of the program: answers -query, or else lines of stdin.
int run_queries(const QueryProgram& program, int argc, char** argv) noexcept;

/// The rows of words, in `answer`; false, with the refusal, where one of them is not known.
bool find_words(const WordIndex& index, const std::vector<std::string_view>& words,
                QueryAnswer& answer);

}  // namespace hogvec::tools
