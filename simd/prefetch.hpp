// Rows that are about to be trained, brought into the cache.
#pragma once

#include <cstddef>

#include "simd/kernels.hpp"

namespace hogvec::simd {

/// Whether the processor can ask for a line so that it can be written, in one way to whoever has
/// it: x86 since Broadwell and Bulldozer. Others take the instruction for none, or for none that
/// they know.
bool can_prefetch_to_write() noexcept;

/// Asks for the n floats of a row. A line that was asked for to be read has to be asked for again
/// when it is written. `to_write`: where can_prefetch_to_write().
inline void prefetch_row(const float* row, std::size_t n, bool to_write) noexcept {
  constexpr std::size_t kLine = kRowAlignment / sizeof(float);
  if (to_write) {
    for (std::size_t i = 0; i < n; i += kLine) {
#if defined(__x86_64__)
      // In assembly: the built-in function gives it only where the whole unit may have it.
      asm volatile("prefetchw %0" : : "m"(row[i]));
#else
      __builtin_prefetch(row + i, 1);
#endif
    }
  } else {
    for (std::size_t i = 0; i < n; i += kLine) __builtin_prefetch(row + i);
  }
  // GCC finds that a function of prefetches alone has no effect, and drops the call.
  asm volatile("");
}

}  // namespace hogvec::simd
