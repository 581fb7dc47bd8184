#include "engine/train/train.hpp"

#include "io/error.hpp"
#include "io/memory_map.hpp"

namespace hogvec {

TrainResult train(const Corpus& corpus, const TrainSettings& settings, const Model& model) {
  const TrainPlan plan = make_plan(settings);
  check(corpus, plan);
  const RunTables tables(corpus.vocabulary, plan);
  LocalPosition position(PositionRecord(), plan);
  TrainingRun run(corpus, plan, tables, model, *position, Merging::kAtStops,
                  find_placement(plan.threads));
  if (run.run() == RunEnd::kDiverged) throw Error(run.divergence()->message(corpus.vocabulary));
  return run.result();
}

}  // namespace hogvec
