// How the rows of W' are cut for the threads that share a batch of the full softmax.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/train/plan.hpp"

namespace hogvec {

/// Where W' is cut: row s begins slice s, and the last is V. A function of V and D alone, never of
/// the number of threads; one slice of all rows where every thread visits them by itself. A slice
/// holds whole tiles of scores.
std::vector<std::size_t> softmax_slices(std::size_t rows, std::size_t dim, const TrainPlan& plan);

}  // namespace hogvec
