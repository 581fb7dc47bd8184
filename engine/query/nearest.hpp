// Which words lie nearest to a vector, by cosine.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/matrix.hpp"
#include "io/repeated_words.hpp"
#include "io/vectors_file.hpp"

namespace hogvec {

struct Neighbor {
  std::size_t row;
  float cosine;
};

/// Words with their vectors scaled to length 1 (a zero vector stays zero); of a word that stands
/// more than once, the first. Immutable, so safe to query from any thread. Movable; views of words
/// stay where they are.
class WordIndex {
 public:
  static constexpr std::size_t kNotFound = static_cast<std::size_t>(-1);

  explicit WordIndex(io::WordVectors vectors);
  /// `vectors` row k belongs to words[k].
  WordIndex(std::vector<std::string> words, ConstMatrixView vectors);
  /// The first rows of a vector file (io::VectorsFile), of a .npy file with its list of words
  /// beside it (io::NpyFile), or of W of a model file. The latter is opened without being read,
  /// also while it is trained: words are found where they lie, and vectors are those of the moment
  /// when the first of them was asked for, by nearest() or unit_vector(), which then takes the
  /// memory of all and may throw std::bad_alloc. Errors: those of io::VectorsFile, of io::NpyFile
  /// and io::read_npy_words(), or of io::ModelFile::open() and io::ModelWords; a model file without
  /// a W of its words.
  static WordIndex read(const std::string& path, std::size_t most_rows = kNotFound);
  WordIndex(WordIndex&&) noexcept;
  WordIndex& operator=(WordIndex&&) noexcept;
  ~WordIndex();

  std::size_t size() const noexcept;
  std::size_t dim() const noexcept;
  /// Stays as long as the index does.
  std::string_view word(std::size_t row) const;
  /// Rows that were left out because the word stands before. None of a model file.
  const io::RepeatedWords& repeated() const noexcept { return repeated_; }
  /// Row of the word; kNotFound where it does not stand at all.
  std::size_t find(std::string_view word) const;
  /// dim() floats of length 1, 64-byte aligned, with zeros up to simd::padded(dim()).
  std::span<const float> unit_vector(std::size_t row) const;

  /// Cosine of two rows, summed in double; 0 where one has no direction.
  double cosine(std::size_t a, std::size_t b) const;

  /// At most k rows, highest cosine first, ties in row order; the cosines are the reference's to
  /// the last bit, whatever the instruction set. `query` holds dim() floats of any length; rows in
  /// `excluded` and rows whose cosine is not a number are left out. None where `query` has no
  /// direction: zero, infinite or not a number.
  std::vector<Neighbor> nearest(std::span<const float> query, std::size_t k,
                                std::span<const std::size_t> excluded = {}) const;

 private:
  struct OpenModel;

  WordIndex();
  void number_words();
  const Matrix& unit() const;

  std::vector<std::string> words_;
  io::RowsOfWords rows_;
  io::RepeatedWords repeated_;
  Matrix unit_;
  std::unique_ptr<OpenModel> model_;  // where there is one, it has the words and the rows
};

}  // namespace hogvec
