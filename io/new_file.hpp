// Files that are made beside their place, get their room first, and take their place whole.
#pragma once

#include <cstdint>
#include <string>

#include "io/descriptor.hpp"

namespace hogvec::io {

/// The place of a regular file to come: links are followed, and what stands there stays until
/// take(). Not thread-safe.
class FilePlace {
 public:
  /// Errors: no name, or one that says that the file is compressed; the folder does not exist; a
  /// directory, a device or a pipe stands there; what stands there must not be written.
  explicit FilePlace(const std::string& path);
  FilePlace(const FilePlace&) = delete;
  FilePlace& operator=(const FilePlace&) = delete;
  /// A hidden file that has not taken the place goes.
  ~FilePlace();

  const std::string& target() const noexcept { return target_; }  // absolute, without links

  /// A new empty file to read and write, with mode and owner of what stands there. It has no name,
  /// so that a process that dies leaves nothing; where the file system has no such files, a hidden
  /// one beside the target. Once. Errors: the folder cannot be written.
  Descriptor make();

  /// Gives the file of make() the target's name, in the place of what stands there. The file stays
  /// open. May be tried again after an Error: what the system says.
  void take(const Descriptor& file);

 private:
  std::string path_;    // as the user named it
  std::string folder_;  // of the target
  std::string name_;    // of the target, in its folder
  std::string target_;
  std::string hidden_;  // the hidden name of the file, empty while it has none
};

/// Takes the disk space of [offset, offset + length) of a file, whose size grows to hold it, before
/// a mapping writes there: a mapped page for which the disk has no room is a SIGBUS.
/// Errors: no room, with what is needed and what is free, and what the system says.
void reserve_blocks(const Descriptor& file, std::uint64_t offset, std::uint64_t length,
                    const std::string& path);

}  // namespace hogvec::io
