// WorkerRows: what several workers change in their replicas of the most frequent rows comes
// together in the shared ones. 200 rows, of which 128 have replicas; values are integers, so that
// sums are exact in any order.
#include <doctest/doctest.h>

#include "engine/model/matrix.hpp"
#include "engine/train/plan.hpp"
#include "engine/train/worker_rows.hpp"

namespace {

using namespace hogvec;

constexpr std::size_t kRows = 200;
constexpr std::size_t kDim = 20;

void add(WorkerRows& worker, std::size_t k, float value) {
  float* const row = worker.row(k);
  for (std::size_t i = 0; i < kDim; ++i) row[i] += value;
}

TEST_CASE("replicas of two workers come together, and each sees the other's after a refresh") {
  const Matrix shared(kRows, kDim);
  const TrainPlan plan = make_plan({.dim = kDim, .threads = 2});
  WorkerRows first(shared, plan, kTouches);
  WorkerRows second(shared, plan, kTouches);
  for (const std::size_t k : {std::size_t{0}, std::size_t{127}}) {
    add(first, k, 1);
    add(second, k, 10);
    CHECK(shared.row(k)[0] == 0);  // not yet
    first.merge();
    second.merge();
    CHECK(shared.row(k)[kDim - 1] == 11);
    CHECK(first.row(k)[0] == 1);  // as it was merged
    first.refresh();
    CHECK(first.row(k)[kDim - 1] == 11);
    add(first, k, 100);
    first.refresh();
    CHECK(shared.row(k)[0] == 111);
  }
  // A worker that was never at work has the rows of the beginning, until it asks.
  WorkerRows late(shared, plan, kTouches);
  add(first, 5, 7);
  first.merge();
  late.refresh();
  CHECK(late.row(5)[0] == 7);
  late.merge();
  CHECK(shared.row(5)[0] == 7);
}

TEST_CASE("rows that are not frequent, and all rows of one worker, are trained in place") {
  const Matrix shared(kRows, kDim);
  const TrainPlan two = make_plan({.dim = kDim, .threads = 2});
  WorkerRows worker(shared, two, kTouches);
  CHECK(worker.row(128) == shared.row(128));
  CHECK(worker.row(127) != shared.row(127));
  const TrainPlan one = make_plan({.dim = kDim, .threads = 1});
  WorkerRows alone(shared, one, kTouches);
  CHECK(alone.row(0) == shared.row(0));
}

}  // namespace
