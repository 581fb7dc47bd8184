#include "engine/cluster/shared_run.hpp"

#include <vector>

#include "engine/cluster/replicated_run.hpp"
#include "engine/cluster/sharded_run.hpp"

namespace hogvec {

std::unique_ptr<SharedRun> share_run(Ranks& ranks, const ChunkPlan& chunks, CorpusView mine,
                                     const TrainPlan& plan, const RunTables& tables,
                                     const Model& model, bool in_file, const PositionRecord& start,
                                     const Placement& placement, const ExchangeWishes& wishes) {
  if (plan.full_softmax) {
    return std::make_unique<ShardedRun>(ranks, chunks, mine, plan, tables, model, in_file, start,
                                        placement);
  }
  return std::make_unique<ReplicatedRun>(ranks, chunks, mine, plan, tables, model, in_file, start,
                                         placement, wishes);
}

std::optional<Divergence> divergence_of_all(Ranks& ranks, const std::optional<Divergence>& mine) {
  struct Told {
    bool diverged;
    bool has_word;
    bool node;
    WordId word;
    std::size_t epoch;
    double alpha;
  };
  Told told{};
  if (mine) {
    told = {true,       mine->word.has_value(), mine->node, mine->word.value_or(0), mine->epoch,
            mine->alpha};
  }
  for (const Told& of_rank : values_of_all(ranks, told)) {
    if (!of_rank.diverged) continue;
    Divergence found;
    if (of_rank.has_word) found.word = of_rank.word;
    found.node = of_rank.node;
    found.epoch = of_rank.epoch;
    found.alpha = of_rank.alpha;
    return found;
  }
  return std::nullopt;
}

}  // namespace hogvec
