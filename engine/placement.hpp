// Where the threads of a run work: which cores share a cache, and how far apart the others are.
#pragma once

#include <sched.h>

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
};

/// What the machine says (hwloc), checked by a probe, because virtual machines say what is not so:
/// cores that are said to share a cache and are far apart are domains of their own, and domains
/// that are near each other are one. Takes about a millisecond, of which the probe has at most
/// five. With one thread nothing is looked at but the cores.
Placement find_placement(int threads, const PlacementWishes& wishes = {});

/// Nanoseconds for a cache line to go from one cpu to another and back, the least of some dozen
/// measurements. 0: within `limit` nanoseconds they did not come together, or one may not be used.
double measure_round_trip(int cpu, int other, double limit);

/// Lives while its thread may only run on the cores of one domain, of a placement with pin.
class PinnedThread {
 public:
  /// Changes nothing where the placement does not pin.
  PinnedThread(const Placement& placement, int domain) noexcept;
  PinnedThread(const PinnedThread&) = delete;
  PinnedThread& operator=(const PinnedThread&) = delete;
  ~PinnedThread();

 private:
  bool pinned_ = false;
  cpu_set_t before_{};
};

}  // namespace hogvec
