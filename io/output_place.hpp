// Where a path leads that is to be written: into a folder, or straight to something that is open.
#pragma once

#include <string>

#include "io/descriptor.hpp"

namespace hogvec::io {

struct OutputPlace {
  std::string folder;  // resolved
  std::string name;    // in the folder
  bool straight;       // what it names is written as it stands: a device, a pipe, /dev/stdout
};

/// Follows the links of `path`, whose last one may name a file that does not exist yet.
/// Errors: the folder does not exist; `path` is a directory; links without end.
OutputPlace find_output_place(const std::string& path);

/// Opens what is written in place, without truncation: what is behind it may be shared. Waits for
/// the reader of a FIFO. Errors: cannot be opened, or is open for reading only.
Descriptor open_straight(const std::string& path, const OutputPlace& place);

}  // namespace hogvec::io
