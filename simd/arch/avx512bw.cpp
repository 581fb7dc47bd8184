// AVX-512: needs f, cd, dq, bw, vl.
#if defined(__x86_64__)
#define HOGVEC_ARCH xsimd::avx512bw
#define HOGVEC_ARCH_NAME "avx512bw"
#define HOGVEC_ARCH_TABLE avx512bw_kernels
#include "simd/table-inl.hpp"
#endif
