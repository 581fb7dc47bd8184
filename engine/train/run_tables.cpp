#include "engine/train/run_tables.hpp"

#include "engine/sampling/subsampling.hpp"

namespace hogvec {
namespace {

constexpr double kNoisePower = 0.75;

}  // namespace

RunTables::RunTables(const Vocabulary& vocabulary, const TrainPlan& plan)
    : keep(keep_thresholds(vocabulary, plan.subsampling)) {
  if (plan.negatives > 0) noise.emplace(vocabulary, kNoisePower);
  if (plan.hierarchical_softmax) tree.emplace(vocabulary);
}

}  // namespace hogvec
