// row_products on every table, against plain double sums and against score_rows.
//
// Sizes: every D of kDims; 1 to 9 rows, which are and are not fours; rows that lie D and more
// floats apart, at addresses that are and are not those of a register. Tolerance: a sum of D
// products is off by at most D roundings of the sum of their sizes.
#include <doctest/doctest.h>

#include <vector>

#include "simd/kernels.hpp"
#include "tests/simd/kernels_under_test.hpp"

namespace {

using namespace hogvec::testing;  // NOLINT(google-build-using-namespace): one file, one subject
namespace simd = hogvec::simd;

struct Layout {
  std::size_t rows;
  std::size_t dim;
  std::size_t gap;     // floats between two rows
  std::size_t offset;  // of the first row from a 64-byte boundary
};

/// Values of the layout's rows with NaN between them, of which nothing may be read.
struct Problem {
  explicit Problem(const Layout& layout)
      : stride(layout.dim + layout.gap),
        block((layout.rows - 1) * stride + layout.dim, layout.offset),
        products(layout.rows),
        squares(layout.rows) {
    Random random(layout.rows * 1000 + layout.dim);
    std::vector<float> packed_query(layout.dim);
    for (float& x : packed_query) x = random.signed_value(1.0);
    query = padded_rows(packed_query, 1, layout.dim);
    for (std::size_t k = 0; k < layout.rows; ++k) {
      for (std::size_t d = 0; d < layout.dim; ++d) {
        const float x = random.signed_value(1.0);
        block[k * stride + d] = x;
        packed.push_back(x);
      }
    }
  }

  std::size_t stride;
  Guarded<float> block;
  Guarded<float> query{0};
  Guarded<float> products;
  Guarded<float> squares;
  std::vector<float> packed;
};

void check_products(const simd::KernelTable& kernels, const Layout& layout) {
  CAPTURE(layout.rows);
  CAPTURE(layout.dim);
  CAPTURE(layout.gap);
  CAPTURE(layout.offset);
  Problem problem(layout);
  kernels.row_products({problem.block.data(), layout.rows, problem.stride, layout.dim,
                        problem.query.data(), problem.products.data(), problem.squares.data()});
  std::vector<Sum> products(layout.rows);
  std::vector<Sum> squares(layout.rows);
  for (std::size_t k = 0; k < layout.rows; ++k) {
    for (std::size_t d = 0; d < layout.dim; ++d) {
      const double x = problem.packed[k * layout.dim + d];
      products[k].add(x * problem.query[d]);
      squares[k].add(x * x);
    }
  }
  check_sums(problem.products, products, layout.dim);
  check_sums(problem.squares, squares, layout.dim);
  CHECK((problem.block.intact() && problem.query.intact()));
  CHECK((problem.products.intact() && problem.squares.intact()));

  const Guarded<float> rows = padded_rows(problem.packed, layout.rows, layout.dim);
  std::vector<const float*> pointers;
  for (std::size_t k = 0; k < layout.rows; ++k) {
    pointers.push_back(rows.data() + k * simd::padded(layout.dim));
  }
  const float* const query = problem.query.data();
  std::vector<float> scores(layout.rows + 3);  // which score_rows writes past the end
  kernels.score_rows(&query, 1, pointers.data(), layout.rows, simd::padded(layout.dim),
                     scores.data());
  scores.resize(layout.rows);
  CHECK(same_bits(scores, problem.products));
}

}  // namespace

TEST_CASE("row_products is the product of rows with a query and with themselves, in any layout") {
  on_every_table([](const simd::KernelTable& kernels) {
    for (const std::size_t dim : kDims) {
      for (std::size_t rows = 1; rows <= 9; ++rows) check_products(kernels, {rows, dim, 0, 0});
      check_products(kernels, {6, dim, 0, 1});
      check_products(kernels, {6, dim, 3, 5});
    }
  });
}
