#include "io/file_calls.hpp"

#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "io/error.hpp"

namespace hogvec::io {

bool try_lock(const Descriptor& file, int kind, const std::string& path) {
  int result;
  do {
    result = flock(file.get(), kind | LOCK_NB);
  } while (result != 0 && errno == EINTR);
  if (result == 0) return true;
  if (errno == EWOULDBLOCK) return false;
  // Some network file systems know no locks: there two trainers are the user's own affair.
  if (errno == ENOSYS || errno == EOPNOTSUPP) return true;
  throw system_error(path, "cannot be locked");
}

void write_at(const Descriptor& file, std::uint64_t offset, const void* bytes, std::size_t size,
              const std::string& path) {
  const char* next = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t written = pwrite(file.get(), next, size, static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw system_error(path, "cannot be written");
    next += written;
    offset += static_cast<std::uint64_t>(written);
    size -= static_cast<std::size_t>(written);
  }
}

void sync_data(const Descriptor& file, const std::string& path) {
  while (fdatasync(file.get()) != 0) {
    if (errno != EINTR) throw system_error(path, "cannot be made lasting");
  }
}

std::size_t copy_within_system(const Descriptor& from, std::uint64_t from_offset,
                               const Descriptor& to, std::uint64_t to_offset, std::size_t bytes) {
  auto source = static_cast<off_t>(from_offset);
  auto target = static_cast<off_t>(to_offset);
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t copied = copy_file_range(from.get(), &source, to.get(), &target, bytes - done, 0);
    if (copied < 0 && errno == EINTR) continue;
    if (copied <= 0) break;
    done += static_cast<std::size_t>(copied);
  }
  return done;
}

}  // namespace hogvec::io
