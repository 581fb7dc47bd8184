// AVX2 with fused multiply-add, which xsimd's plain avx2 leaves out.
#if defined(__x86_64__)
#define HOGVEC_ARCH xsimd::fma3<xsimd::avx2>
#define HOGVEC_ARCH_NAME "fma3+avx2"
#define HOGVEC_ARCH_TABLE avx2_kernels
#include "simd/table-inl.hpp"
#endif
