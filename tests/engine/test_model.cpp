// initialize: the first values of a model, against the reference's generator number by number.
#include <doctest/doctest.h>

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

}  // namespace
