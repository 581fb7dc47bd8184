#include "engine/topology.hpp"

#include <pthread.h>
#include <sched.h>

#include <cstddef>

namespace hogvec {
namespace {

using Topology = std::unique_ptr<hwloc_topology, void (*)(hwloc_topology_t)>;

Topology load() {
  hwloc_topology_t made = nullptr;
  Topology topology(nullptr, &hwloc_topology_destroy);
  if (hwloc_topology_init(&made) != 0) return topology;
  topology.reset(made);
  hwloc_topology_set_all_types_filter(made, HWLOC_TYPE_FILTER_KEEP_STRUCTURE);
  hwloc_topology_set_cache_types_filter(made, HWLOC_TYPE_FILTER_KEEP_ALL);
  if (hwloc_topology_load(made) != 0) topology.reset();
  return topology;
}

}  // namespace

hwloc_topology_t machine_topology() {
  static const Topology topology = load();
  return topology.get();
}

CpuSet allowed_cpus(hwloc_topology_t topology) {
  CpuSet allowed(hwloc_bitmap_alloc(), &hwloc_bitmap_free);
  if (allowed && hwloc_get_cpubind(topology, allowed.get(), HWLOC_CPUBIND_THREAD) != 0) {
    allowed.reset();
  }
  return allowed;
}

bool run_on(std::span<const int> cpus) noexcept {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int cpu : cpus) {
    if (cpu < CPU_SETSIZE) CPU_SET(static_cast<std::size_t>(cpu), &set);
  }
  return pthread_setaffinity_np(pthread_self(), sizeof set, &set) == 0;
}

}  // namespace hogvec
