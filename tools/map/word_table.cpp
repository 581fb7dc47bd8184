#include "tools/map/word_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "io/content.hpp"
#include "io/error.hpp"
#include "io/text_start.hpp"

namespace hogvec::tools {

namespace {

constexpr std::size_t kMostColumns = 20;
constexpr std::size_t kMostBytes = 1000;  // of a cell

using Cells = std::vector<std::string_view>;

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Cells cells_of(std::string_view line) {
  Cells cells;
  for (;;) {
    const std::size_t end = line.find('\t');
    cells.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return cells;
    line.remove_prefix(end + 1);
  }
}

[[noreturn]] void fail(const std::string& path, std::size_t line, std::string_view what) {
  throw Error(fmt::format("{}: line {} {}", path, line, what));
}

void check_names(const std::string& path, const Cells& names) {
  if (names.size() < 2) {
    fail(path, 1, "has no tab; give a table with a line of names, words in its first column");
  }
  std::unordered_set<std::string_view> seen;
  for (const std::string_view name : names) {
    if (name.empty()) fail(path, 1, "has an empty name of a column");
    if (name.size() > kMostBytes) fail(path, 1, "has a name of more than 1000 bytes");
    if (!seen.insert(name).second) {
      fail(path, 1, fmt::format("names the column \"{}\" twice", name));
    }
  }
}

/// The columns that are wanted, by their number.
std::vector<std::size_t> wanted_columns(const std::string& path, const Cells& names,
                                        const std::vector<std::string>& wanted) {
  std::vector<std::size_t> columns;
  for (const std::string& name : wanted) {
    const auto found = std::find(names.begin() + 1, names.end(), name);
    if (found == names.end()) {
      throw Error(fmt::format("{}: has no column \"{}\" behind its words", path, name));
    }
    const auto column = static_cast<std::size_t>(found - names.begin());
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) {
      columns.push_back(column);
    }
  }
  if (columns.empty()) {
    for (std::size_t k = 1; k < names.size(); ++k) columns.push_back(k);
  }
  if (columns.size() > kMostColumns) {
    throw Error(fmt::format("{}: has {} columns, and a map at most {}; choose some by -column NAME",
                            path, columns.size(), kMostColumns));
  }
  return columns;
}

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

/// Of the cells of all words: empty where there is nothing to say.
WordColumn column_of(std::string_view name, const std::vector<std::string_view>& cells) {
  WordColumn column;
  column.name = name;
  column.numbers = true;
  for (const std::string_view cell : cells) {
    column.numbers = column.numbers && (cell.empty() || number_of(cell));
  }
  if (column.numbers) {
    for (const std::string_view cell : cells) {
      column.values.push_back(number_of(cell).value_or(std::numeric_limits<double>::quiet_NaN()));
    }
    return column;
  }
  std::map<std::string_view, std::int64_t> counts;
  for (const std::string_view cell : cells) counts[cell] += !cell.empty();
  counts.erase("");
  std::vector<std::pair<std::string_view, std::int64_t>> texts(counts.begin(), counts.end());
  std::stable_sort(texts.begin(), texts.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::map<std::string_view, std::int64_t> numbers;
  for (const auto& [text, count] : texts) {
    numbers.emplace(text, static_cast<std::int64_t>(column.texts.size()));
    column.texts.emplace_back(text);
  }
  for (const std::string_view cell : cells) {
    column.text_of.push_back(cell.empty() ? -1 : numbers.at(cell));
  }
  return column;
}

}  // namespace

WordTable read_word_table(const std::string& path, const std::vector<std::string>& names,
                          const std::vector<std::string>& words) {
  const io::Content content(path);
  std::string_view text = io::text_of(content);
  const Cells header = cells_of(take_line(text));
  check_names(path, header);
  const std::vector<std::size_t> columns = wanted_columns(path, header, names);

  std::unordered_map<std::string_view, std::size_t> rows;
  for (std::size_t k = 0; k < words.size(); ++k) rows.emplace(words[k], k);
  std::vector<std::vector<std::string_view>> cells(columns.size());
  for (auto& column : cells) column.resize(words.size());
  std::vector<bool> has(words.size());
  WordTable table;
  std::size_t repeated = 0;
  for (std::size_t line = 2; !text.empty(); ++line) {
    const std::string_view whole = take_line(text);
    if (whole.empty()) continue;
    const Cells found = cells_of(whole);
    if (found.size() != header.size()) {
      fail(path, line,
           fmt::format("has {} cells, and the first line {}", found.size(), header.size()));
    }
    const auto row = rows.find(found[0]);
    if (row == rows.end()) continue;
    if (has[row->second]) {
      ++repeated;
      continue;
    }
    has[row->second] = true;
    ++table.found;
    for (std::size_t k = 0; k < columns.size(); ++k) {
      if (found[columns[k]].size() > kMostBytes)
        fail(path, line, "has a cell of more than 1000 bytes");
      cells[k][row->second] = found[columns[k]];
    }
  }
  content.require_unchanged();
  if (table.found == 0)
    throw Error(path + ": has none of the words that are shown in its first column");
  if (repeated > 0) {
    table.notes.push_back(
        fmt::format("{}: {} left out, of words that stand before", path,
                    repeated == 1 ? "1 line is" : fmt::format("{} lines are", repeated)));
  }
  for (std::size_t k = 0; k < columns.size(); ++k) {
    table.columns.push_back(column_of(header[columns[k]], cells[k]));
  }
  return table;
}

}  // namespace hogvec::tools
