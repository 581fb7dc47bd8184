// What a run that goes on must not change.
#pragma once

#include "engine/model/stored_model.hpp"
#include "tools/options.hpp"
#include "tools/word2vec_text.hpp"

namespace hogvec::tools {

/// Tells what changes from here on. Errors: a setting that must not; fewer epochs; values that have
/// grown beyond all use.
void check_resumed(const StoredModel& resumed, const Word2vecOptions& options);

/// Errors: the text is not that of the run.
void check_text(const StoredModel& resumed, const RunText& text, const Word2vecOptions& options);

}  // namespace hogvec::tools
