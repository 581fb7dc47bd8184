// Cosines of rows as they lie with some queries, a tile of rows at a time: what searches are made
// of. Not for callers of the engine.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include "engine/kernels.hpp"
#include "engine/query/row_search.hpp"

namespace hogvec {

// A tile of rows and its products with a group of queries stay in a second-level cache, the group
// in the first.
inline constexpr std::size_t kTileRows = 256;
inline constexpr std::size_t kGroupQueries = 24;

/// Zeroed rows as kernels want them. From the heap, unlike a Matrix: a mapping of its own takes
/// longer than a small search.
class PaddedRows {
 public:
  PaddedRows() = default;
  PaddedRows(std::size_t rows, std::size_t dim)
      : stride_(simd::padded(dim)),
        values_(static_cast<float*>(::operator new(rows* stride_ * sizeof(float), kAlignment))) {
    std::fill_n(values_.get(), rows * stride_, 0.0F);
  }

  std::size_t stride() const noexcept { return stride_; }
  float* row(std::size_t k) const noexcept { return values_.get() + k * stride_; }

 private:
  static constexpr std::align_val_t kAlignment{simd::kRowAlignment};
  struct Free {
    void operator()(float* values) const noexcept { ::operator delete(values, kAlignment); }
  };

  std::size_t stride_ = 0;
  std::unique_ptr<float, Free> values_;
};

/// What a thread works in.
struct ScoreScratch {
  PaddedRows tile;              // none where rows are read in place
  std::vector<float> products;  // of a group of queries, or of the only one
  std::array<float, kTileRows> squares;
  std::array<double, kTileRows> inverse_lengths;
  std::array<float, kTileRows> cosines;
};

/// Some queries of a search, which must outlive it. Immutable, so safe from any thread.
class RowScorer {
 public:
  RowScorer(const RowSearch& search, std::size_t first_query, std::size_t queries)
      : search_(search),
        dim_(search.rows.dim()),
        in_place_(queries == 1 && search.selection.is_range()),
        queries_(queries, dim_) {
    for (std::size_t q = 0; q < queries; ++q) {
      float* const query = queries_.row(q);
      std::copy_n(search.queries.row(first_query + q), dim_, query);
      float product = 0;
      float square = 0;
      kernels_.row_products({query, 1, queries_.stride(), dim_, query, &product, &square});
      inverse_lengths_.push_back(inverse_length(square));
      pointers_.push_back(query);
    }
  }

  std::size_t queries() const noexcept { return pointers_.size(); }
  std::size_t tiles() const noexcept {
    return (search_.selection.size() + kTileRows - 1) / kTileRows;
  }
  /// How much there is to do.
  std::size_t products() const noexcept {
    return search_.selection.size() * queries_.stride() * queries();
  }

  ScoreScratch scratch() const {
    constexpr std::size_t kSpill = 3;  // floats that score_rows writes past the end
    ScoreScratch made;
    if (!in_place_) made.tile = PaddedRows(kTileRows, dim_);
    made.products.resize(std::min(queries(), kGroupQueries) * kTileRows + kSpill);
    return made;
  }

  /// Calls take(query, first, cosines) for every query: those of the tile's rows, of which the
  /// first is the selection's `first`-th.
  template <class Take>
  void score(std::size_t tile, ScoreScratch& scratch, const Take& take) const {
    const std::size_t first = tile * kTileRows;
    const std::size_t count = std::min(kTileRows, search_.selection.size() - first);
    sum_squares(first, count, scratch);
    for (std::size_t k = 0; k < count; ++k) {
      scratch.inverse_lengths[k] = inverse_length(scratch.squares[k]);
    }
    if (queries() == 1) {
      take(std::size_t{0}, first, cosines(0, scratch.products.data(), count, scratch));
      return;
    }
    const float* rows[kTileRows];
    for (std::size_t k = 0; k < count; ++k) rows[k] = scratch.tile.row(k);
    // Registers that hold nothing but padding are left out: the sums stay the same.
    const std::size_t columns = (dim_ + kernels_.lanes - 1) / kernels_.lanes * kernels_.lanes;
    for (std::size_t group = 0; group < queries(); group += kGroupQueries) {
      const std::size_t size = std::min(kGroupQueries, queries() - group);
      kernels_.score_rows(&pointers_[group], size, rows, count, columns, scratch.products.data());
      for (std::size_t q = 0; q < size; ++q) {
        const float* const products = scratch.products.data() + q * count;
        take(group + q, first, cosines(group + q, products, count, scratch));
      }
    }
  }

 private:
  /// In double, so that a product with it is off by one rounding to float at most.
  static double inverse_length(float square) noexcept {
    if (square == 0) return 0;
    if (!std::isfinite(square)) return std::numeric_limits<double>::quiet_NaN();
    return 1 / std::sqrt(static_cast<double>(square));
  }

  /// Fills the squares of the tile's rows and their products with the first query, and the tile
  /// where they are wanted side by side.
  void sum_squares(std::size_t first, std::size_t count, ScoreScratch& scratch) const {
    if (!in_place_) {
      for (std::size_t k = 0; k < count; ++k) {
        std::copy_n(search_.rows.row(search_.selection.row(first + k)), dim_, scratch.tile.row(k));
      }
    }
    kernels_.row_products(
        {in_place_ ? search_.rows.row(search_.selection.row(first)) : scratch.tile.row(0), count,
         in_place_ ? search_.rows.stride() : scratch.tile.stride(), dim_, pointers_[0],
         scratch.products.data(), scratch.squares.data()});
  }

  std::span<const float> cosines(std::size_t query, const float* products, std::size_t count,
                                 ScoreScratch& scratch) const noexcept {
    const double inverse = inverse_lengths_[query];
    for (std::size_t k = 0; k < count; ++k) {
      scratch.cosines[k] = static_cast<float>(products[k] * (inverse * scratch.inverse_lengths[k]));
    }
    return {scratch.cosines.data(), count};
  }

  const RowSearch& search_;
  std::size_t dim_;
  bool in_place_;
  PaddedRows queries_;
  const simd::KernelTable& kernels_ = active_kernels();
  std::vector<const float*> pointers_;
  std::vector<double> inverse_lengths_;
};

}  // namespace hogvec
