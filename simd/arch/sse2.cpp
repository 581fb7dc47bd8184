// SSE2: the baseline of x86-64.
#if defined(__x86_64__)
#define XSIMD_WITH_FMA3_SSE 0  // xsimd 8.1 takes SSE for FMA3
#define HOGVEC_ARCH xsimd::sse2
#define HOGVEC_ARCH_NAME "sse2"
#define HOGVEC_ARCH_TABLE sse2_kernels
#include "simd/table-inl.hpp"
#endif
