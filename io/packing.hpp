// How a file is packed, by what it begins with and by its name.
#pragma once

#include <cstddef>
#include <string_view>

namespace hogvec::io {

/// What the first bytes of a file say of how it must be read.
enum class Packing {
  kPlain,
  kGzip,
  kCompressed,  // zstd, xz, bzip2, lz4, compress
  kArchive,     // tar or zip: files one after another
  kUnreadable,  // 7z, rar, lzma, lzip, ar, cpio, zlib: known, and not read
};

/// So many bytes tell them apart.
inline constexpr std::size_t kPackingBytes = 512;
Packing packing_of(std::string_view start) noexcept;

/// What the end of a name says of how a file is packed, in small letters whatever the name has
/// (".gz", ".zst", ...), and as long as in the name; empty where it says nothing.
std::string_view packing_name(std::string_view path) noexcept;

}  // namespace hogvec::io
