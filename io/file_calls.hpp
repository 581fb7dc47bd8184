// System calls on open files, whole or told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "io/descriptor.hpp"

namespace hogvec::io {

/// flock(2) without waiting, `kind` LOCK_EX or LOCK_SH: of the open file, until its last descriptor
/// is closed. False where somebody else has a lock that excludes it. Errors: what the system says.
bool try_lock(const Descriptor& file, int kind, const std::string& path);

/// Errors, with the path: disk full, and what else pwrite(2) says.
void write_at(const Descriptor& file, std::uint64_t offset, const void* bytes, std::size_t size,
              const std::string& path);

/// fdatasync(2), which takes what mappings have written too. Errors: what the system says.
void sync_data(const Descriptor& file, const std::string& path);

/// Copies up to `bytes` bytes between two files within the system, which may let them share the
/// blocks. Returns how many it was; where the file systems cannot, perhaps none.
std::size_t copy_within_system(const Descriptor& from, std::uint64_t from_offset,
                               const Descriptor& to, std::uint64_t to_offset, std::size_t bytes);

}  // namespace hogvec::io
