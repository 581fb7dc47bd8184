// Pairs of words with how similar people find them, as test sets are published.
//
//   WordSim-353   tab, or comma with a header          SimLex-999, SimVerb   the fourth column
//   MEN           spaces; words may end in -n, -v, -j   Rare Words            more columns behind
//   it MTurk         comma                                 others                semicolon, quotes
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace hogvec::io {

struct WordPair {
  std::string first;
  std::string second;
  double score;  // how similar people find them
};

/// The pairs of a file, in its order, and how it was read.
struct SimilarityFile {
  std::vector<WordPair> pairs;
  char separator = ' ';            // tab, ';', ',' or ' ': any spaces and tabs
  bool header = false;             // the first line is one
  std::size_t column = 3;          // of the scores, from 1
  bool parts_of_speech = false;    // words ended in -n, -v, -j, -a or -r, and no longer do
  std::size_t left_out = 0;        // lines without two words or a number
  std::size_t first_left_out = 0;  // its number in the file, from 1

  /// "tabs, a header, scores in column 4".
  std::string description() const;
};

/// Finds the separator, the header and the column of the scores by what most lines have; `column`
/// says it where it is not 0. Lines that are empty or begin with "#" are comments. Between other
/// separators than spaces words may have spaces, be quoted ("" for a quote), and numbers may have a
/// decimal comma. Errors: not a readable regular file; no pair in it; changed while it was read.
SimilarityFile read_similarity(const std::string& path, std::size_t column = 0);

}  // namespace hogvec::io
