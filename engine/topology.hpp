// The machine as hwloc sees it: its caches, cores and memory nodes.
#pragma once

#include <hwloc.h>

#include <memory>
#include <span>

namespace hogvec {

using CpuSet = std::unique_ptr<hwloc_bitmap_s, void (*)(hwloc_bitmap_t)>;

/// Looked at once, when it is first asked for, which takes some milliseconds; nullptr where it
/// cannot be. Any thread.
hwloc_topology_t machine_topology();

/// The cpus that this thread may use; nullptr where nobody knows.
CpuSet allowed_cpus(hwloc_topology_t topology);

/// From now on the calling thread works on these cpus. False where it may not, and nothing changed.
bool run_on(std::span<const int> cpus) noexcept;

}  // namespace hogvec
