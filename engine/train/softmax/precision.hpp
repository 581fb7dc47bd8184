// Which kernels train the full softmax in the precision that a run wants.
#pragma once

#include "engine/train/plan.hpp"
#include "simd/kernels.hpp"

namespace hogvec {

/// Those of the table, or with kBf16 matrix tiles where there are some, else the fastest of
/// bf16_softmax_kernels(), timed on a small visit where there are several: an instruction that a
/// processor has need not be one that it is good at. They have the same bits.
/// Chosen once for a table. Any thread.
const simd::SoftmaxKernels& softmax_kernels(SoftmaxPrecision precision,
                                            const simd::KernelTable& table);

/// How many times as fast as the table's single precision they are, on a small visit with vectors
/// and batches of the plan.
double softmax_gain(const TrainPlan& plan, const simd::KernelTable& table);

}  // namespace hogvec
