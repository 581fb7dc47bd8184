// Blocks of matrix tiles in memory, and AVX-512 around them as around AMX.
#if defined(__x86_64__)
#define HOGVEC_ARCH xsimd::avx512bw
#include "simd/blocks_in_memory.hpp"
#include "simd/softmax_blocks-inl.hpp"

namespace hogvec::simd {

const SoftmaxKernels& avx512bw_blocks_in_memory() noexcept { return kSoftmaxBlocks; }

}  // namespace hogvec::simd
#endif
