// The word2vec vector format, text and binary.
//
//   header  "V D\n"
//   text    word, ' ', D times "%f ", '\n'           (a space before the newline)
//   binary  word, ' ', D little-endian float32, '\n' (some writers leave the newline out)
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/output_file.hpp"

namespace hogvec::io {

enum class VectorFormat { kText, kBinary };

/// Row k of a V x D matrix, stored in rows of `stride` floats.
struct VectorsView {
  std::size_t rows;    // V
  std::size_t dim;     // D
  std::size_t stride;  // floats from one row to the next
  const float* data;

  const float* row(std::size_t k) const noexcept { return data + k * stride; }
};

/// Writes all rows, byte for byte as the reference does (word2vec.c:691), whatever the locale.
/// `word(k)` names row k, and is called by several threads at once: formats in parallel on the
/// calling thread's oneTBB arena. Does not commit.
void write_vectors(OutputFile& file, VectorFormat format, const VectorsView& vectors,
                   const std::function<std::string_view(std::size_t)>& word);

/// Vectors read from a file: rows are packed, dim floats each.
struct WordVectors {
  std::vector<std::string> words;
  std::size_t dim = 0;
  std::vector<float> values;  // row-major words.size() x dim
};

/// Reads text or binary, whichever the file holds; binary with or without the newline.
/// Errors, each with path and row: no header, a size that the file cannot hold, an end in mid row,
/// in text what is not a number, more than the header says.
WordVectors read_vectors(const std::string& path);

}  // namespace hogvec::io
