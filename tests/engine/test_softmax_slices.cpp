// How the rows of W' are cut for threads that own them, and what the full softmax takes of memory
// beside the model. Out of scope: what an allocator adds.
#include <doctest/doctest.h>

#include <vector>

#include "engine/train/softmax/sweeps.hpp"

namespace {

using namespace hogvec;

TEST_CASE("slices cover all rows in whole tiles and depend on no thread") {
  for (const std::size_t rows : {1, 95, 1'024, 9'000, 70'000, 1'000'000}) {
    TrainSettings settings{.full_softmax = true, .negatives = 0};
    const std::vector<std::size_t> begins = softmax_slices(rows, 100, settings);
    CHECK(begins.front() == 0);
    CHECK(begins.back() == rows);
    for (std::size_t s = 0; s + 1 < begins.size(); ++s) {
      CHECK(begins[s] < begins[s + 1]);
      CHECK(begins[s] % simd::kScoreTileRows == 0);
    }
    settings.threads = 7;
    CHECK(softmax_slices(rows, 100, settings) == begins);
  }
}

TEST_CASE("the scratch of a run is that of a batch of scores, once for all owners of rows") {
  for (const std::size_t rows : {10'000, 60'000, 1'000'000}) {
    for (const std::size_t dim : {100, 300}) {
      CAPTURE(rows);
      CAPTURE(dim);
      TrainSettings settings{.full_softmax = true, .negatives = 0, .dim = dim};
      const std::size_t scores = rows * softmax_batch(settings) * sizeof(float);
      // Vectors and sums of the batch, and what fills up the last tile.
      const std::size_t beside =
          softmax_batch(settings) * sizeof(float) * (7 * simd::padded(dim) + simd::kScoreTileRows);
      const std::size_t one = softmax_memory(rows, settings);
      CHECK(one >= scores);
      CHECK(one < scores + scores / 4 + beside);  // slices have at least four rows a dimension
      settings.threads = 8;
      CHECK(softmax_memory(rows, settings) == one);
      settings.softmax_threads = SoftmaxThreads::kHogwild;
      const std::size_t hogwild = softmax_memory(rows, settings);
      CHECK(hogwild >= 8 * scores);
      CHECK(hogwild < 8 * (scores + beside));
    }
  }
}

}  // namespace
