// What the machine has.
#pragma once

#include <cstddef>

namespace hogvec {

/// Bytes of memory that this process can take without swapping: what the machine has free, within
/// the limits of the process's control groups and of its address space (memory_limits.hpp).
/// 2^63 - 1 where nobody knows.
std::size_t available_memory();

/// Bytes that this process can map, used or not, within its limits (ulimit -v, -d). 2^63 - 1 where
/// it has none.
std::size_t available_addresses();

/// What the stacks of so many threads map beyond those of the threads that there are, and those of
/// `more` that do not take the place of any.
std::size_t stack_addresses(int threads, int more);

/// Memory that the process holds, in bytes.
std::size_t resident_memory();

/// The most memory that the process has held, in bytes.
std::size_t peak_memory();

}  // namespace hogvec
