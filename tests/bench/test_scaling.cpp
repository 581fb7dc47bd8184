// The model of many cores behind tools/bench scaling -simulate: where the caches say that a line
// comes from, and what follows for workers who do or do not share rows. Whether the costs are this
// machine's only a measurement tells, which the program makes itself.
#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "bench/scaling/caches.hpp"
#include "bench/scaling/simulate.hpp"
#include "bench/scaling/study.hpp"
#include "bench/scaling/touches.hpp"
#include "bench/support.hpp"

namespace {

using namespace hogvec;
using namespace hogvec::bench;

constexpr CacheSizes kSizes{.l2 = 64 * 64, .l3 = 1024 * 64};  // 64 and 1024 lines

TEST_CASE("scaling: a line comes from memory once, and from the L3 when the L2 has dropped it") {
  Caches caches(1, 1, kSizes, 4096);
  CHECK(caches.read(0, 7) == Way::kMemory);
  CHECK(caches.read(0, 7) == Way::kHit);
  CHECK(caches.write(0, 7) == Way::kHit);  // nobody else has it
  // As many lines again as its set holds.
  for (std::uint32_t line = 7 + 8; line < 7 + 8 * 9; line += 8) caches.read(0, line);
  CHECK_FALSE(caches.holds(0, 7));
  CHECK(caches.write(0, 7) == Way::kOwnL3);
}

TEST_CASE("scaling: what another core has written comes from there, and must be claimed") {
  for (const bool far : {false, true}) {
    CAPTURE(far);
    Caches caches(2, far ? 2 : 1, kSizes, 64);
    CHECK(caches.write(0, 3) == Way::kMemory);
    CHECK(caches.read(1, 3) == (far ? Way::kFarCore : Way::kNearCore));
    CHECK(caches.read(0, 3) == Way::kHit);  // both may read it now
    CHECK(caches.write(1, 3) == (far ? Way::kFarUpgrade : Way::kNearUpgrade));
    CHECK_FALSE(caches.holds(0, 3));
    CHECK(caches.write(0, 3) == (far ? Way::kFarCore : Way::kNearCore));
    CHECK_FALSE(caches.holds(1, 3));
  }
}

TEST_CASE("scaling: a modified line that was dropped waits in its domain's L3") {
  Caches caches(4, 2, kSizes, 4096);
  caches.write(0, 5);
  for (std::uint32_t line = 5 + 8; line < 5 + 8 * 9; line += 8) caches.read(0, line);
  REQUIRE_FALSE(caches.holds(0, 5));
  CHECK(caches.read(1, 5) == Way::kOwnL3);
  CHECK(caches.read(2, 5) == Way::kFarCore);
  CHECK(caches.read(3, 5) == Way::kOwnL3);  // its neighbor's copy is as good
  CHECK(caches.write(3, 5) == Way::kFarUpgrade);
}

TEST_CASE("scaling: what no core has written is near in every domain that has it") {
  Caches caches(4, 2, kSizes, 64);
  caches.read(0, 9);
  CHECK(caches.read(1, 9) == Way::kOwnL3);
  CHECK(caches.read(2, 9) == Way::kFarL3);
  CHECK(caches.read(3, 9) == Way::kOwnL3);
}

/// Blocks that each update two rows: always the same.
Touches same_rows(std::uint32_t first, std::uint32_t second, std::size_t blocks) {
  Touches touches;
  for (std::size_t b = 0; b < blocks; ++b) {
    touches.calls.push_back({Kernel::kLogisticBlock, 1, 1});
    touches.rows.push_back(first);
    touches.rows.push_back(second);
    touches.end_block();
  }
  touches.words = blocks;
  return touches;
}

Prediction predict(const std::vector<Touches>& workers, std::size_t domains) {
  Machine machine{.domains = domains, .caches = kSizes, .costs = {}};
  const auto near = static_cast<std::size_t>(Way::kNearCore);
  const auto far = static_cast<std::size_t>(Way::kFarCore);
  machine.costs.fetched[near] = machine.costs.late[near] = 10;
  machine.costs.fetched[far] = machine.costs.late[far] = 50;
  constexpr std::size_t kDim = 7 * 16;  // seven lines
  return simulate(machine, {.word = 90, .pair = 10, .row = 0},
                  {workers, kDim, 16, {16}, std::vector<bool>(16)});
}

TEST_CASE("scaling: workers who share no row are as many times as fast as one") {
  const Prediction one = predict({same_rows(0, 1, 1000)}, 1);
  CHECK(one.words_per_second == doctest::Approx(1e7));  // 100 ns a word
  CHECK(one.computing == doctest::Approx(1));
  const Prediction two = predict({same_rows(0, 1, 1000), same_rows(2, 3, 1000)}, 1);
  CHECK(two.words_per_second == doctest::Approx(2e7).epsilon(0.01));
}

TEST_CASE("scaling: workers who share a row wait for each other, longer when they are far apart") {
  const std::vector<Touches> workers{same_rows(0, 1, 1000), same_rows(0, 2, 1000)};
  const Prediction near = predict(workers, 1);
  const Prediction far = predict(workers, 2);
  CHECK(near.words_per_second < 1.9e7);
  CHECK(far.words_per_second < 0.8 * near.words_per_second);
  CHECK(near.fetched[static_cast<std::size_t>(Way::kNearCore)] +
            near.late[static_cast<std::size_t>(Way::kNearCore)] >
        3);  // of the seven lines of the shared row
}

TEST_CASE("scaling: the touches are those of the engine's workers, in the policy's replicas") {
  const Vocabulary vocabulary = zipf_vocabulary(2'000);
  const Corpus corpus = corpus_of(zipf_vocabulary(2'000), zipf_ids(vocabulary, 60'000));
  const Subject subject(corpus, "skip-gram-ns", 20);
  const Workers in_place = subject.record(subject.policy(2, 1, 1), 2, 1);
  const Workers replicas = subject.record(subject.policy(2, 2, 1), 2, 1);
  const auto merges = [](const Workers& workers) {
    std::size_t count = 0;
    for (const Touches& touches : workers.touches) {
      for (const Call& call : touches.calls) count += call.kernel == Kernel::kMergeRow;
    }
    return count;
  };
  CHECK(merges(in_place) == 0);
  CHECK(merges(replicas) > 100);
  for (const Workers* const workers : {&in_place, &replicas}) {
    for (const Touches& touches : workers->touches) {
      CHECK(touches.words > 5'000);
      CHECK(touches.blocks.size() > 500);
      CHECK(touches.blocks.back().row_end == touches.rows.size());
      CHECK(touches.blocks.back().call_end == touches.calls.size());
      std::size_t shared = 0;
      for (const std::uint32_t row : touches.rows) {
        REQUIRE(row < workers->rows);
        shared += row < 4'000;
      }
      CHECK(shared > touches.rows.size() / 4);
    }
  }
  // Of a frequent word each has a replica of its own.
  const auto first_rows = [](const Touches& touches) {
    std::vector<std::uint32_t> hot;
    for (const std::uint32_t row : touches.rows) {
      if (row >= 4'000) hot.push_back(row);
    }
    return hot;
  };
  const auto a = first_rows(replicas.touches[0]);
  const auto b = first_rows(replicas.touches[1]);
  REQUIRE_FALSE(a.empty());
  REQUIRE_FALSE(b.empty());
  CHECK(std::find(b.begin(), b.end(), a.front()) == b.end());
}

TEST_CASE("scaling: what nobody asks for ahead comes late, and a taken row is waited for") {
  Machine machine{.domains = 1, .caches = kSizes, .costs = {}};
  machine.costs.latency[static_cast<std::size_t>(Way::kNearCore)] = 1000;
  Workers workers{{same_rows(0, 1, 1000), same_rows(0, 2, 1000)}, 7 * 16, 16, {16}, {}};
  workers.not_fetched.resize(16);
  const WorkCosts work{.word = 90, .pair = 10, .row = 0};
  const auto near = static_cast<std::size_t>(Way::kNearCore);
  CHECK(simulate(machine, work, workers).fetched[near] > 0);
  workers.not_fetched[0] = true;
  const Prediction late = simulate(machine, work, workers);
  CHECK(late.fetched[near] == 0);
  CHECK(late.late[near] > 3);
  CHECK(late.waiting > 0.5);
}

TEST_CASE("scaling: costs are those of a distance, or of the other at its round trip") {
  const auto of = [](const LineCosts& costs, Way way) {
    return costs.fetched[static_cast<std::size_t>(way)];
  };
  Prediction counted;
  counted.fetched[static_cast<std::size_t>(Way::kOwnL3)] = 10;
  const PassedLines near{.round_trip = 100, .fetched = 1, .late = 2};
  const PassedLines far{.round_trip = 400, .fetched = 6, .late = 5};
  const LineCosts both = line_costs(30, counted, near, far);
  CHECK(of(both, Way::kOwnL3) == doctest::Approx(3));
  CHECK(of(both, Way::kNearCore) == 1);
  CHECK(of(both, Way::kFarCore) == 6);
  CHECK(of(both, Way::kFarL3) == 6);
  const LineCosts other = scaled(both, 50, 200);
  CHECK(of(other, Way::kOwnL3) == doctest::Approx(3));
  CHECK(of(other, Way::kNearCore) == doctest::Approx(0.5));
  CHECK(of(other, Way::kFarCore) == doctest::Approx(3));
  CHECK(other.latency[static_cast<std::size_t>(Way::kFarCore)] == doctest::Approx(100));
  CHECK(other.latency[static_cast<std::size_t>(Way::kFarUpgrade)] == doctest::Approx(100));
  CHECK(of(other, Way::kFarUpgrade) == doctest::Approx(3));  // what comes with it is near
  CHECK(of(scaled(line_costs(30, counted, near, {}), 50, 200), Way::kFarCore) ==
        doctest::Approx(2));
  CHECK(of(scaled(line_costs(30, counted, {}, far), 100, 400), Way::kNearCore) ==
        doctest::Approx(1.5));
}

TEST_CASE("scaling: trainers ask ahead for all rows but the top of the tree and what merges keep") {
  const Vocabulary vocabulary = zipf_vocabulary(2'000);
  const Corpus corpus = corpus_of(zipf_vocabulary(2'000), zipf_ids(vocabulary, 60'000));
  const Subject subject(corpus, "skip-gram-hs", 20);
  const auto count = [](const Workers& workers) {
    return std::count(workers.not_fetched.begin(), workers.not_fetched.end(), true);
  };
  CHECK(count(subject.record(subject.policy(2, 1, 1), 2, 1)) == 32);
  const Workers replicas = subject.record(subject.policy(2, 2, 1), 2, 1);
  CHECK(count(replicas) > 3 * 32);  // shared, of two sets, and some that were merged
  CHECK(count(replicas) <= 3 * 32 + 2 * 128);
}

TEST_CASE("scaling: a mode that is none is refused") {
  const Corpus corpus = corpus_of(zipf_vocabulary(10), zipf_ids(zipf_vocabulary(10), 100));
  CHECK_THROWS(Subject(corpus, "cbow", 20));
}

}  // namespace
