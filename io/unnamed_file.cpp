#include "io/unnamed_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "io/error.hpp"
#include "io/file_calls.hpp"
#include "io/temporaries.hpp"

namespace hogvec::io {

namespace {

std::string name_in(const std::string& folder) {
  return folder + ": a temporary file (TMPDIR names another folder)";
}

}  // namespace

Descriptor open_unnamed(const std::string& folder) {
  int file = -1;
#ifdef O_TMPFILE
  file = open(folder.c_str(), O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
#endif
  // Not every file system knows O_TMPFILE; any other failure is told below as well. The name goes
  // at once.
  if (file < 0) {
    file = TemporaryName::make(AT_FDCWD, folder + "/.hogvec", [](const char* name) {
             return open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
           }).first;
  }
  if (file < 0) {
    throw system_error(folder,
                       "no temporary file can be made here; set TMPDIR to a folder you can write");
  }
  return Descriptor(file);
}

UnnamedFile::UnnamedFile(const std::string& folder)
    : file_(open_unnamed(folder)), folder_(folder) {}

void UnnamedFile::write(std::uint64_t place, const void* bytes, std::size_t size) {
  write_at(file_, place, bytes, size, name_in(folder_));
}

void UnnamedFile::read(std::uint64_t place, void* bytes, std::size_t size) const {
  char* next = static_cast<char*>(bytes);
  while (size > 0) {
    const ssize_t count = pread(file_.get(), next, size, static_cast<off_t>(place));
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) errno = EIO;  // it was written
    if (count <= 0) throw system_error(name_in(folder_), "cannot be read");
    next += count;
    place += static_cast<std::uint64_t>(count);
    size -= static_cast<std::size_t>(count);
  }
}

MemoryMap UnnamedFile::map(std::size_t bytes) const {
  MemoryMap map = MemoryMap::shared(
      file_.get(), bytes, false,
      folder_ +
          ": a page of a temporary file cannot be had, the disk fails; set TMPDIR to another");
  if (bytes != 0 && map.size() == 0) throw system_error(name_in(folder_), "cannot be mapped");
  return map;
}

}  // namespace hogvec::io
