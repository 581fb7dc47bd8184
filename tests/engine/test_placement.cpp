// find_placement: what it finds on any machine that runs the tests, and what wishes change. Which
// domains a machine has only the machine knows.
#include <doctest/doctest.h>
#include <sched.h>

#include <algorithm>
#include <thread>

#include "engine/placement.hpp"
#include "engine/resources.hpp"

namespace {

using namespace hogvec;

TEST_CASE("every core that may be used has a domain, and every domain a core") {
  const Placement placement = find_placement(4);
  CHECK(placement.cores == usable_cores());
  CHECK(placement.domains >= 1);
  CHECK_FALSE(placement.forced);
  REQUIRE_FALSE(placement.domain_of.empty());
  cpu_set_t allowed;
  REQUIRE(sched_getaffinity(0, sizeof allowed, &allowed) == 0);
  for (std::size_t cpu = 0; cpu < placement.domain_of.size(); ++cpu) {
    CHECK((placement.domain_of[cpu] >= 0) == static_cast<bool>(CPU_ISSET(cpu, &allowed)));
    CHECK(placement.domain_of[cpu] < placement.domains);
  }
  for (int domain = 0; domain < placement.domains; ++domain) {
    CHECK(std::count(placement.domain_of.begin(), placement.domain_of.end(), domain) > 0);
  }
}

TEST_CASE("domains that are wished for are not looked for; nor is anything for one thread") {
  const Placement forced = find_placement(4, {.domains = 16, .pin = false});
  CHECK(forced.domains == 16);
  CHECK(forced.forced);
  CHECK(forced.domain_of.empty());
  const Placement alone = find_placement(1);
  CHECK(alone.domains == 1);
  CHECK(alone.domain_of.empty());
  CHECK(alone.round_trip == 0);
}

TEST_CASE("a process that may use one core has one domain and nothing to probe") {
  Placement placement;
  std::thread([&] {
    cpu_set_t allowed;
    REQUIRE(sched_getaffinity(0, sizeof allowed, &allowed) == 0);
    cpu_set_t one;
    CPU_ZERO(&one);
    for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (!CPU_ISSET(cpu, &allowed)) continue;
      CPU_SET(cpu, &one);
      break;
    }
    REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
    placement = find_placement(2);
  }).join();
  CHECK(placement.domains == 1);
  CHECK(placement.round_trip == 0);
  CHECK(std::count(placement.domain_of.begin(), placement.domain_of.end(), 0) == 1);
}

TEST_CASE("a round trip that cannot be made, or has no time, is not known") {
  CHECK(measure_round_trip(0, CPU_SETSIZE - 1, 5e6) == 0);
  CHECK(measure_round_trip(0, 0, 0) == 0);
}

TEST_CASE("a pinned thread runs in its domain, and then where it did before") {
  Placement placement = find_placement(2);
  if (placement.cores < 2) return;
  placement.pin = true;
  placement.domains = placement.cores;
  int domain = 0;
  int last = -1;
  for (std::size_t cpu = 0; cpu < placement.domain_of.size(); ++cpu) {
    if (placement.domain_of[cpu] < 0) continue;
    placement.domain_of[cpu] = domain++;
    last = static_cast<int>(cpu);
  }
  cpu_set_t before;
  REQUIRE(sched_getaffinity(0, sizeof before, &before) == 0);
  cpu_set_t now;
  {
    const PinnedThread pinned(placement, placement.domain_of[static_cast<std::size_t>(last)]);
    REQUIRE(sched_getaffinity(0, sizeof now, &now) == 0);
    CHECK(CPU_COUNT(&now) == 1);
    CHECK(CPU_ISSET(static_cast<std::size_t>(last), &now));
  }
  REQUIRE(sched_getaffinity(0, sizeof now, &now) == 0);
  CHECK(CPU_EQUAL(&before, &now));
  placement.pin = false;
  const PinnedThread free(placement, 0);
  REQUIRE(sched_getaffinity(0, sizeof now, &now) == 0);
  CHECK(CPU_EQUAL(&before, &now));
}

}  // namespace
