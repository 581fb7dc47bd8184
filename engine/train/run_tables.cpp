#include "engine/train/run_tables.hpp"

#include <utility>

#include "engine/memory_nodes.hpp"
#include "engine/sampling/subsampling.hpp"

namespace hogvec {
RunTables::RunTables(const Vocabulary& vocabulary, const TrainPlan& plan, LockedWords locked_words)
    : keep(keep_thresholds(vocabulary, plan.subsampling)), locked(std::move(locked_words)) {
  if (plan.negatives > 0) noise.emplace(vocabulary, plan.noise_power);
  if (plan.hierarchical_softmax) tree.emplace(vocabulary);
  if (plan.threads < 2) return;
  if (noise) interleave(noise->memory().data(), noise->memory().size());
  if (tree) interleave(tree->memory().data(), tree->memory().size());
}

}  // namespace hogvec
