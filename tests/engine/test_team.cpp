// A team's rounds: every slice once a round, what one round writes the next one sees, whatever the
// number of threads and slices and however late a thread is. That slices stay with their owner is a
// matter of speed (bench/). Out of scope: the softmax that is made of rounds
// (test_full_softmax.cpp).
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "engine/team.hpp"

namespace {

using hogvec::Team;

TEST_CASE("every slice is worked on once a round, and the next round sees what it left") {
  for (const int threads : {1, 2, 5, 33}) {
    for (const std::size_t slices : {1u, 2u, 3u, 16u, 64u}) {
      CAPTURE(threads);
      CAPTURE(slices);
      Team team(threads, slices);
      // Plain numbers: ThreadSanitizer sees a slice that two have at once, or a round that begins
      // before the last one ended.
      std::vector<std::size_t> visits(slices);
      constexpr std::size_t kRounds = 50;
      for (std::size_t round = 0; round < kRounds; ++round) {
        // Each reads what another has written a round ago.
        std::vector<std::size_t> seen(slices);
        const std::vector<std::size_t> before = visits;
        team.for_each_slice([&](std::size_t slice, std::size_t) {
          seen[slice] = before[(slice + 1) % slices];
          ++visits[slice];
        });
        CHECK(seen == std::vector<std::size_t>(slices, round));
      }
      CHECK(visits == std::vector<std::size_t>(slices, kRounds));
    }
  }
}

TEST_CASE("a team of no slices has nothing to do") {
  Team team(4, 0);
  team.for_each_slice([](std::size_t, std::size_t) { FAIL("there is none"); });
}

TEST_CASE("threads that sleep because no round came for long come again") {
  Team team(3, 6);
  for (int round = 0; round < 5; ++round) {
    std::atomic<int> visits{0};
    team.for_each_slice([&](std::size_t, std::size_t) { ++visits; });
    CHECK(visits == 6);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

/// A round in which `slow` ends when all other slices have: if they waited for it, never. The limit
/// turns that into a failure.
void others_end_first(Team& team, std::size_t slow) {
  CAPTURE(slow);
  std::atomic<int> others{0};
  const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  team.for_each_slice([&](std::size_t slice, std::size_t) {
    if (slice != slow) {
      ++others;
      return;
    }
    while (others < 7 && std::chrono::steady_clock::now() < limit) std::this_thread::yield();
    REQUIRE(others == 7);
  });
}

TEST_CASE("a thread that gets no further keeps only the slice that it has begun") {
  Team team(2, 8);
  for (const std::size_t slow : {0u, 3u, 4u, 7u}) others_end_first(team, slow);
}

TEST_CASE("a round that opens as a thread goes to sleep wakes it") {
  Team team(2, 8);
  // From rounds that follow at once to such as no thread waits for.
  for (int round = 0; round < 4000; ++round) {
    const auto next = std::chrono::steady_clock::now() + std::chrono::nanoseconds(100) * round;
    while (std::chrono::steady_clock::now() < next) continue;
    others_end_first(team, 0);
  }
}

TEST_CASE("what is thrown in a round arrives when it has ended, and others may follow") {
  for (const int threads : {1, 4}) {
    CAPTURE(threads);
    Team team(threads, 16);
    CHECK_THROWS_AS(team.for_each_slice([](std::size_t slice, std::size_t) {
      if (slice == 9) throw std::runtime_error("x");
    }),
                    std::runtime_error);
    std::atomic<int> visits{0};
    team.for_each_slice([&](std::size_t, std::size_t) { ++visits; });
    CHECK(visits == 16);
  }
}

TEST_CASE("teams of several threads work side by side, and one may be moved") {
  std::vector<std::thread> callers;
  std::vector<std::size_t> sums(3);
  for (std::size_t caller = 0; caller < sums.size(); ++caller) {
    callers.emplace_back([&sums, caller] {
      Team first(3, 12);
      Team team(std::move(first));
      std::vector<std::size_t> visits(12);
      for (int round = 0; round < 100; ++round) {
        team.for_each_slice([&](std::size_t slice, std::size_t) { visits[slice] += slice; });
      }
      for (const std::size_t n : visits) sums[caller] += n;
    });
  }
  for (std::thread& caller : callers) caller.join();
  CHECK(sums == std::vector<std::size_t>(3, 100 * 66));
}

}  // namespace
