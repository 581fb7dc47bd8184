// Which table runs: chosen once, from the processor, the operating system and HOGVEC_SIMD.
#include <cstdlib>
#include <vector>

#include "simd/tables.hpp"

namespace hogvec::simd {
namespace {

std::vector<const KernelTable*> detect() {
  std::vector<const KernelTable*> tables;
#if defined(__x86_64__)
  // __builtin_cpu_supports also asks XGETBV whether the system saves the wide registers; xsimd 8.1
  // asks the processor alone.
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl")) {
    tables.push_back(&avx512bw_kernels());
  }
  if (avx2) tables.push_back(&avx2_kernels());
  tables.push_back(&sse2_kernels());
#elif defined(__aarch64__)
  tables.push_back(&neon64_kernels());
#else
#error "hogvec has kernels for x86-64 and 64-bit Arm"
#endif
  return tables;
}

const KernelTable* choose() noexcept {
  const char* const wanted = std::getenv("HOGVEC_SIMD");
  if (wanted == nullptr || *wanted == '\0') return available_kernels().front();
  for (const KernelTable* table : available_kernels()) {
    if (table->name == wanted) return table;
  }
  return nullptr;
}

}  // namespace

std::span<const KernelTable* const> available_kernels() noexcept {
  static const std::vector<const KernelTable*> tables = detect();
  return tables;
}

std::vector<const SoftmaxKernels*> bf16_softmax_kernels(const KernelTable& table) {
  std::vector<const SoftmaxKernels*> kernels;
#if defined(__x86_64__)
  if (&table == &avx512bw_kernels() && __builtin_cpu_supports("avx512bf16")) {
    kernels.push_back(&avx512bf16_softmax());
  }
#endif
  kernels.push_back(&table.softmax_bf16);
  return kernels;
}

const KernelTable* wanted_kernels() noexcept {
  static const KernelTable* const table = choose();
  return table;
}

}  // namespace hogvec::simd
