// A row of a vector file in text: a word and its numbers.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace hogvec::io {

/// What ends a word or a number.
constexpr bool is_separator(char byte) noexcept {
  return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/// How a file's rows are written.
struct TextRowShape {
  std::size_t dim = 0;
  /// A separator stands behind a row's last number: one that the file ends in is cut off.
  bool ends_in_separator = false;
};

/// Takes the bytes of a row off the front, with its newline unless the text ends in it; none where
/// there is none left. Lines that are empty are passed over.
std::string_view take_line(std::string_view& rest);

/// The shape of rows like this one, whose numbers are counted from the right up to what is none;
/// the first word is none, whatever it looks like. dim is 0 where there is no number.
TextRowShape shape_of_row(std::string_view line) noexcept;

/// How many words follow the first of a line.
std::size_t words_behind_first(std::string_view line) noexcept;

/// Reads a line as a word and shape.dim numbers. A word may have spaces: then the numbers are those
/// on the right. But what looks like one number more is too many. Returns what is wrong with it,
/// nullptr where nothing is.
const char* read_text_row(std::string_view line, const TextRowShape& shape, std::string& word,
                          std::span<float> values) noexcept;

}  // namespace hogvec::io
