// Lines of a row that is about to be trained.
#pragma once

namespace hogvec::simd {

/// Asks for the line of `p` so that it can be written: one trip to whoever has it. A line that was
/// asked for to be read has to be asked for again when it is.
///
/// In assembly on x86: the built-in function asks for a readable line unless a flag says that the
/// processor has this instruction, which every one of 64 bits takes, if only as one that does
/// nothing.
inline void prefetch_to_write(const float* p) noexcept {
#if defined(__x86_64__)
  asm volatile("prefetchw %0" : : "m"(*p));
#else
  __builtin_prefetch(p, 1);
  // GCC finds that a function of prefetches alone has no effect, and drops the call.
  asm volatile("");
#endif
}

}  // namespace hogvec::simd
