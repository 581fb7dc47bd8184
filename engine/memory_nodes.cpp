#include "engine/memory_nodes.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

#include "engine/topology.hpp"

namespace hogvec {
namespace {

constexpr std::size_t kHugePage = 2u << 20;

/// Nodes of the cpus, of which the process may have memory: of each cpu the first. Others that are
/// near it are of another kind, larger and slower or small and fast, and have higher numbers.
CpuSet nodes_of(hwloc_topology_t topology, hwloc_const_cpuset_t cpus) noexcept {
  CpuSet nodes(hwloc_bitmap_alloc(), &hwloc_bitmap_free);
  const CpuSet left(hwloc_bitmap_dup(cpus), &hwloc_bitmap_free);
  if (!nodes || !left) return nodes;
  hwloc_const_nodeset_t allowed = hwloc_topology_get_allowed_nodeset(topology);
  for (int node = hwloc_bitmap_next(allowed, -1); node >= 0;
       node = hwloc_bitmap_next(allowed, node)) {
    hwloc_obj_t object = hwloc_get_numanode_obj_by_os_index(topology, static_cast<unsigned>(node));
    if (object == nullptr || object->attr->numanode.local_memory == 0 ||
        hwloc_bitmap_intersects(object->cpuset, left.get()) == 0) {
      continue;
    }
    hwloc_bitmap_set(nodes.get(), static_cast<unsigned>(node));
    hwloc_bitmap_andnot(left.get(), left.get(), object->cpuset);
  }
  return nodes;
}

/// Nobody has chosen where this thread's memory lies.
bool has_default_policy(hwloc_topology_t topology) noexcept {
  const CpuSet nodes(hwloc_bitmap_alloc(), &hwloc_bitmap_free);
  hwloc_membind_policy_t policy = HWLOC_MEMBIND_DEFAULT;
  if (!nodes || hwloc_get_membind(topology, nodes.get(), &policy,
                                  HWLOC_MEMBIND_THREAD | HWLOC_MEMBIND_BYNODESET) != 0) {
    return false;
  }
  return policy == HWLOC_MEMBIND_DEFAULT || policy == HWLOC_MEMBIND_FIRSTTOUCH;
}

/// Null where the memory is left alone: on one node, or chosen already.
CpuSet nodes_to_use(hwloc_topology_t topology) noexcept {
  CpuSet none(nullptr, &hwloc_bitmap_free);
  if (topology == nullptr || hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_NUMANODE) < 2) {
    return none;
  }
  const CpuSet cpus = allowed_cpus(topology);
  if (!cpus || !has_default_policy(topology)) return none;
  CpuSet nodes = nodes_of(topology, cpus.get());
  return nodes && hwloc_bitmap_weight(nodes.get()) > 1 ? std::move(nodes) : std::move(none);
}

/// Neighbors on the first and the last page keep what is theirs.
void bind_whole_pages(hwloc_topology_t topology, const void* data, std::size_t bytes,
                      hwloc_const_nodeset_t nodes, hwloc_membind_policy_t policy,
                      int flags = 0) noexcept {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto address = reinterpret_cast<std::uintptr_t>(data);
  const std::uintptr_t begin = (address + page - 1) / page * page;
  const std::uintptr_t end = (address + bytes) / page * page;
  if (end <= begin) return;
  // Where it fails the memory lies where the system puts it: slower, and as right.
  hwloc_set_area_membind(topology, reinterpret_cast<const void*>(begin), end - begin, nodes, policy,
                         HWLOC_MEMBIND_BYNODESET | flags);
}

}  // namespace

int memory_nodes() {
  const CpuSet nodes = nodes_to_use(machine_topology());
  return nodes ? hwloc_bitmap_weight(nodes.get()) : 1;
}

void interleave(const void* data, std::size_t bytes) noexcept {
  hwloc_topology_t topology = machine_topology();
  const CpuSet nodes = nodes_to_use(topology);
  if (nodes) bind_whole_pages(topology, data, bytes, nodes.get(), HWLOC_MEMBIND_INTERLEAVE);
}

void interleave_rows(MatrixView rows) noexcept {
  const std::size_t bytes = rows.rows() * rows.stride() * sizeof(float);
  const auto nodes = static_cast<std::size_t>(memory_nodes());
  if (bytes == 0 || nodes < 2) return;
  madvise(rows.data(), std::min(bytes, nodes * kHugePage), MADV_NOHUGEPAGE);
  interleave(rows.data(), bytes);
}

InterleavedThread::InterleavedThread() noexcept {
  hwloc_topology_t topology = machine_topology();
  const CpuSet nodes = nodes_to_use(topology);
  changed_ = nodes && hwloc_set_membind(topology, nodes.get(), HWLOC_MEMBIND_INTERLEAVE,
                                        HWLOC_MEMBIND_THREAD | HWLOC_MEMBIND_BYNODESET) == 0;
}

InterleavedThread::~InterleavedThread() {
  if (!changed_) return;
  hwloc_topology_t topology = machine_topology();
  hwloc_set_membind(topology, hwloc_topology_get_allowed_nodeset(topology), HWLOC_MEMBIND_DEFAULT,
                    HWLOC_MEMBIND_THREAD | HWLOC_MEMBIND_BYNODESET);
}

void move_near(const std::vector<int>& cpus, const void* data, std::size_t bytes) noexcept {
  hwloc_topology_t topology = machine_topology();
  if (cpus.empty() || !nodes_to_use(topology)) return;
  const CpuSet set(hwloc_bitmap_alloc(), &hwloc_bitmap_free);
  if (!set) return;
  for (const int cpu : cpus) hwloc_bitmap_set(set.get(), static_cast<unsigned>(cpu));
  const CpuSet nodes = nodes_of(topology, set.get());
  if (!nodes || hwloc_bitmap_iszero(nodes.get()) != 0) return;
  bind_whole_pages(topology, data, bytes, nodes.get(), HWLOC_MEMBIND_BIND, HWLOC_MEMBIND_MIGRATE);
}

}  // namespace hogvec
