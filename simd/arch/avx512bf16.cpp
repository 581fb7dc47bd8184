// Products of bf16 pairs beside AVX-512: for the full softmax alone.
#if defined(__x86_64__)
#define HOGVEC_ARCH xsimd::avx512bw
#include "simd/softmax_bf16-inl.hpp"
#include "simd/tables.hpp"

namespace hogvec::simd {

const SoftmaxKernels& avx512bf16_softmax() noexcept { return kSoftmaxBf16; }

}  // namespace hogvec::simd
#endif
