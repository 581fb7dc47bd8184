// Where the threads of a run work: which cores share a cache, and how far apart the others are.
#pragma once

#include <sched.h>

#include <cstddef>
#include <optional>
#include <vector>

namespace hogvec {

/// What a caller wants of it.
struct PlacementWishes {
  int domains = 0;          // 0: as they are found; else as if there were so many
  std::optional<bool> pin;  // none: where the process has the whole machine
};

/// A domain is a group of cores that share a cache.
struct Placement {
  int cores = 0;  // that the process may use; 0: nobody knows, each worker may have one
  int domains = 1;
  std::vector<int> domain_of{};  // of each cpu, -1 of those that the process may not use; empty:
                                 // nobody knows
  /// Nanoseconds for a cache line to go to another core and back: between domains, or between cores
  /// where there is one. 0: nobody knows.
  double round_trip = 0;
  bool forced = false;  // the domains are a wish: which cores they have is not looked at
  bool pin = false;     // a thread stays in its domain
  int memory_nodes = 1;

  /// Whether a thread of a domain stays on its cores.
  bool pins() const noexcept { return pin && !forced && domains > 1; }
  /// The cpus of a domain; none where nobody knows.
  std::vector<int> cpus_of(int domain) const;
};

/// What the machine says (hwloc), checked by a probe, because virtual machines say what is not so:
/// cores that are said to share a cache and are far apart are domains of their own, and domains
/// that are near each other are one. Takes about a millisecond, of which the probe has at most
/// five. With one thread nothing is looked at but the cores.
Placement find_placement(int threads, const PlacementWishes& wishes = {});

/// Where the threads of one worker are: in some neighboring domains.
struct TeamPlace {
  const Placement* placement = nullptr;  // none: wherever the system puts them
  int first_domain = 0;
  int domains = 1;

  /// That of one of so many threads.
  int domain_of(std::size_t thread, std::size_t threads) const noexcept {
    return first_domain + static_cast<int>(thread * static_cast<std::size_t>(domains) / threads);
  }
  /// Where threads stay in their domains.
  bool pins() const noexcept { return placement != nullptr && placement->pins(); }
};

/// Nanoseconds that a line's way there and back takes at most between cores with a common cache:
/// with a common L3 up to 170, without from 400.
inline constexpr double kCommonCache = 250;

/// Nanoseconds for a cache line to go from one cpu to another and back, the least of some dozen
/// measurements. 0: within `limit` nanoseconds they did not come together, or one may not be used.
double measure_round_trip(int cpu, int other, double limit);

/// Lives while its thread may only run on the cores of one domain, of a placement with pin.
class PinnedThread {
 public:
  /// Changes nothing where the placement does not pin.
  PinnedThread(const Placement& placement, int domain) noexcept {
    if (placement.pins()) pin(placement, domain);
  }
  /// One of so many threads at this place.
  PinnedThread(const TeamPlace& place, std::size_t thread, std::size_t threads) noexcept {
    if (place.pins()) pin(*place.placement, place.domain_of(thread, threads));
  }
  PinnedThread(const PinnedThread&) = delete;
  PinnedThread& operator=(const PinnedThread&) = delete;
  ~PinnedThread();

 private:
  void pin(const Placement& placement, int domain) noexcept;

  bool pinned_ = false;
  cpu_set_t before_{};
};

}  // namespace hogvec
