// Long work of the engine, with Python beside it: signals, log lines and callbacks have their turn.
#pragma once

#include <pybind11/pybind11.h>

#include <functional>

namespace hogvec::python {

/// Does work() on a thread of its own, without the GIL, and meanwhile looks at signals and calls
/// look() every so many seconds, with it. Where one of these throws, or the interpreter ends,
/// stop() is to end the work soon; then it is thrown on, else what work() throws.
void watched(double seconds, const std::function<void()>& work, const std::function<void()>& look,
             const std::function<void()>& stop);

/// Lets the interpreter end only when all work that is watched has been stopped: a thread that
/// comes back to it later cannot be ended but with the process.
void stop_watched_at_exit();

}  // namespace hogvec::python
