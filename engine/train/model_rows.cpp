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
// worth a replica: on two cores without a common L3 a probe with 1,000 rows gained 1.3. The more
// workers there are, the more rows somebody else touches meanwhile: by the model of many cores
// (bench/scaling) 64 of them gain 1.1 to 1.2 with 2048 rows instead of 512. The vectors of 64
// workers in 8 and in 16 domains are as good.
constexpr std::size_t kFarRowsPerWorker = 128;
constexpr std::size_t kLeastFarRows = 512;
constexpr std::size_t kMostFarRows = 2048;

// Touches of a row that are outstanding, of all sets together and as a mean: measured, the speed of
// two workers against how good the vectors are. However many workers there are, no more are.
constexpr std::size_t kTouches = 64;
// Fewer of one worker between two merges would cost more than they save.
constexpr std::size_t kLeastTouches = 4;
constexpr std::size_t kMostSets = kTouches / kLeastTouches;
// So many sets are enough where there are several domains, of which each has one: the shared row of
// a merge comes from another. By the model 8 sets of 8 touches are 1.1 to 1.3 times as fast there
// as 16 of 4, from 16 cores in two domains to 64 in eight.
constexpr std::size_t kFarSets = 8;

/// Workers that work at the same moment: those that take turns on a core share what it has in its
/// cache.
std::size_t workers_at_once(const TrainPlan& plan, const Placement& placement) noexcept {
  const auto workers = static_cast<std::size_t>(plan.chunk_workers());
  const int cores =
      placement.forced ? std::max(placement.cores, placement.domains) : placement.cores;
  return placement.cores == 0 ? workers : std::min(workers, static_cast<std::size_t>(cores));
}

std::size_t set_count(std::size_t workers, std::size_t domains) noexcept {
  const std::size_t wanted = domains > 1 ? std::max(kFarSets, domains) : kMostSets;
  const std::size_t most = std::min({workers, wanted, kMostSets});
  // As many in each domain, so that none is of two.
  return domains > most ? most : most / domains * domains;
}

std::size_t row_count(std::size_t workers, std::size_t domains) noexcept {
  if (domains < 2) return kHotRows;
  return std::clamp(kFarRowsPerWorker * workers, kLeastFarRows, kMostFarRows);
}

}  // namespace

ReplicaPolicy replica_policy(const TrainPlan& plan, const Placement& placement) noexcept {
  ReplicaPolicy policy;
  const std::size_t workers = workers_at_once(plan, placement);
  const auto domains = static_cast<std::size_t>(placement.domains);
  const std::size_t sets = set_count(workers, domains);
  if (plan.full_softmax || sets < 2) return policy;
  policy.sets = sets;
  policy.touches = static_cast<std::uint32_t>(kTouches / sets);
  const std::size_t rows = row_count(workers, domains);
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
