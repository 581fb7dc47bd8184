// Which rows of a matrix lie nearest to vectors, by cosine, whoever owns the matrix and however its
// rows are laid out.
//
// Nothing is kept between two calls: a row's length is summed while its products are, in one pass
// over its memory, so that what the rows hold at that moment is what is answered. A WordIndex,
// which copies and scales the rows first, answers more analogies a second and cannot follow
// changes.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "engine/query/nearest.hpp"
#include "io/matrix_view.hpp"

namespace hogvec {

/// The rows that are asked, in an order: those of a range, or of a list, which must outlive it.
class RowSelection {
 public:
  /// [first, last). Neither is checked.
  static RowSelection range(std::size_t first, std::size_t last) { return {first, last, {}}; }
  /// Rows that are below the matrix's, which is not checked. None should stand twice.
  static RowSelection list(std::span<const std::size_t> rows) { return {0, rows.size(), rows}; }

  std::size_t size() const noexcept { return last_ - first_; }
  std::size_t row(std::size_t k) const noexcept { return listed_ ? (*listed_)[k] : first_ + k; }
  bool is_range() const noexcept { return !listed_; }

 private:
  RowSelection(std::size_t first, std::size_t last,
               std::optional<std::span<const std::size_t>> listed)
      : first_(first), last_(last < first ? first : last), listed_(listed) {}

  std::size_t first_;
  std::size_t last_;
  std::optional<std::span<const std::size_t>> listed_;
};

/// What all searches share. Cosines are summed in single precision, in an order that depends on the
/// instruction set, but neither on the number of threads, nor on how many queries are asked at
/// once, nor on the layout: a row's cosine with itself is 1. A zero vector has the cosine 0 with
/// all, and so has one whose squares are too small for a float (values below about 1e-23); where
/// they are too large for it (1e19), or a value is not a number, the cosine is not a number. Safe
/// from any thread. Rows that somebody writes meanwhile are read as they are.
struct RowSearch {
  ConstMatrixView rows;
  RowSelection selection;
  ConstMatrixView queries;  // of rows.dim() values
  int threads = 1;
};

/// For every query at most `count` of the selected rows, highest cosine first, ties by the lower
/// row. Rows whose cosine is not a number are never among them, nor those of excluded[q], where
/// `excluded` is not empty.
/// Cost: one query waits for the memory; many are a product of matrices.
std::vector<std::vector<Neighbor>> nearest_rows(
    const RowSearch& search, std::size_t count,
    std::span<const std::vector<std::size_t>> excluded = {});

/// The cosines of all selected rows: cosines[q * search.selection.size() + k].
void cosines_of_rows(const RowSearch& search, float* cosines);

/// lengths[k] = the length of row k.
void lengths_of_rows(ConstMatrixView rows, int threads, float* lengths);

}  // namespace hogvec
