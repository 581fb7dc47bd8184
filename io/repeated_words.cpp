#include "io/repeated_words.hpp"

#include <fmt/format.h>

#include <utility>

namespace hogvec::io {

std::string RepeatedWords::message() const {
  if (rows == 0) return "";
  constexpr std::size_t kMostShown = 60;
  return fmt::format("{} left out, as the word stands before; the first is row {}, \"{}\"",
                     rows == 1 ? "1 row is" : fmt::format("{} rows are", rows), first_row + 1,
                     std::string_view(first_word).substr(0, kMostShown));
}

RepeatedWords keep_first_rows(std::vector<std::string>& words, RowsOfWords& rows,
                              const std::function<void(std::size_t from, std::size_t to)>& move) {
  RepeatedWords repeated;
  rows.reserve(words.size());
  std::size_t kept = 0;
  for (std::size_t row = 0; row < words.size(); ++row) {
    // In its place before it is viewed.
    if (row != kept) words[kept] = std::move(words[row]);
    if (!rows.emplace(words[kept], kept).second) {
      if (repeated.rows++ == 0) {
        repeated.first_row = row;
        repeated.first_word = words[kept];
      }
      continue;
    }
    if (row != kept) move(row, kept);
    ++kept;
  }
  words.resize(kept);
  return repeated;
}

}  // namespace hogvec::io
