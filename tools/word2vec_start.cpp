#include "tools/word2vec_start.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "engine/classes/kmeans.hpp"
#include "engine/cluster/replicated_run.hpp"
#include "engine/cluster/sharded_run.hpp"
#include "engine/model/initial_rows.hpp"
#include "engine/resources.hpp"
#include "engine/system.hpp"
#include "engine/workers.hpp"
#include "io/vectors_file.hpp"
#include "tools/console.hpp"

namespace hogvec::tools {
namespace {

constexpr double kMiB = 1 << 20;

}  // namespace

void require_memory(const Corpus& corpus, const TrainPlan& plan, const RunTables& tables,
                    const Placement& placement, const Word2vecOptions& options, bool in_file,
                    const Ranks& ranks) {
  const std::size_t words = corpus.vocabulary.size();
  std::size_t need = TrainingRun::memory(corpus, plan, tables, placement);
  const ModelShape shape(words, plan);
  if (!ranks.alone()) {
    need += plan.full_softmax ? ShardedRun::memory(shape, in_file)
                              : ReplicatedRun::memory(shape, in_file);
    if (plan.full_softmax) need -= ShardedRun::spared(shape, ranks, in_file);
  }
  // The workers are still there when vectors or classes are made of what they have trained.
  if (ranks.first()) {
    need += options.classes > 0
                ? kmeans_memory(words, plan.dim, options.classes, plan.threads)
                : io::writing_memory(words, plan.dim,
                                     static_cast<std::size_t>(useful_threads(plan.threads)));
  }
  if (!options.held_out.empty() && ranks.first()) need += held_out_memory(words, plan);
  const std::size_t addresses = available_addresses();
  // A team has threads of its own beside those that have read the text.
  const int team = plan.full_softmax ? useful_threads(plan.threads) - 1 : 0;
  const std::size_t stacks = stack_addresses(plan.threads, team);
  const std::size_t free =
      std::min(available_memory(), addresses > stacks ? addresses - stacks : 0);
  const std::size_t gives_way = in_file ? ModelShape(words, plan).bytes() : 0;
  if (need - gives_way <= free) {
    if (options.debug > 0) {
      // Of the whole process: what it holds already, the text among it, stays.
      const std::size_t most = std::max(peak_memory(), resident_memory() + need);
      note(fmt::format("memory: {:.0f} MiB for {} words of {} values",
                       std::ceil(static_cast<double>(most) / kMiB), words, plan.dim));
    }
    return;
  }
  say(kNoMemory);
  throw Error(
      fmt::format("training needs {:.0f} MiB of memory and {:.0f} MiB are free; use a "
                  "smaller -size, a larger -min-count, fewer -threads or a larger machine",
                  static_cast<double>(need) / kMiB, static_cast<double>(free) / kMiB));
}

void begin_model(const Model& model, const Vocabulary& vocabulary, const TrainPlan& plan,
                 const LockedWords& locked, const Word2vecOptions& options) {
  std::vector<bool> has(vocabulary.size());  // a vector to begin with
  initialize(model, plan.seed, plan.threads);
  const auto tell = [&](const std::string& what, std::size_t found) {
    if (options.debug == 0) return;
    note(fmt::format("{}: {} of {} words begin with its vectors", what, found, vocabulary.size()));
  };
  if (!options.continue_from.empty()) {
    const Inherited inherited = inherit_rows(options.continue_from, vocabulary, model, &has);
    tell("-continue " + options.continue_from, inherited.words);
    if (!model.output.empty() && !inherited.output && options.debug > 0) {
      note("-continue: the model has no output vectors; they begin as of a new run");
    }
    if (!model.nodes.empty() && !inherited.nodes && options.debug > 0) {
      note("-continue: the model has not the tree of these words; its nodes begin as of a new run");
    }
  }
  run_with_threads(plan.threads, [&] {
    if (!options.init.empty()) {
      tell("-init " + options.init,
           copy_vectors(options.init, "input", vocabulary, model.input, &has));
    }
    if (!options.init_context.empty()) {
      tell("-init-context " + options.init_context,
           copy_vectors(options.init_context, "output", vocabulary, model.output));
    }
  });
  std::size_t random = 0;
  for (const WordId word : locked.ids()) random += !has[word];
  if (random > 0) {
    note(
        fmt::format("warning: -locked {}: {} of these words have no vector in -init or -continue, "
                    "and keep random ones",
                    options.locked, random));
  }
}

}  // namespace hogvec::tools
