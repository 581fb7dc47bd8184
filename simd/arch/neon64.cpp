// NEON: the baseline of 64-bit Arm.
#if defined(__aarch64__)
#define HOGVEC_ARCH xsimd::neon64
#define HOGVEC_ARCH_NAME "neon64"
#define HOGVEC_ARCH_TABLE neon64_kernels
#include "simd/table-inl.hpp"
#endif
