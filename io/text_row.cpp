#include "io/text_row.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace hogvec::io {

namespace {

constexpr const char* kCutOff = "is cut off";
constexpr const char* kTooFew = "has too few numbers";
constexpr const char* kTooMany = "has too many numbers";
constexpr const char* kNoNumber = "holds something that is not a number";

/// Reads the number that begins there, and moves behind it. Whether one ends there, before a
/// separator or the end.
bool read_number(const char*& at, const char* end, float& value) noexcept {
  if (*at == '+') ++at;
  auto [stop, code] = std::from_chars(at, end, value);
  if (code == std::errc::result_out_of_range) {  // too small or too large for a float
    double wide = 0;
    code = std::from_chars(at, end, wide).ec;
    value = static_cast<float>(wide);
  }
  if (code != std::errc() || (stop != end && !is_separator(*stop))) return false;
  at = stop;
  return true;
}

bool is_number(std::string_view word) noexcept {
  float value = 0;
  const char* at = word.data();
  return !word.empty() && read_number(at, at + word.size(), value);
}

bool is_digits(std::string_view word) noexcept {
  return word.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string_view without_end(std::string_view line) noexcept {
  return line.substr(0, line.find_last_not_of(" \t\r\n") + 1);
}

/// Takes the last word of a line, and the separators around it, off its end.
std::string_view take_last_word(std::string_view& line) noexcept {
  line = without_end(line);
  const std::size_t begin = line.find_last_of(" \t\r\n") + 1;
  const std::string_view word = line.substr(begin);
  line = without_end(line.substr(0, begin));
  return word;
}

/// Reads a line whose word has spaces, if it is one. Returns what is wrong.
const char* read_from_right(std::string_view line, std::string& word,
                            std::span<float> values) noexcept {
  std::string_view first_number;
  for (std::size_t k = values.size(); k-- > 0;) {
    first_number = take_last_word(line);
    if (line.empty()) return kTooFew;
    const char* at = first_number.data();
    if (!read_number(at, at + first_number.size(), values[k])) return kNoNumber;
  }
  // "windows 95 0.5 1.5" has a word with a space, "windows 9.5 0.5 1.5" may have a number too many.
  std::string_view left = line;
  const std::string_view last = take_last_word(left);
  if (is_number(last) && !(is_digits(last) && !is_digits(first_number))) return kTooMany;
  word.assign(line.substr(line.find_first_not_of(" \t")));
  return nullptr;
}

}  // namespace

std::string_view take_line(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of("\r\n"), rest.size()));
  const std::size_t newline = rest.find('\n');
  const std::string_view line =
      rest.substr(0, newline == std::string_view::npos ? newline : newline + 1);
  rest.remove_prefix(line.size());
  return line;
}

std::size_t words_behind_first(std::string_view line) noexcept {
  std::size_t words = 0;
  bool within = false;
  for (const char byte : line) {
    if (!within && !is_separator(byte)) ++words;
    within = !is_separator(byte);
  }
  return words - std::min<std::size_t>(words, 1);
}

TextRowShape shape_of_row(std::string_view line) noexcept {
  TextRowShape shape;
  const std::string_view numbers = line.substr(0, line.find_last_not_of("\r\n") + 1);
  shape.ends_in_separator = numbers.ends_with(' ') || numbers.ends_with('\t');
  for (line = numbers;; ++shape.dim) {
    const std::string_view last = take_last_word(line);
    if (line.empty() || !is_number(last)) return shape;
  }
}

const char* read_text_row(std::string_view line, const TextRowShape& shape, std::string& word,
                          std::span<float> values) noexcept {
  const char* at = line.data();
  const char* const end = at + line.size();
  while (at != end && !is_separator(*at)) ++at;
  word.assign(line.data(), at);
  for (float& value : values) {
    while (at != end && (*at == ' ' || *at == '\t')) ++at;
    if (at == end) return kCutOff;
    if (*at == '\n' || *at == '\r') return kTooFew;
    if (!read_number(at, end, value)) return read_from_right(line, word, values);
  }
  if (at == end && shape.ends_in_separator) return kCutOff;
  while (at != end && (*at == ' ' || *at == '\t' || *at == '\r')) ++at;
  return at == end || *at == '\n' ? nullptr : read_from_right(line, word, values);
}

}  // namespace hogvec::io
