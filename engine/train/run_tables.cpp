#include "engine/train/run_tables.hpp"

#include "engine/sampling/subsampling.hpp"

namespace hogvec {
RunTables::RunTables(const Vocabulary& vocabulary, const TrainPlan& plan)
    : keep(keep_thresholds(vocabulary, plan.subsampling)) {
  if (plan.negatives > 0) noise.emplace(vocabulary, plan.noise_power);
  if (plan.hierarchical_softmax) tree.emplace(vocabulary);
}

}  // namespace hogvec
