// Which table runs: chosen once, from the processor, the operating system and HOGVEC_SIMD.
#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <cstdlib>
#include <vector>

#include "simd/prefetch.hpp"
#include "simd/tables.hpp"

namespace hogvec::simd {
namespace {

#if defined(__x86_64__) && defined(__linux__)
/// Whether the processor has matrix tiles of bf16, and the system lets this process use them: it is
/// asked for that, once, for all threads.
bool has_tiles() noexcept {
  static const bool has = [] {
    constexpr unsigned kTileBit = 1U << 24;
    constexpr unsigned kBf16Bit = 1U << 22;
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return false;
    if ((d & kTileBit) == 0 || (d & kBf16Bit) == 0) return false;
    constexpr long kGetPermission = 0x1022;      // ARCH_GET_XCOMP_PERM
    constexpr long kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
    constexpr unsigned kTileData = 18;
    unsigned long permitted = 0;
    syscall(SYS_arch_prctl, kRequestPermission, kTileData);
    return syscall(SYS_arch_prctl, kGetPermission, &permitted) == 0 &&
           (permitted >> kTileData & 1) != 0;
  }();
  return has;
}
#elif defined(__x86_64__)
bool has_tiles() noexcept { return false; }
#endif

bool processor_prefetches_to_write() noexcept {
#if defined(__x86_64__)
  constexpr unsigned kExtendedFeatures = 0x80000001;
  constexpr unsigned kPrefetchBit = 1U << 8;  // of ecx
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  return __get_cpuid(kExtendedFeatures, &a, &b, &c, &d) != 0 && (c & kPrefetchBit) != 0;
#else
  return true;
#endif
}

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

bool can_prefetch_to_write() noexcept {
  static const bool can = processor_prefetches_to_write();
  return can;
}

std::span<const KernelTable* const> available_kernels() noexcept {
  static const std::vector<const KernelTable*> tables = detect();
  return tables;
}

std::vector<const SoftmaxKernels*> bf16_softmax_kernels(const KernelTable& table) {
  std::vector<const SoftmaxKernels*> kernels;
#if defined(__x86_64__)
  if (&table == &avx512bw_kernels() && __builtin_cpu_supports("avx512bf16")) {
    if (has_tiles()) kernels.push_back(&amx_bf16_softmax());
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
