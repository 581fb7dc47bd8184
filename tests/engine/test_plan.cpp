// TrainPlan: what settings that say "whatever is best" become, and that others stay as they are.
#include <doctest/doctest.h>

#include <utility>

#include "engine/train/plan.hpp"

namespace {

using namespace hogvec;

TEST_CASE("blocks and their noise follow from what is trained, and how large its steps are") {
  const auto of = [](TrainSettings settings) {
    const TrainPlan plan = make_plan(settings);
    return std::pair(plan.block_centers, plan.noise_rows);
  };
  using Pair = std::pair<std::size_t, std::size_t>;
  const auto cbow = Architecture::kCbow;
  CHECK(of({.alpha = 0.025}) == Pair(4, 5));
  CHECK(of({.alpha = 0.035}) == Pair(4, 5));
  CHECK(of({.alpha = 0.05}) == Pair(1, 10));
  CHECK(of({.negatives = 15, .alpha = 0.2}) == Pair(1, 30));
  CHECK(of({.negatives = 500, .alpha = 0.2}) == Pair(1, 500));
  CHECK(of({.hierarchical_softmax = true, .alpha = 0.025}) == Pair(1, 5));
  CHECK(of({.hierarchical_softmax = true, .alpha = 0.2}) == Pair(1, 5));
  CHECK(of({.architecture = cbow, .alpha = 0.05}) == Pair(4, 6));
  CHECK(of({.architecture = cbow, .alpha = 0.2}) == Pair(4, 6));
  CHECK(of({.block_centers = 2, .alpha = 0.2}) == Pair(2, 5));
  CHECK(of({.noise_rows = 7, .alpha = 0.2}) == Pair(1, 7));
}

TEST_CASE("a window of 0 is the whole sentence, which then does not shrink") {
  const TrainPlan whole = make_plan({.window = 0});
  CHECK(whole.window == 1000);
  CHECK_FALSE(whole.shrink_windows);
  CHECK(make_plan({.window = 5}).shrink_windows);
}

}  // namespace
