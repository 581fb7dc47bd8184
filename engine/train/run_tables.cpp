#include "engine/train/run_tables.hpp"

#include <optional>
#include <utility>

#include "engine/memory_nodes.hpp"
#include "engine/sampling/subsampling.hpp"

namespace hogvec {
RunTables::RunTables(const Vocabulary& vocabulary, const TrainPlan& plan, LockedWords locked_words)
    : locked(std::move(locked_words)) {
  std::optional<InterleavedThread> interleaved;  // all threads will read them
  if (plan.threads > 1) interleaved.emplace();
  keep = keep_thresholds(vocabulary, plan.subsampling);
  if (plan.negatives > 0) noise.emplace(vocabulary, plan.noise_power);
  if (plan.hierarchical_softmax) tree.emplace(vocabulary);
}

}  // namespace hogvec
