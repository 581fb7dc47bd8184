// One table of kernels a unit of simd/arch/; a unit that is missing is a link error.
#pragma once

#include "simd/kernels.hpp"

namespace hogvec::simd {

#if defined(__x86_64__)
const KernelTable& avx512bw_kernels() noexcept;
// Beside avx512bw.
const SoftmaxKernels& avx512bf16_softmax() noexcept;
const SoftmaxKernels& amx_bf16_softmax() noexcept;
const KernelTable& avx2_kernels() noexcept;
const KernelTable& sse2_kernels() noexcept;
#elif defined(__aarch64__)
const KernelTable& neon64_kernels() noexcept;
#endif

}  // namespace hogvec::simd
