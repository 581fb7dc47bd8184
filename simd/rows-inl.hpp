// Rows of any layout against one query: their products with it, and with themselves.
#pragma once

#include "simd/scores-inl.hpp"

namespace hogvec::simd {
namespace {

/// A row is loaded once for both sums. Four rows make eight chains, which is what two FMA ports of
/// four cycles want.
template <std::size_t kRows>
HOGVEC_INLINE void products_of_rows(const RowProducts& block, std::size_t first) noexcept {
  const float* const rows = block.rows + first * block.stride;
  Floats products[kRows];
  Floats squares[kRows];
  HOGVEC_UNROLL
  for (std::size_t r = 0; r < kRows; ++r) products[r] = squares[r] = zero();
  const auto add = [&](std::size_t r, const Floats& x, const Floats& q) {
    products[r] = fma(q, x, products[r]);
    squares[r] = fma(x, x, squares[r]);
  };
  const std::size_t whole = block.dim / kLanes * kLanes;
  for (std::size_t column = 0; column < whole; column += kLanes) {
    const Floats q = load(block.query + column);
    HOGVEC_UNROLL
    for (std::size_t r = 0; r < kRows; ++r) add(r, load_any(rows + r * block.stride + column), q);
  }
  if (whole < block.dim) {
    const Floats q = load(block.query + whole);
    HOGVEC_UNROLL
    for (std::size_t r = 0; r < kRows; ++r) {
      add(r, load_part(rows + r * block.stride + whole, block.dim - whole), q);
    }
  }
  store_all_sums<kRows, false>(products, block.products + first);
  store_all_sums<kRows, false>(squares, block.squares + first);
}

void row_products(const RowProducts& block) noexcept {
  constexpr std::size_t kTogether = 4;
  std::size_t row = 0;
  for (; row + kTogether <= block.row_count; row += kTogether) {
    products_of_rows<kTogether>(block, row);
  }
  for (; row < block.row_count; ++row) products_of_rows<1>(block, row);
}

}  // namespace
}  // namespace hogvec::simd
