#include "engine/placement.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "engine/memory_nodes.hpp"
#include "engine/resources.hpp"
#include "engine/topology.hpp"

namespace hogvec {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kProbeNanoseconds = 5e6;

double nanoseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::nano>(Clock::now() - begin).count();
}

struct Cpus {
  std::vector<std::vector<int>> domains;  // that the process may use
  bool whole_machine = false;
};

/// By their common L3, or where there is none by their package.
Cpus cpus_by_cache() {
  Cpus cpus;
  hwloc_topology_t topology = machine_topology();
  if (topology == nullptr) return cpus;
  const CpuSet allowed = allowed_cpus(topology);
  if (!allowed) return cpus;
  cpus.whole_machine =
      hwloc_bitmap_isincluded(hwloc_topology_get_complete_cpuset(topology), allowed.get()) != 0;
  for (const hwloc_obj_type_t type : {HWLOC_OBJ_L3CACHE, HWLOC_OBJ_PACKAGE, HWLOC_OBJ_MACHINE}) {
    for (hwloc_obj_t object = hwloc_get_next_obj_by_type(topology, type, nullptr);
         object != nullptr; object = hwloc_get_next_obj_by_type(topology, type, object)) {
      std::vector<int> domain;
      for (int cpu = hwloc_bitmap_next(object->cpuset, -1); cpu >= 0;
           cpu = hwloc_bitmap_next(object->cpuset, cpu)) {
        if (hwloc_bitmap_isset(allowed.get(), static_cast<unsigned>(cpu)) != 0) {
          domain.push_back(cpu);
        }
      }
      if (!domain.empty()) cpus.domains.push_back(std::move(domain));
    }
    if (!cpus.domains.empty()) break;
  }
  return cpus;
}

/// Domains as a line's ways tell them. `round_trip` becomes that between them, or within the one.
void check_by_probe(std::vector<std::vector<int>>& domains, double& round_trip) {
  const Clock::time_point begin = Clock::now();
  const auto probe = [&](int a, int b) {
    const auto measure = [&] {
      return measure_round_trip(a, b, kProbeNanoseconds - nanoseconds_since(begin));
    };
    const double first = measure();
    if (first <= kCommonCache) return first;
    // The system may have been at work on one of the two: what is far stays far.
    const double second = measure();
    return second == 0 ? first : std::min(first, second);
  };
  // The last domain for the others of its kind: they were made alike.
  const std::vector<int>& some = domains.back();
  if (some.size() > 1) {
    round_trip = probe(some.front(), some.back());
    if (round_trip > kCommonCache) {
      std::vector<std::vector<int>> cores;
      for (const std::vector<int>& domain : domains) {
        for (const int cpu : domain) cores.push_back({cpu});
      }
      domains = std::move(cores);
      return;
    }
  }
  if (domains.size() < 2) return;
  const double between = probe(domains.front().front(), domains.back().front());
  if (between == 0) return;
  round_trip = between;
  if (between > kCommonCache) return;
  std::vector<int> all;
  for (const std::vector<int>& domain : domains) {
    all.insert(all.end(), domain.begin(), domain.end());
  }
  domains = {std::move(all)};
}

}  // namespace

double measure_round_trip(int cpu, int other, double limit) {
  constexpr int kTrips = 50;  // of a measurement, short enough that most are not interrupted
  constexpr int kMeasurements = 30;
  struct alignas(128) Line {
    std::atomic<int> value{0};
  };
  const auto line = std::make_unique<Line>();
  constexpr int kGiveUp = -1;
  const Clock::time_point begin = Clock::now();
  const auto late = [&] { return nanoseconds_since(begin) > limit; };
  /// Waits for the value; false: too long, or the other has given up.
  const auto await = [&](int value) {
    for (int looks = 1;; ++looks) {
      const int now = line->value.load(std::memory_order_acquire);
      if (now == value) return true;
      if (now == kGiveUp || (looks % 1'024 == 0 && late())) return false;
    }
  };
  if (limit <= 0) return 0;
  std::thread there([&] {
    bool good = run_on({&other, 1});
    for (int trip = 0; good && trip < kTrips * kMeasurements; ++trip) {
      good = await(2 * trip + 1);
      if (good) line->value.store(2 * trip + 2, std::memory_order_release);
    }
    if (!good) line->value.store(kGiveUp, std::memory_order_release);
  });
  double least = 0;
  std::thread here([&] {
    bool good = run_on({&cpu, 1});
    for (int trip = 0; good && trip < kTrips * kMeasurements;) {
      const Clock::time_point start = Clock::now();
      for (int k = 0; good && k < kTrips; ++k, ++trip) {
        line->value.store(2 * trip + 1, std::memory_order_release);
        good = await(2 * trip + 2);
      }
      const double took = nanoseconds_since(start) / kTrips;
      if (good && (least == 0 || took < least)) least = took;
    }
    if (!good) line->value.store(kGiveUp, std::memory_order_release);
  });
  there.join();
  here.join();
  return least;
}

Placement find_placement(int threads, const PlacementWishes& wishes) {
  Placement placement;
  placement.cores = usable_cores();
  if (threads > 1) placement.memory_nodes = memory_nodes();
  if (wishes.domains > 0) {
    placement.domains = wishes.domains;
    placement.forced = true;
    return placement;
  }
  if (threads < 2) return placement;
  Cpus cpus = cpus_by_cache();
  if (cpus.domains.empty()) return placement;
  check_by_probe(cpus.domains, placement.round_trip);
  placement.domains = static_cast<int>(cpus.domains.size());
  for (std::size_t d = 0; d < cpus.domains.size(); ++d) {
    for (const int cpu : cpus.domains[d]) {
      const auto at = static_cast<std::size_t>(cpu);
      if (placement.domain_of.size() <= at) placement.domain_of.resize(at + 1, -1);
      placement.domain_of[at] = static_cast<int>(d);
    }
  }
  placement.pin = wishes.pin.value_or(cpus.whole_machine);
  return placement;
}

std::vector<int> Placement::cpus_of(int domain) const {
  std::vector<int> cpus;
  for (std::size_t cpu = 0; cpu < domain_of.size(); ++cpu) {
    if (domain_of[cpu] == domain) cpus.push_back(static_cast<int>(cpu));
  }
  return cpus;
}

void PinnedThread::pin(const Placement& placement, int domain) noexcept {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (std::size_t cpu = 0; cpu < placement.domain_of.size() && cpu < CPU_SETSIZE; ++cpu) {
    if (placement.domain_of[cpu] == domain) CPU_SET(cpu, &set);
  }
  pinned_ = pthread_getaffinity_np(pthread_self(), sizeof before_, &before_) == 0 &&
            pthread_setaffinity_np(pthread_self(), sizeof set, &set) == 0;
}

PinnedThread::~PinnedThread() {
  if (pinned_) pthread_setaffinity_np(pthread_self(), sizeof before_, &before_);
}

}  // namespace hogvec
