// A run of word2vec, by one process or by ranks that share it.
#pragma once

#include <optional>

#include "engine/cluster/shared_run.hpp"
#include "engine/ranks.hpp"
#include "tools/command_line.hpp"

namespace hogvec::tools {

/// From the flags to the files that are written. Of several ranks, which all call it with the same
/// flags, the first one has the files and speaks. `job`: of a job of ranks, though it may have one.
/// Errors: Error; StoppedBySignal; of ranks as together() throws them.
void run_word2vec(CommandLine& line, Ranks& ranks,
                  const std::optional<ExchangeWishes>& job = std::nullopt);

}  // namespace hogvec::tools
