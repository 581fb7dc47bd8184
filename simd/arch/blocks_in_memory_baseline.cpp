// Blocks of matrix tiles in memory, for any processor.
#if defined(__x86_64__)
#define XSIMD_WITH_FMA3_SSE 0  // xsimd 8.1 takes SSE for FMA3
#define HOGVEC_ARCH xsimd::sse2
#else
#define HOGVEC_ARCH xsimd::neon64
#endif
#include "simd/blocks_in_memory.hpp"
#include "simd/softmax_blocks-inl.hpp"

namespace hogvec::simd {

const SoftmaxKernels& baseline_blocks_in_memory() noexcept { return kSoftmaxBlocks; }

}  // namespace hogvec::simd
