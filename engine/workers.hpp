// Where threads are started: the one place of the engine.
#pragma once

#include <functional>

namespace hogvec {

/// Calls work(0) to work(count - 1), each on a thread of its own, and returns when all have.
/// More workers than cores are really given. Throws what a worker throws.
void run_workers(int count, const std::function<void(int worker)>& work);

}  // namespace hogvec
