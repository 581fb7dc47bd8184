// Rank correlation.
#pragma once

#include <span>

namespace hogvec {

/// Spearman's rho: the correlation of the ranks, where equal values share the average of theirs.
/// Both spans are equally long and hold no NaN. NaN where there is nothing to correlate: fewer than
/// two values, or all of one side equal.
double spearman(std::span<const double> a, std::span<const double> b);

}  // namespace hogvec
