// RowReplicas and ReplicatedRows: what several workers change in their sets of replicas of the most
// frequent rows comes together in the shared ones; and which sets there are for whom. 200 rows, of
// which 128 have replicas; values are integers, so that sums are exact in any order.
#include <doctest/doctest.h>

#include <algorithm>

#include "engine/model/matrix.hpp"
#include "engine/train/model_rows.hpp"
#include "engine/train/plan.hpp"
#include "engine/train/row_replicas.hpp"

namespace {

using namespace hogvec;

constexpr std::size_t kRows = 200;
constexpr std::size_t kHot = 128;
constexpr std::size_t kDim = 20;
constexpr std::uint32_t kTouches = 8;

void add(ReplicatedRows& worker, std::size_t k, float value) {
  float* const row = worker.row(k);
  for (std::size_t i = 0; i < kDim; ++i) row[i] += value;
}

TEST_CASE("replicas of two sets come together, and each sees the other's after a refresh") {
  const Matrix shared(kRows, kDim);
  const RowReplicas replicas(shared, 2, kHot, kTouches);
  ReplicatedRows first(replicas);
  ReplicatedRows second(replicas);
  second.use_set(1);
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
  // A set that was never at work has the rows of the beginning, until a worker asks.
  const RowReplicas more(shared, 2, kHot, kTouches);
  ReplicatedRows late(more);
  add(first, 5, 7);
  first.merge();
  late.refresh();
  CHECK(late.row(5)[0] == 7);
  late.merge();
  CHECK(shared.row(5)[0] == 7);
}

TEST_CASE("a row is merged after so many touches of one worker") {
  const Matrix shared(kRows, kDim);
  const RowReplicas replicas(shared, 2, kHot, kTouches);
  ReplicatedRows worker(replicas);
  for (std::uint32_t touch = 1; touch <= kTouches; ++touch) {
    CHECK(shared.row(3)[0] == 0);
    add(worker, 3, 1);
  }
  // Before the last one was trained.
  CHECK(shared.row(3)[0] == kTouches - 1);
}

TEST_CASE("workers of a set train the same replicas, and what one has changed the other merges") {
  const Matrix shared(kRows, kDim);
  const RowReplicas replicas(shared, 2, kHot, kTouches);
  ReplicatedRows first(replicas);
  ReplicatedRows second(replicas);
  CHECK(first.row(9) == second.row(9));
  add(first, 9, 1);
  add(second, 9, 2);
  second.merge();
  CHECK(shared.row(9)[0] == 3);
  first.merge();  // nothing is added twice
  CHECK(shared.row(9)[0] == 3);
}

TEST_CASE(
    "who moves to another core leaves nothing behind, and takes up what others have trained") {
  const Matrix shared(kRows, kDim);
  const RowReplicas replicas(shared, 2, kHot, kTouches);
  ReplicatedRows worker(replicas);
  add(worker, 9, 3);
  CHECK(shared.row(9)[0] == 0);
  worker.use_set(0);  // it was there
  CHECK(shared.row(9)[0] == 0);
  shared.row(20)[0] = 5;  // as another set has merged it
  worker.use_set(1);
  CHECK(shared.row(9)[0] == 3);
  CHECK(worker.row(9) != shared.row(9));
  CHECK(worker.row(9)[0] == 3);
  CHECK(worker.row(20)[0] == 5);
  add(worker, 9, 1);
  worker.use_set(0);
  CHECK(worker.row(9)[0] == 4);
  worker.merge();
  CHECK(shared.row(9)[0] == 4);
}

TEST_CASE("rows that are not frequent, and all rows where there is one set, are trained in place") {
  const Matrix shared(kRows, kDim);
  const RowReplicas two(shared, 2, kHot, kTouches);
  ReplicatedRows worker(two);
  CHECK(worker.row(128) == shared.row(128));
  CHECK(worker.row(127) != shared.row(127));
  for (const std::size_t sets : {0u, 1u}) {
    const RowReplicas none(shared, sets, kHot, kTouches);
    ReplicatedRows alone(none);
    CHECK(alone.row(0) == shared.row(0));
    CHECK(none.memory() == 0);
  }
  const RowReplicas all(shared, 3, 1'000, kTouches);
  CHECK(all.rows() == kRows);
  CHECK(all.memory() >= 3 * 2 * kRows * shared.stride() * sizeof(float));
}

/// The plan of so many threads where so many cores lie in so many domains.
ReplicaPolicy policy_of(int threads, int cores, int domains, bool forced = false) {
  Placement placement;
  placement.cores = cores;
  placement.domains = domains;
  placement.forced = forced;
  return replica_policy(make_plan({.threads = threads}), placement);
}

TEST_CASE("there are sets for cores, not for threads, as many in every domain, and few enough") {
  CHECK(policy_of(1, 8, 1).sets == 0);
  CHECK(policy_of(64, 1, 1).sets == 0);
  CHECK(policy_of(2, 2, 1).sets == 2);
  CHECK(policy_of(256, 2, 1).sets == 2);
  CHECK(policy_of(64, 64, 1).sets == 16);
  CHECK(policy_of(64, 64, 8).sets == 8);
  CHECK(policy_of(60, 60, 5).sets == 5);
  CHECK(policy_of(60, 60, 4).sets == 8);
  CHECK(policy_of(96, 96, 12).sets == 12);
  CHECK(policy_of(128, 128, 2).sets == 8);
  CHECK(policy_of(256, 256, 32).sets == 16);
  CHECK(policy_of(7, 0, 1).sets == 7);  // nobody knows the cores
  CHECK(policy_of(32, 2, 4, true).sets == 4);
  CHECK(policy_of(2, 2, 16, true).sets == 2);
  for (const int threads : {2, 3, 8, 33, 64, 128, 1'000}) {
    for (const int domains : {1, 2, 4, 8, 16, 64}) {
      const ReplicaPolicy policy = policy_of(threads, threads, domains);
      CHECK(policy.sets * policy.touches <= 64);
      CHECK(policy.touches >= 4);
    }
  }
}

TEST_CASE(
    "of skip-gram on the tree the nodes have replicas, and words none; the softmax has none") {
  const auto policy = [](const TrainSettings& settings) {
    return replica_policy(make_plan(settings), {});
  };
  const ReplicaPolicy tree = policy({.hierarchical_softmax = true, .negatives = 0, .threads = 2});
  CHECK(tree.node_rows == 128);
  CHECK(tree.input_rows == 0);
  const ReplicaPolicy noise = policy({.threads = 2});
  CHECK(noise.input_rows == 128);
  CHECK(noise.output_rows == 128);
  CHECK(policy_of(2, 2, 2).output_rows == 512);
  CHECK(policy_of(8, 8, 2).output_rows == 1024);
  CHECK(policy_of(128, 128, 2).output_rows == 2048);
  CHECK(policy_of(64, 64, 1).output_rows == 128);
  CHECK(policy({.full_softmax = true, .negatives = 0, .threads = 2}).sets == 0);
}

TEST_CASE("cpus of one domain have its sets, and no other has them") {
  Placement placement;
  placement.cores = 6;
  placement.domains = 2;
  placement.domain_of = {0, 1, 0, -1, 1, 0, 1};
  CHECK(sets_of_cpus(2, placement) == std::vector<std::uint16_t>{0, 1, 0, 0, 1, 0, 1});
  CHECK(sets_of_cpus(6, placement) == std::vector<std::uint16_t>{0, 3, 1, 0, 4, 2, 5});
  CHECK(sets_of_cpus(4, placement) == std::vector<std::uint16_t>{0, 2, 0, 0, 2, 1, 3});
  // More domains than sets: neighbors share one.
  placement.domains = 7;
  placement.domain_of = {0, 1, 2, 3, 4, 5, 6};
  const std::vector<std::uint16_t> sets = sets_of_cpus(2, placement);
  CHECK(std::is_sorted(sets.begin(), sets.end()));
  CHECK(sets.back() == 1);
  placement.forced = true;
  CHECK(sets_of_cpus(4, placement).empty());
}

}  // namespace
