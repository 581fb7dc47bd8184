#include "engine/train/model_rows.hpp"

#include <algorithm>
#include <span>

#include "engine/memory_nodes.hpp"

namespace hogvec {
namespace {

// A third of the words that sub-sampling keeps of 100 MB of Wikipedia. Measured on two cores that
// share an L3: with more rows the gain is the same, and the workers learn of each other later.
constexpr std::size_t kHotRows = 128;
// Between domains a line costs several times as much, and rows that are less often touched are
// worth a replica: on two cores without a common L3 a probe with 1,000 rows gained 1.3. The vectors
// of 64 workers in 16 domains are as good with so many.
constexpr std::size_t kHotRowsFar = 512;

// Touches of a row that are outstanding, of all sets together and as a mean: measured, the speed of
// two workers against how good the vectors are. However many workers there are, no more are.
constexpr std::size_t kTouches = 64;
// Fewer of one worker between two merges would cost more than they save.
constexpr std::size_t kLeastTouches = 4;
constexpr std::size_t kMostSets = kTouches / kLeastTouches;

std::size_t set_count(const TrainPlan& plan, const Placement& placement) noexcept {
  const auto workers = static_cast<std::size_t>(plan.chunk_workers());
  const auto domains = static_cast<std::size_t>(placement.domains);
  const auto cores = static_cast<std::size_t>(placement.cores);
  // Workers that take turns on a core share what it has in its cache.
  std::size_t busy = workers;
  if (cores != 0) busy = std::min(busy, placement.forced ? std::max(cores, domains) : cores);
  const std::size_t most = std::min(busy, kMostSets);
  // As many in each domain, so that none is of two.
  return domains > most ? most : most / domains * domains;
}

}  // namespace

ReplicaPolicy replica_policy(const TrainPlan& plan, const Placement& placement) noexcept {
  ReplicaPolicy policy;
  const std::size_t sets = set_count(plan, placement);
  if (plan.full_softmax || sets < 2) return policy;
  policy.sets = sets;
  policy.touches = static_cast<std::uint32_t>(kTouches / sets);
  const std::size_t rows = placement.domains > 1 ? kHotRowsFar : kHotRows;
  policy.node_rows = plan.hierarchical_softmax ? rows : 0;
  policy.output_rows = plan.negatives > 0 ? rows : 0;
  // Skip-gram on the tree waits for its top, not for context words, of which replicas would only
  // make the vectors worse.
  const bool tree = plan.hierarchical_softmax && !plan.cbow();
  policy.input_rows = tree ? 0 : rows;
  return policy;
}

std::vector<std::uint16_t> sets_of_cpus(std::size_t sets, const Placement& placement) {
  if (placement.forced || placement.domain_of.empty() || sets < 2) return {};
  const auto domains = static_cast<std::size_t>(placement.domains);
  std::vector<std::size_t> sizes(domains);
  for (const int domain : placement.domain_of) {
    if (domain >= 0) ++sizes[static_cast<std::size_t>(domain)];
  }
  std::vector<std::size_t> seen(domains);
  std::vector<std::uint16_t> set_of(placement.domain_of.size());
  for (std::size_t cpu = 0; cpu < set_of.size(); ++cpu) {
    if (placement.domain_of[cpu] < 0) continue;
    const auto domain = static_cast<std::size_t>(placement.domain_of[cpu]);
    const std::size_t part = seen[domain]++;
    const std::size_t of_domain = sets / domains;
    set_of[cpu] = static_cast<std::uint16_t>(of_domain == 0 ? domain * sets / domains
                                                            : domain * of_domain +
                                                                  part * of_domain / sizes[domain]);
  }
  return set_of;
}

void move_near_users(const ModelRows& rows, const std::vector<std::uint16_t>& set_of_cpu,
                     const Placement& placement) {
  std::vector<std::vector<int>> cpus_of;
  for (std::size_t cpu = 0; cpu < set_of_cpu.size(); ++cpu) {
    if (placement.domain_of[cpu] < 0) continue;
    const std::size_t set = set_of_cpu[cpu];
    if (cpus_of.size() <= set) cpus_of.resize(set + 1);
    cpus_of[set].push_back(static_cast<int>(cpu));
  }
  for (const RowReplicas* const replicas : {&rows.input, &rows.output, &rows.nodes}) {
    for (std::size_t set = 0; set < std::min(replicas->sets(), cpus_of.size()); ++set) {
      const std::span<const std::byte> memory = replicas->memory_of(set);
      move_near(cpus_of[set], memory.data(), memory.size());
    }
  }
}

}  // namespace hogvec
