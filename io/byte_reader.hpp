// Bytes one after the other, out of a file, a pipe or what was compressed.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "io/descriptor.hpp"

namespace hogvec::io {

/// Whether a path leads to a regular file that is not packed, so that it can be mapped. False for
/// what is not there. Errors: it cannot be opened.
bool is_plain_file(const std::string& path);

/// A sequence of files, of which each is a sequence of bytes. Not thread-safe.
class ByteReader {
 public:
  virtual ~ByteReader() = default;
  ByteReader() = default;
  ByteReader(const ByteReader&) = delete;
  ByteReader& operator=(const ByteReader&) = delete;

  /// Goes on to the next file, the first one to begin with; false where there is none. Errors: as
  /// read().
  virtual bool next_file() = 0;

  /// Up to `size` bytes, which is not 0; 0 at the end of the file. Errors, with the name and about
  /// where: it cannot be read, is cut off or damaged, or its checksum is another.
  virtual std::size_t read(char* to, std::size_t size) = 0;

  /// The descriptor that the current file is all of, at its beginning, where it can be read
  /// anywhere; -1 where there is none. Then read() is not to be called any more.
  virtual int seekable() noexcept { return -1; }

  /// The name of the file, for messages: of what an archive holds, with that of the archive.
  virtual std::string name() const = 0;
};

/// Reads an open file from where it stands, whatever it is, unpacked by what it holds: the bytes of
/// a plain or compressed file, also of several that were packed one after the other, or the regular
/// files of an archive; what they hold may be packed again, some times. Errors: as
/// ByteReader::read(); a packing that is known and cannot be read.
std::unique_ptr<ByteReader> read_file(Descriptor file, const std::string& name);

/// Opens what `path` names for reading: a file, a FIFO, which is waited for, a device, or with "-"
/// the standard input. Errors: with the path.
Descriptor open_for_reading(const std::string& path);

}  // namespace hogvec::io
