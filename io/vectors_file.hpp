// The word2vec vector format, text and binary, and GloVe's.
//
//   header  "V D\n"
//   text    word, ' ', D times "%f ", '\n'           (a space before the newline; gensim
//                                                    leaves it out)
//   binary  word, ' ', D little-endian float32, '\n' (some writers leave the newline out)
//   GloVe   no header; word, D times ' ' and a number, '\n'
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/content.hpp"
#include "io/matrix_view.hpp"
#include "io/output_file.hpp"
#include "io/text_row.hpp"

namespace hogvec::io {

enum class VectorFormat { kText, kBinary, kGlove };

/// Vectors that are written. Both functions are called by several threads at once.
struct VectorRows {
  std::size_t rows = 0;
  std::size_t dim = 0;
  /// dim floats of row k: where they lie, or made in `scratch`, which has room for them.
  std::function<const float*(std::size_t k, float* scratch)> row;
  std::function<std::string_view(std::size_t k)> word;
};

/// Writes all rows: text and binary byte for byte as the reference does (word2vec.c:691), GloVe's
/// text with the fewest digits that give the same floats again; whatever the locale. Formats in
/// parallel on the calling thread's oneTBB arena. Does not commit. Throws what row() and word()
/// throw, for the first block of rows where they do.
void write_vectors(OutputFile& file, VectorFormat format, const VectorRows& vectors);
/// The same of a matrix whose row k is word(k).
void write_vectors(OutputFile& file, VectorFormat format, ConstMatrixView vectors,
                   const std::function<std::string_view(std::size_t)>& word);

/// The rows alone, without the line of sizes that word2vec's formats begin with.
void write_vector_rows(OutputFile& file, VectorFormat format, const VectorRows& vectors);

/// About how many bytes that takes, whatever the words are.
std::uint64_t vectors_bytes(VectorFormat format, std::size_t rows, std::size_t dim) noexcept;

/// Memory that write_vectors() takes for such rows, by so many threads.
std::size_t writing_memory(std::size_t rows, std::size_t dim, std::size_t threads) noexcept;

/// How a vector file is read by who knows better than its bytes.
struct VectorsWanted {
  /// kText and kBinary have a header, kGlove has none, whatever the first line looks like.
  /// None: what the file seems to be.
  std::optional<VectorFormat> format{};
  /// Nothing is asked of what lies behind so many rows, not even that it is there.
  std::size_t most_rows = std::numeric_limits<std::size_t>::max();
};

/// A vector file of word2vec, text or binary, or of GloVe, whichever it holds; binary with or
/// without the newline, text with or without the last one, words in text with or without spaces.
/// Mapped where it is not packed, so that opening it costs nothing but, in GloVe's text, the
/// counting of the lines. Immutable.
class VectorsFile {
 public:
  /// GloVe's text does not say how many rows follow, and of how many numbers: those of the first
  /// row are counted from the right, two or more, and every line that is not empty is a row.
  /// Errors, each with the path: neither a header nor a row in the first line; a size that the file
  /// cannot hold (CutOff); lines so short that the rows would take far more memory than the file.
  explicit VectorsFile(Content content, const VectorsWanted& wanted = {});
  explicit VectorsFile(std::string path) : VectorsFile(Content(std::move(path))) {}

  std::size_t rows() const noexcept { return rows_; }
  std::size_t dim() const noexcept { return shape_.dim; }
  VectorFormat format() const noexcept { return format_; }

  /// Reads the first `count` rows (at most rows()) on the calling thread's oneTBB arena: dim()
  /// floats of row k to values + k * stride, and its word, the k-th that is returned.
  /// ready(first, last), where given, is called once for every row of each block [first, last) that
  /// has been filled, by several threads at once, while the block is still in the cache.
  /// Errors, each with path and row: an end in mid row (CutOff); in text what is not a number; more
  /// than the header says, where all rows are read; the file was changed since it was opened.
  std::vector<std::string> read(
      std::size_t count, float* values, std::size_t stride,
      const std::function<void(std::size_t first, std::size_t last)>& ready = {}) const;

 private:
  void open_glove();
  void find_format(std::optional<VectorFormat> wanted);
  void require_numbers() const;
  std::vector<std::string> read_rows(
      std::size_t count, float* values, std::size_t stride,
      const std::function<void(std::size_t first, std::size_t last)>& ready) const;

  const std::string& path() const noexcept { return content_.path(); }

  Content content_;
  std::string_view body_;  // what follows the first line, where that is a header
  VectorFormat format_ = VectorFormat::kText;
  std::size_t rows_ = 0;
  bool more_rows_ = false;  // follow, which are not wanted
  TextRowShape shape_;
};

/// Vectors read from a file: rows are packed, dim floats each.
struct WordVectors {
  std::vector<std::string> words;
  std::size_t dim = 0;
  std::vector<float> values;  // row-major words.size() x dim
};

/// All of a vector file. Errors: those of VectorsFile.
WordVectors read_vectors(const std::string& path);

}  // namespace hogvec::io
