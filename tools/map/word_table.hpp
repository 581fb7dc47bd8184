// A table with something to say of words: columns by which a map is coloured.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hogvec::tools {

/// What a table says of each word that is shown.
struct WordColumn {
  std::string name;
  bool numbers = false;               // whether every cell that is not empty is one
  std::vector<double> values;         // of a column of numbers; NaN where there is none
  std::vector<std::string> texts;     // else the different texts, the most frequent first
  std::vector<std::int64_t> text_of;  // row of `texts`; -1 where there is none
};

struct WordTable {
  std::vector<WordColumn> columns;
  std::size_t found = 0;           // words that it has a line of
  std::vector<std::string> notes;  // lines that were left out
};

/// Reads a table of lines with tabs between cells: a line of names, then lines whose first cell is
/// a word. Cells are text as it stands, without quotes; an empty one says nothing. Takes the
/// columns of these names, or all where there are none. Of a word with several lines the first
/// counts, which is noted. Errors, with path and line: not a readable file, or UTF-16; no line of
/// names, or one with a name that is empty or stands twice; no such column; more than 20 without
/// names; a line with more or fewer cells than names; a cell longer than 1000 bytes; none of the
/// words in it.
WordTable read_word_table(const std::string& path, const std::vector<std::string>& names,
                          const std::vector<std::string>& words);

}  // namespace hogvec::tools
