#include "engine/train/chunk_trainer.hpp"

#include "engine/train/logistic/cbow.hpp"
#include "engine/train/logistic/hierarchical_softmax.hpp"
#include "engine/train/logistic/logistic_worker.hpp"
#include "engine/train/logistic/negative_sampling.hpp"
#include "engine/train/logistic/skip_gram.hpp"
#include "engine/train/softmax/full_softmax.hpp"

namespace hogvec {
namespace {

/// Chooses the objectives at run time, what they do is composed at compile time.
template <class Input>
std::unique_ptr<ChunkTrainer> make_logistic(const TrainPlan& plan, const RunTables& tables,
                                            const ModelRows& rows, std::size_t longest_chunk) {
  const auto make =
      [&]<class... Objectives>(
          const typename Objectives::Shared&... shared) -> std::unique_ptr<ChunkTrainer> {
    using Worker = LogisticWorker<Input, Objectives...>;
    return std::make_unique<Worker>(
        typename Worker::Shared{rows.input, plan, tables.locked, {shared...}}, longest_chunk);
  };
  if (!plan.hierarchical_softmax) {
    return make.template operator()<NegativeSampling>({rows.output, *tables.noise});
  }
  if (plan.negatives == 0) {
    return make.template operator()<HierarchicalSoftmax>({rows.nodes, *tables.tree});
  }
  return make.template operator()<HierarchicalSoftmax, NegativeSampling>(
      {rows.nodes, *tables.tree}, {rows.output, *tables.noise});
}

}  // namespace

std::unique_ptr<ChunkTrainer> make_trainer(const TrainPlan& plan, const RunTables& tables,
                                           const ModelRows& rows, std::size_t longest_chunk,
                                           const TeamPlace& place, Ranks* ranks) {
  if (plan.full_softmax) {
    return std::make_unique<FullSoftmaxWorker>(rows.input.shared(), rows.output.shared(), plan,
                                               tables.locked, place, ranks);
  }
  if (plan.cbow()) return make_logistic<Cbow>(plan, tables, rows, longest_chunk);
  return make_logistic<SkipGram>(plan, tables, rows, longest_chunk);
}

std::size_t trainer_span(const TrainPlan& plan) noexcept {
  // Repeats matter within a window, and within the windows of a block.
  return 2 * plan.window + (plan.full_softmax ? 0 : plan.block_centers - 1);
}

}  // namespace hogvec
