// Vectors of words that stand more than once.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hogvec::io {

/// What was left out because the word stands in an earlier row.
struct RepeatedWords {
  std::size_t rows = 0;
  std::size_t first_row = 0;  // 0-based, as the rows stood
  std::string first_word;

  /// "3 rows are left out, ..."; empty where there are none.
  std::string message() const;
};

/// Row numbers by word. The words are those of the vector that they were made from.
using RowsOfWords = std::unordered_map<std::string_view, std::size_t>;

/// Keeps the first row of each word, moves later ones up, calling move(from, to) for their vectors,
/// and fills `rows`, which is empty before.
RepeatedWords keep_first_rows(std::vector<std::string>& words, RowsOfWords& rows,
                              const std::function<void(std::size_t from, std::size_t to)>& move);

}  // namespace hogvec::io
