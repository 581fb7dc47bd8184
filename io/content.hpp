// What a file holds, in one piece, whatever it is and however it is packed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/memory_map.hpp"

namespace hogvec::io {

/// The bytes of a file, for readers that need them all at once. Immutable; movable, the bytes stay
/// where they are.
class Content {
 public:
  /// A plain regular file is mapped. What is compressed, a FIFO, a device, or with "-" the standard
  /// input is read to its end, into memory or, where that is much, into an unnamed file in
  /// temporary_folder() that is mapped. An archive must have one file. Errors, with the path: those
  /// of open_for_reading() and read_file(); an archive of several files; no room.
  explicit Content(std::string path);

  const std::string& path() const noexcept { return path_; }
  std::string_view bytes() const noexcept {
    return {reinterpret_cast<const char*>(map_.data()), map_.size()};
  }
  /// Errors: a file that is mapped was changed since.
  void require_unchanged() const { map_.require_unchanged(); }

 private:
  std::string path_;
  MemoryMap map_;
};

/// Errors: there is nothing at the path, a folder, or a file that cannot be opened. Opens no FIFO,
/// and believes that "-" can be read.
void require_readable(const std::string& path);

/// Errors: two of the paths are the same pipe or standard input, of which whoever reads
/// second finds nothing. Paths that lead nowhere pass, and so do empty ones.
void require_read_once(const std::vector<std::string>& paths);

}  // namespace hogvec::io
