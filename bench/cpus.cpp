#include "bench/cpus.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "engine/topology.hpp"

namespace hogvec::bench {

std::vector<int> usable_cpus() {
  hwloc_topology* const topology = machine_topology();
  if (topology == nullptr) return {};
  const CpuSet allowed = allowed_cpus(topology);
  if (!allowed) return {};
  std::map<hwloc_obj_t, int> seen;
  std::vector<std::pair<int, int>> cpus;  // how many of its core came before, number
  for (int cpu = hwloc_bitmap_next(allowed.get(), -1); cpu >= 0;
       cpu = hwloc_bitmap_next(allowed.get(), cpu)) {
    hwloc_obj* const unit = hwloc_get_pu_obj_by_os_index(topology, static_cast<unsigned>(cpu));
    if (unit == nullptr) continue;  // of no machine that there is
    hwloc_obj* const core = hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_CORE, unit);
    cpus.emplace_back(core == nullptr ? 0 : seen[core]++, cpu);
  }
  std::sort(cpus.begin(), cpus.end());
  std::vector<int> numbers;
  numbers.reserve(cpus.size());
  for (const auto& [before, cpu] : cpus) numbers.push_back(cpu);
  return numbers;
}

}  // namespace hogvec::bench
