// Matrix tiles of bf16: for the full softmax alone. Everything else of it is AVX-512.
#if defined(__x86_64__)
#define HOGVEC_ARCH xsimd::avx512bw
#include "simd/softmax_blocks-inl.hpp"
#include "simd/tables.hpp"

namespace hogvec::simd {

const SoftmaxKernels& amx_bf16_softmax() noexcept { return kSoftmaxBlocks; }

}  // namespace hogvec::simd
#endif
