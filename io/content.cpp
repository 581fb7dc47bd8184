#include "io/content.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <utility>

#include "io/byte_reader.hpp"
#include "io/error.hpp"
#include "io/temporaries.hpp"
#include "io/unnamed_file.hpp"

namespace hogvec::io {

namespace {

constexpr std::size_t kMostInMemory = std::size_t{64} << 20;

/// All that `reader` has of one file.
MemoryMap read_to_end(ByteReader& reader) {
  // Touched as far as it is filled.
  MemoryMap start = MemoryMap::anonymous(kMostInMemory, false);
  char* const bytes = reinterpret_cast<char*>(start.data());
  std::size_t size = 0;  // of the bytes in memory
  UnnamedFile file;
  std::size_t in_file = 0;
  while (const std::size_t count = reader.read(bytes + size, kMostInMemory - size)) {
    size += count;
    if (size < kMostInMemory) continue;
    if (!file) file = UnnamedFile(temporary_folder());
    file.write(in_file, bytes, size);
    in_file += size;
    size = 0;
  }
  if (!file) {
    start.shorten(size);
    return start;
  }
  file.write(in_file, bytes, size);
  return file.map(in_file + size);
}

MemoryMap content_of(const std::string& path) {
  if (is_plain_file(path)) return MemoryMap::open_file(path);
  const std::unique_ptr<ByteReader> reader = read_file(open_for_reading(path), path);
  MemoryMap map;
  if (reader->next_file()) map = read_to_end(*reader);
  if (reader->next_file()) {
    throw Error(path + ": is an archive of several files; unpack the one that is meant");
  }
  return map;
}

}  // namespace

Content::Content(std::string path) : path_(std::move(path)), map_(content_of(path_)) {}

void require_readable(const std::string& path) {
  struct stat status;
  if (path == "-") return;
  if (stat(path.c_str(), &status) != 0) throw system_error(path, "cannot be opened for reading");
  if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) open_for_reading(path);
}

void require_read_once(const std::vector<std::string>& paths) {
  std::map<std::pair<dev_t, ino_t>, std::string> seen;
  for (const std::string& path : paths) {
    const bool standard_input = path == "-";
    struct stat status;
    if (standard_input ? fstat(STDIN_FILENO, &status) != 0 : stat(path.c_str(), &status) != 0) {
      continue;
    }
    // What is no stream can be opened again, but for a file that is the standard input already.
    const bool again = !S_ISFIFO(status.st_mode) && !S_ISSOCK(status.st_mode);
    if (again && !standard_input) continue;
    const auto [other, fresh] = seen.try_emplace({status.st_dev, status.st_ino}, path);
    if (fresh) continue;
    throw Error(path == other->second
                    ? path + ": is named twice, and can be read once; name a file instead"
                    : path + ": is the same as " + other->second +
                          ", and can be read once; name a file instead");
  }
}

}  // namespace hogvec::io
