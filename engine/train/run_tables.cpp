#include "engine/train/run_tables.hpp"

#include <utility>

#include "engine/sampling/subsampling.hpp"

namespace hogvec {
RunTables::RunTables(const Vocabulary& vocabulary, const TrainPlan& plan, LockedWords locked_words)
    : keep(keep_thresholds(vocabulary, plan.subsampling)), locked(std::move(locked_words)) {
  if (plan.negatives > 0) noise.emplace(vocabulary, plan.noise_power);
  if (plan.hierarchical_softmax) tree.emplace(vocabulary);
}

}  // namespace hogvec
