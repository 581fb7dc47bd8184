// The limits of this machine as measured, for the shares that other benchmarks report. Each is
// measured when it is first asked for, for about 0.1 s, and kept.
#pragma once

#include <cstddef>

#include "simd/kernels.hpp"

namespace hogvec::bench {

/// FLOP/s of one core with registers of the table's width, as peak/fma measures it; the best of
/// many batches. 0 where there is no loop for the table.
double fma_peak(const simd::KernelTable& kernels);

/// Bytes/s at which one core reads a ring of `bytes`, rounded down to a power of two, as peak/read
/// does; the best of many rounds. 0 where there is no loop for this machine.
double read_peak(std::size_t bytes);

}  // namespace hogvec::bench
