// NumPy's .npy format: a matrix of float32 with a header.
//
//   magic   "\x93NUMPY", major and minor version (a byte each), bytes of the header (u16; from
//           version 2.0 on u32)
//   header  a Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (V, D), },
//   spaces
//           up to a multiple of 64 bytes from the start of the file, '\n'
//   body    V x D little-endian float32, row by row
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/content.hpp"
#include "io/matrix_view.hpp"
#include "io/vectors_file.hpp"

namespace hogvec::io {

/// A matrix in a .npy file of version 1 to 3, where it lies in its content. Immutable.
class NpyFile {
 public:
  /// Errors, each with the path: no or a damaged header; another shape, type or order of numbers
  /// than the above; more or fewer numbers than the shape says.
  explicit NpyFile(Content content);

  const std::string& path() const noexcept { return content_.path(); }
  ConstMatrixView matrix() const noexcept { return matrix_; }
  /// Errors: the file was changed since it was opened.
  void require_unchanged() const { content_.require_unchanged(); }

 private:
  Content content_;
  ConstMatrixView matrix_;
};

/// Whether they begin with the magic.
bool is_npy(std::string_view bytes) noexcept;

/// The word list beside a .npy file: its name with ".words" for ".npy"; what says how it is packed
/// (".npy.gz") stays.
std::string word_list_beside(const std::string& path);

/// The words of the rows, from `word_list` or, where that is empty, from the list beside the file,
/// packed as it is or not. Errors: the list cannot be read; not a word a row.
std::vector<std::string> read_npy_words(const NpyFile& file, const std::string& word_list = {});

/// Writes the rows as version 1.0, without their words, on the calling thread's oneTBB arena. Does
/// not commit.
void write_npy(OutputFile& file, const VectorRows& vectors);

/// How many bytes that takes.
std::uint64_t npy_bytes(std::size_t rows, std::size_t dim) noexcept;

}  // namespace hogvec::io
