// Flags of a run of word2vec that models and other ranks have a say in.
#pragma once

#include <optional>

#include "engine/cluster/shared_run.hpp"
#include "engine/model/stored_model.hpp"
#include "engine/ranks.hpp"
#include "tools/command_line.hpp"
#include "tools/options.hpp"

namespace hogvec::tools {

/// Opens the model that a run goes on with, on the first rank; all take its flags. So they do with
/// the length of the vectors of a model that is continued. Errors: those of StoredModel::open().
std::optional<StoredModel> open_models(CommandLine& line, Ranks& ranks);

/// Errors: flags that ranks cannot have together.
void check_job(const Word2vecOptions& options, const ExchangeWishes& wishes, const Ranks& ranks);

/// Errors: a rank was given other flags than the first one.
void require_same_flags(const Word2vecOptions& options, Ranks& ranks);

}  // namespace hogvec::tools
