#include "io/similarity_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <system_error>

#include "io/content.hpp"
#include "io/error.hpp"
#include "io/text_start.hpp"

namespace hogvec::io {

namespace {

constexpr std::string_view kBlanks = " \t\r\v\f";
constexpr std::size_t kSample = 100;  // lines that show how the others are

using Fields = std::vector<std::string>;

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

struct Line {
  std::size_t number;  // from 1
  std::string_view text;
};

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::string_view content = trimmed(line);
    if (content.empty() || content.starts_with('#')) continue;
    lines.push_back({number, line.ends_with('\r') ? line.substr(0, line.size() - 1) : line});
  }
  return lines;
}

Fields split_blanks(std::string_view line) {
  Fields fields;
  for (line = trimmed(line); !line.empty(); line = trimmed(line)) {
    const std::string_view field = line.substr(0, line.find_first_of(kBlanks));
    fields.emplace_back(field);
    line.remove_prefix(field.size());
  }
  return fields;
}

/// Takes a quoted field off the front of a line, up to its last quote.
std::string take_quoted(std::string_view& line) {
  std::string field;
  for (line.remove_prefix(1); !line.empty(); line.remove_prefix(1)) {
    if (line.front() == '"') {
      if (!line.substr(1).starts_with('"')) break;
      line.remove_prefix(1);
    }
    field += line.front();
  }
  return field;
}

Fields split(std::string_view line, char separator) {
  if (separator == ' ') return split_blanks(line);
  Fields fields;
  for (;;) {
    std::string_view start = trimmed(line);
    std::string field;
    const bool quoted = start.starts_with('"');
    if (quoted) {
      line = start;
      field = take_quoted(line);
    }
    const std::string_view rest = line.substr(0, line.find(separator));
    fields.push_back(quoted ? std::move(field) : std::string(trimmed(rest)));
    if (rest.size() == line.size()) return fields;
    line.remove_prefix(rest.size() + 1);
  }
}

/// A finite number, with a decimal comma where the separator is not one.
std::optional<double> number_of(std::string text, char separator) {
  if (text.starts_with('+')) text.erase(0, 1);
  if (separator != ',' && text.find('.') == std::string::npos) {
    std::replace(text.begin(), text.end(), ',', '.');
  }
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, number);
  if (code != std::errc() || stop != end || !std::isfinite(number)) return std::nullopt;
  return number;
}

/// What most lines of the sample have at least two of.
char separator_of(const std::vector<Line>& lines) {
  const std::size_t sample = std::min(kSample, lines.size());
  for (const char separator : {'\t', ';', ','}) {
    std::size_t with = 0;
    for (std::size_t k = 0; k < sample; ++k) with += split(lines[k].text, separator).size() >= 3;
    if (2 * with > sample) return separator;
  }
  return ' ';
}

/// The first column behind the words that is a number in most lines; the header may be none.
std::size_t column_of(const std::vector<Line>& lines, char separator) {
  const std::size_t first = lines.size() > 2 ? 1 : 0;
  const std::size_t last = std::min(kSample, lines.size());
  std::vector<std::size_t> numbers;
  for (std::size_t k = first; k < last; ++k) {
    const Fields fields = split(lines[k].text, separator);
    numbers.resize(std::max(numbers.size(), fields.size()));
    for (std::size_t i = 2; i < fields.size(); ++i) {
      numbers[i] += number_of(fields[i], separator).has_value();
    }
  }
  for (std::size_t i = 2; i < numbers.size(); ++i) {
    if (2 * numbers[i] > last - first) return i + 1;
  }
  return 3;
}

bool has_part_of_speech(std::string_view word) {
  return word.size() > 2 && word[word.size() - 2] == '-' &&
         std::string_view("nvjar").find(word.back()) != std::string_view::npos;
}

void drop_parts_of_speech(SimilarityFile& file) {
  file.parts_of_speech =
      !file.pairs.empty() &&
      std::all_of(file.pairs.begin(), file.pairs.end(), [](const WordPair& pair) {
        return has_part_of_speech(pair.first) && has_part_of_speech(pair.second);
      });
  if (!file.parts_of_speech) return;
  for (WordPair& pair : file.pairs) {
    pair.first.resize(pair.first.size() - 2);
    pair.second.resize(pair.second.size() - 2);
  }
}

SimilarityFile parse(const std::string& path, std::string_view text, std::size_t column) {
  const std::vector<Line> lines = lines_of(text);
  SimilarityFile file;
  file.separator = separator_of(lines);
  file.column = column != 0 ? column : column_of(lines, file.separator);
  for (const Line& line : lines) {
    const Fields fields = split(line.text, file.separator);
    const std::optional<double> score = fields.size() >= std::max<std::size_t>(file.column, 3)
                                            ? number_of(fields[file.column - 1], file.separator)
                                            : std::nullopt;
    if (score && !fields[0].empty() && !fields[1].empty()) {
      file.pairs.push_back({fields[0], fields[1], *score});
    } else if (&line == &lines.front() && lines.size() > 1) {
      file.header = true;
    } else if (file.left_out++ == 0) {
      file.first_left_out = line.number;
    }
  }
  if (file.pairs.empty()) {
    throw Error(
        fmt::format("{}: holds no pair; a similarity file has two words and a number a "
                    "line, here sought in column {}; -column N says another",
                    path, file.column));
  }
  drop_parts_of_speech(file);
  return file;
}

}  // namespace

std::string SimilarityFile::description() const {
  const char* const name = separator == '\t'  ? "tabs"
                           : separator == ';' ? "semicolons"
                           : separator == ',' ? "commas"
                                              : "spaces";
  return fmt::format("{}, {}scores in column {}{}", name, header ? "a header, " : "", column,
                     parts_of_speech ? ", words without their part of speech" : "");
}

SimilarityFile read_similarity(const std::string& path, std::size_t column) {
  const Content content(path);
  return read_unchanged(content, [&] { return parse(path, text_of(content), column); });
}

}  // namespace hogvec::io
