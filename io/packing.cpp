#include "io/packing.hpp"

#include <algorithm>
#include <array>

namespace hogvec::io {

namespace {

using namespace std::string_view_literals;

/// A member of cpio, whose numbers are written in hexadecimal or octal digits.
bool is_cpio(std::string_view start) noexcept {
  constexpr std::size_t kDigits = 70;
  return (start.starts_with("070701") || start.starts_with("070702") ||
          start.starts_with("070707")) &&
         start.size() > kDigits &&
         start.substr(0, kDigits).find_first_not_of("0123456789abcdefABCDEF") ==
             std::string_view::npos;
}

}  // namespace

Packing packing_of(std::string_view start) noexcept {
  struct Magic {
    std::string_view bytes;
    std::size_t place;
    Packing packing;
  };
  constexpr std::array kMagics{
      Magic{"\x1f\x8b\x08"sv, 0, Packing::kGzip},
      Magic{"\x28\xb5\x2f\xfd"sv, 0, Packing::kCompressed},  // zstd
      Magic{"\xfd"
            "7zXZ\0"sv,
            0, Packing::kCompressed},                        // xz
      Magic{"\x04\x22\x4d\x18"sv, 0, Packing::kCompressed},  // lz4
      Magic{"\x02\x21\x4c\x18"sv, 0, Packing::kCompressed},  // lz4 of old
      // lzma and lzip have no checksum of their headers: some bytes ask for gigabytes.
      Magic{"\x5d\x00\x00"sv, 0, Packing::kUnreadable},
      Magic{"LZIP\x01"sv, 0, Packing::kUnreadable},
      Magic{"\x1f\x9d"sv, 0, Packing::kCompressed},  // compress
      // Two kinds of tar; mustard is none.
      Magic{"ustar\0"sv, 257, Packing::kArchive},
      Magic{"ustar  \0"sv, 257, Packing::kArchive},
      Magic{"PK\x03\x04"sv, 0, Packing::kArchive},
      Magic{"PK\x05\x06"sv, 0, Packing::kArchive},  // zip of nothing
      Magic{"7z\xbc\xaf\x27\x1c"sv, 0, Packing::kUnreadable},
      Magic{"Rar!\x1a\x07"sv, 0, Packing::kUnreadable},
      Magic{"!<arch>\n"sv, 0, Packing::kUnreadable},  // ar
      Magic{"\x78\x01"sv, 0, Packing::kUnreadable},   // zlib
      Magic{"\x78\x9c"sv, 0, Packing::kUnreadable},
  };
  if (is_cpio(start)) return Packing::kUnreadable;
  // bzip2: its level, and a block, or the end where it is of nothing.
  if (start.starts_with("BZh") && start.size() > 4) {
    const std::string_view block = start.substr(4);
    if (block.starts_with("1AY&SY") || block.starts_with("\x17\x72\x45\x38\x50\x90")) {
      return Packing::kCompressed;
    }
  }
  // A frame of zstd or lz4 that is passed over may stand first.
  if (start.size() >= 4 && (start[0] & 0xf0) == 0x50 && start.substr(1, 3) == "\x2a\x4d\x18") {
    return Packing::kCompressed;
  }
  for (const Magic& magic : kMagics) {
    if (start.size() < magic.place) continue;
    if (start.substr(magic.place).starts_with(magic.bytes)) return magic.packing;
  }
  return Packing::kPlain;
}

std::string_view packing_name(std::string_view path) noexcept {
  constexpr std::array kNames{".gz"sv, ".zst"sv, ".xz"sv, ".bz2"sv, ".lz4"sv, ".lz"sv};
  const auto same = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  };
  for (const std::string_view name : kNames) {
    if (path.size() < name.size()) continue;
    if (std::equal(name.rbegin(), name.rend(), path.rbegin(),
                   [&](char b, char a) { return same(a, b); })) {
      return name;
    }
  }
  return {};
}

}  // namespace hogvec::io
