// The first sweep of a softmax whose scores are out of the range that was expected: scores are
// taken and kept, then their exp is. Where other threads write W' at the same time, rows that are
// read twice would be different rows, and the maxima of the first time no bound on the second.
#pragma once

#include "simd/kernels.hpp"

namespace hogvec {

/// exp_scores(j, b) = v'_j . h_b, without shift or exp, each read from its row once;
/// max_score_b = max(max_score_b, max_j of it). The padding of h is zero.
void keep_scores(const simd::KernelTable& kernels, const simd::SoftmaxSweep& sweep) noexcept;

/// exp_scores(j, b) = exp(kept score - shift_b), z_b += sum_j of it. Reads no row.
void exp_kept_scores(const simd::KernelTable& kernels, const simd::SoftmaxSweep& sweep) noexcept;

}  // namespace hogvec
