// What a run of word2vec begins with: room, and the first values of its model.
#pragma once

#include "engine/hogvec.hpp"
#include "engine/ranks.hpp"
#include "tools/options.hpp"

namespace hogvec::tools {

constexpr const char* kNoMemory = "Memory allocation failed\n";  // the reference's words

/// Tells what the process will hold. Errors: more than there is. A model in a file gives way to
/// what else wants memory: it needs none, it is only slow.
void require_memory(const Corpus& corpus, const TrainPlan& plan, const RunTables& tables,
                    const Placement& placement, const Word2vecOptions& options, bool in_file,
                    const Ranks& ranks);

/// What the model of a new run begins with: random values, and vectors of -continue, -init and
/// -init-context, of which it tells. Errors: those of their files.
void begin_model(const Model& model, const Vocabulary& vocabulary, const TrainPlan& plan,
                 const LockedWords& locked, const Word2vecOptions& options);

}  // namespace hogvec::tools
