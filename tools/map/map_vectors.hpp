// The words that a map shows, with their vectors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/model/matrix.hpp"

namespace hogvec::tools {

/// Rows are in the order of the file, which in word2vec's files is that of frequency.
struct MapVectors {
  std::string name;  // of the file, without its folder
  std::vector<std::string> words;
  std::vector<std::uint64_t> counts;  // of a model file; else empty
  Matrix values;                      // words x dim, as they are in the file
  Matrix unit;                        // the same scaled to length 1
  std::vector<std::string> notes;     // rows that were left out, and why: a line each

  std::size_t size() const noexcept { return words.size(); }
};

/// The first `most_rows` rows of vectors of word2vec, GloVe, NumPy or a model file, but those whose
/// word stands before, and those that have no direction: all zero, or with a number that is not
/// finite. Reads by the calling thread's oneTBB arena. Errors: those of the format's reader; no row
/// is left; std::bad_alloc.
MapVectors read_map_vectors(const std::string& path, std::size_t most_rows);

/// At most `most` words that both have, in the order of the first, as the same rows of both.
/// Errors: they have none in common.
void keep_common_words(MapVectors& first, MapVectors& second, std::size_t most);

/// "a.bin" of "/folder/a.bin"; of "-" what it is.
std::string name_of_file(const std::string& path);

}  // namespace hogvec::tools
