// Ranks that are threads of one process: for tests and experiments, and to see what ranks do
// without what carries their messages.
#pragma once

#include <functional>

#include "engine/ranks.hpp"

namespace hogvec {

/// Calls work(rank) for `count` ranks at once, each on a thread of its own, and returns when all
/// have. Where one throws, the others find their next call failed; what was thrown first is thrown
/// again.
void run_local_ranks(int count, const std::function<void(Ranks& ranks)>& work);

}  // namespace hogvec
