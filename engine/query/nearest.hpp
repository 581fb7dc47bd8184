// Which words lie nearest to a vector, by cosine.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/model/matrix.hpp"
#include "io/vectors_file.hpp"

namespace hogvec {

struct Neighbor {
  std::size_t row;
  float cosine;
};

/// Words with their vectors scaled to length 1 (a zero vector stays zero). Immutable, so safe to
/// query from any thread.
class WordIndex {
 public:
  static constexpr std::size_t kNotFound = static_cast<std::size_t>(-1);

  explicit WordIndex(io::WordVectors vectors);
  /// `vectors` row k belongs to words[k].
  WordIndex(std::vector<std::string> words, ConstMatrixView vectors);
  /// The first rows of a vector file, text or binary. Errors: those of io::VectorsFile.
  static WordIndex read(const std::string& path, std::size_t most_rows = kNotFound);

  std::size_t size() const noexcept { return words_.size(); }
  std::size_t dim() const noexcept { return unit_.dim(); }
  const std::string& word(std::size_t row) const { return words_[row]; }
  /// Row of the word, the first where it stands twice; kNotFound where it does not stand at all.
  std::size_t find(std::string_view word) const;
  /// dim() floats of length 1, 64-byte aligned, with zeros up to simd::padded(dim()).
  std::span<const float> unit_vector(std::size_t row) const;

  /// At most k rows, highest cosine first, ties in row order; the cosines are the reference's to
  /// the last bit, whatever the instruction set. `query` holds dim() floats of any length; rows in
  /// `excluded` and rows whose cosine is not a number are left out. None where `query` has no
  /// direction: zero, infinite or not a number.
  std::vector<Neighbor> nearest(std::span<const float> query, std::size_t k,
                                std::span<const std::size_t> excluded = {}) const;

 private:
  WordIndex() = default;
  void number_words();

  std::vector<std::string> words_;
  std::unordered_map<std::string_view, std::size_t> rows_;
  Matrix unit_;
};

}  // namespace hogvec
