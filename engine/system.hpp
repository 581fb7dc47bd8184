// What the machine has.
#pragma once

#include <cstddef>

namespace hogvec {

/// Bytes of memory that can be taken without swapping: what the kernel says, within the limits of
/// the control group and of the process. 2^63 - 1 where nobody knows.
std::size_t available_memory();

/// Memory that the process holds, in bytes.
std::size_t resident_memory();

/// The most memory that the process has held, in bytes.
std::size_t peak_memory();

}  // namespace hogvec
