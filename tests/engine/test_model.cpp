// initialize: the first values of a model, against the reference's generator number by number. Rows
// and their strides.
#include <doctest/doctest.h>

#include <algorithm>

#include "engine/model/model.hpp"
#include "tests/engine/small_runs.hpp"

namespace {

using namespace hogvec;

ModelShape shape_of(std::size_t words, std::size_t dim) {
  ModelShape shape;
  shape.words = words;
  shape.dim = dim;
  shape.output = true;
  return shape;
}

TEST_CASE("the first values are the reference's, also where its numbers come again") {
  struct Size {
    std::size_t words, dim;
  };
  // Fewer than 2^16 values, so many, more, in rows that their return cuts, and a row of more.
  for (const Size size : {Size{3, 5}, {512, 128}, {1500, 100}, {2, 70'000}}) {
    for (const int threads : {1, 3}) {
      for (const std::uint64_t seed : {1u, 12345u}) {
        CAPTURE(size.words);
        CAPTURE(threads);
        CAPTURE(seed);
        const Model model(shape_of(size.words, size.dim));
        initialize(model, seed, threads);
        const auto expected = testing::initial_reference(size.words, size.dim, seed);
        CHECK(testing::largest_difference(model.input, expected.input) == 0);
        CHECK(testing::largest_difference(model.output, expected.output) == 0);
      }
    }
  }
}

TEST_CASE("rows begin at cache lines, and never all in the same sets of a cache of 4 KiB a way") {
  for (std::size_t dim = 1; dim <= 5000; ++dim) {
    const std::size_t stride = row_stride(dim);
    CAPTURE(dim);
    CHECK(stride % 16 == 0);
    CHECK(stride >= dim);
    CHECK(stride < dim + 32);
    CHECK(stride % 1024 != 0);
  }
  CHECK(row_stride(0) == 0);
  CHECK(row_stride(100) == 112);
  CHECK(row_stride(1024) == 1040);
}

TEST_CASE("rows are copied to rows of another stride, and what lies between these stays") {
  const Matrix from(3, 20);
  const Matrix wide(3, 50);
  for (std::size_t k = 0; k < 3; ++k) std::fill_n(from.row(k), 20, static_cast<float>(k + 1));
  std::fill_n(wide.data(), 3 * wide.stride(), -1.0F);
  copy_rows(from.view(), MatrixView(wide.data(), 3, 20, wide.stride()));
  for (std::size_t k = 0; k < 3; ++k) {
    for (std::size_t d = 0; d < wide.stride(); ++d) {
      CHECK(wide.row(k)[d] == (d < 20 ? static_cast<float>(k + 1) : -1.0F));
    }
  }
}

}  // namespace
