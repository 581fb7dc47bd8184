// A file that grows by whole lines, for others to read meanwhile.
#pragma once

#include <string>
#include <string_view>

#include "io/descriptor.hpp"

namespace hogvec::io {

/// Lines are written as they come, each append() at once and whole or not at all: who follows the
/// file sees no half line, and who is killed leaves none. A regular file is opened, and an old one
/// emptied, with the first line; a device, a pipe or /dev/stdout at once. Not thread-safe.
class LineLog {
 public:
  enum class Begin {
    kAnew,    // in the place of what stands there
    kBehind,  // what stands there; a last line without its end is cut off
  };

  /// Waits for the reader of a FIFO. Errors: its folder does not exist, it is a directory; what is
  /// written straight cannot be opened.
  LineLog(std::string path, Begin begin);

  /// One or more lines, with their ends. Errors: cannot be opened or written; the file is as it was
  /// before, and the next lines may succeed.
  void append(std::string_view lines);

  const std::string& path() const noexcept { return path_; }

 private:
  void open();

  std::string path_;
  Begin begin_;
  bool regular_ = true;
  Descriptor file_;  // none: to be opened
};

}  // namespace hogvec::io
