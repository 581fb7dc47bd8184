// A file that nobody else sees, for what is larger than the memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "io/descriptor.hpp"
#include "io/memory_map.hpp"

namespace hogvec::io {

/// Bytes at places of a file without a name, which goes with its descriptor. None of it is mapped.
/// Places that do not overlap may be read and written by any thread.
class UnnamedFile {
 public:
  UnnamedFile() = default;
  /// Errors: no file can be made in the folder.
  explicit UnnamedFile(const std::string& folder);

  explicit operator bool() const noexcept { return static_cast<bool>(file_); }

  /// Errors: disk full, or what else the system says.
  void write(std::uint64_t place, const void* bytes, std::size_t size);
  /// Bytes that were written. Errors: what the system says.
  void read(std::uint64_t place, void* bytes, std::size_t size) const;
  /// The first `bytes` of it, to be read in one piece. Errors: std::bad_alloc where there is no
  /// room for it in the address space.
  MemoryMap map(std::size_t bytes) const;

 private:
  Descriptor file_;
  std::string folder_;
};

/// A descriptor of a new file in `folder` without a name. Errors: none can be made there.
Descriptor open_unnamed(const std::string& folder);

}  // namespace hogvec::io
