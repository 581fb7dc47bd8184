// What a program needs under ThreadSanitizer.
#pragma once

#ifdef __SANITIZE_THREAD__
#include <tbb/global_control.h>
#endif

namespace hogvec {

/// While it lives: Debian's oneTBB is not instrumented and ThreadSanitizer does not see that its
/// tasks are ordered, so they run on one thread. The engine's workers are std::threads there.
struct OrderedTasks {
#ifdef __SANITIZE_THREAD__
  tbb::global_control one_thread{tbb::global_control::max_allowed_parallelism, 1};
#endif
};

}  // namespace hogvec
