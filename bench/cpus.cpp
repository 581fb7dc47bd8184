#include "bench/cpus.hpp"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

#include "engine/topology.hpp"

namespace hogvec::bench {
namespace {

/// The core of a cpu, or nullptr where each cpu is one.
hwloc_obj_t core_of(hwloc_topology_t topology, int cpu) {
  hwloc_obj* const unit = hwloc_get_pu_obj_by_os_index(topology, static_cast<unsigned>(cpu));
  return unit == nullptr ? nullptr : hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_CORE, unit);
}

}  // namespace

std::vector<int> usable_cpus() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return {};
  hwloc_topology* const topology = machine_topology();
  std::map<hwloc_obj_t, int> seen;
  std::vector<std::pair<int, int>> cpus;  // how many of its core came before, number
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(static_cast<std::size_t>(cpu), &allowed)) continue;
    hwloc_obj* const core = topology == nullptr ? nullptr : core_of(topology, cpu);
    cpus.emplace_back(core == nullptr ? 0 : seen[core]++, cpu);
  }
  std::sort(cpus.begin(), cpus.end());
  std::vector<int> numbers;
  numbers.reserve(cpus.size());
  for (const auto& [before, cpu] : cpus) numbers.push_back(cpu);
  return numbers;
}

void run_on(const std::vector<int>& cpus) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int cpu : cpus) CPU_SET(static_cast<std::size_t>(cpu), &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

}  // namespace hogvec::bench
