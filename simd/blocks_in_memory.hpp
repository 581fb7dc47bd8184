// What matrix tiles make, made without them: to hold them against, and to test what is built of
// them where there are none. In a library of its own, hogvec::simd_reference.
#pragma once

#include "simd/kernels.hpp"

namespace hogvec::simd {

const SoftmaxKernels& baseline_blocks_in_memory() noexcept;
const SoftmaxKernels& avx512bw_blocks_in_memory() noexcept;  // x86-64

/// With the exponentials of this table, where it is the one that matrix tiles stand beside; with
/// the baseline's else.
inline const SoftmaxKernels& blocks_in_memory([[maybe_unused]] const KernelTable& table) noexcept {
#if defined(__x86_64__)
  if (table.name == "avx512bw") return avx512bw_blocks_in_memory();
#endif
  return baseline_blocks_in_memory();
}

}  // namespace hogvec::simd
