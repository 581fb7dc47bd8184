#include "io/output_place.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>

#include "io/error.hpp"

namespace hogvec::io {

namespace {

namespace fs = std::filesystem;

constexpr int kMaxLinks = 40;  // as the kernel's own limit

/// Folders whose entries stand for open files and devices: what they name is written straight, even
/// where it is a regular file, as /dev/stdout may be.
bool names_open_files(const std::string& folder) {
  return folder == "/dev" || folder == "/dev/fd" || folder == "/proc" ||
         folder.starts_with("/proc/");
}

std::string full_path(const OutputPlace& place) {
  return (fs::path(place.folder) / place.name).string();
}

/// Follows the links of the last component by hand: one through /proc/self/fd must not be followed
/// to the file behind it.
OutputPlace follow_links(const std::string& path) {
  if (path.empty()) throw Error("the output file has no name; give it one");
  fs::path current = path;
  for (int hop = 0; hop < kMaxLinks; ++hop) {
    std::error_code failure;
    const fs::path parent = current.parent_path();
    const fs::path folder = fs::canonical(parent.empty() ? "." : parent, failure);
    if (failure) {
      throw Error(path + ": the folder " + parent.string() +
                  " cannot be used, create it first: " + failure.message());
    }
    OutputPlace place{folder.string(), current.filename().string(),
                      names_open_files(folder.string())};
    if (place.name.empty() || place.name == "." || place.name == "..") {
      throw Error(path + ": is a directory; name a file in it");
    }
    if (place.folder.starts_with("/proc")) return place;
    const fs::path next = fs::read_symlink(full_path(place), failure);
    if (failure) return place;  // not a link: a file, or nothing yet
    current = folder / next;
  }
  throw Error(path + ": too many symbolic links; name the file itself");
}

/// N where `place` is /proc/<this process>/fd/N, else -1.
int own_descriptor(const OutputPlace& place) {
  const std::string own = "/proc/" + std::to_string(getpid()) + "/";
  if (!place.folder.starts_with(own) || !place.folder.ends_with("/fd")) return -1;
  int number = -1;
  const char* const name_end = place.name.data() + place.name.size();
  const auto [end, code] = std::from_chars(place.name.data(), name_end, number);
  return code == std::errc() && end == name_end ? number : -1;
}

}  // namespace

OutputPlace find_output_place(const std::string& path) {
  OutputPlace place = follow_links(path);
  struct stat status;
  if (stat(full_path(place).c_str(), &status) != 0) return place;
  if (S_ISDIR(status.st_mode)) throw Error(path + ": is a directory; name a file in it");
  place.straight = place.straight || !S_ISREG(status.st_mode);
  return place;
}

Descriptor open_straight(const std::string& path, const OutputPlace& place) {
  const int number = own_descriptor(place);
  int file;
  do {
    // A copy of the descriptor shares its position and its append mode; opening it anew would start
    // over what is already in the file.
    file = number >= 0 ? fcntl(number, F_DUPFD_CLOEXEC, 3)
                       : open(full_path(place).c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC);
  } while (file < 0 && errno == EINTR);
  if (file < 0) throw system_error(path, "cannot be opened for writing");
  Descriptor opened(file);
  if (number >= 0 && (fcntl(file, F_GETFL) & O_ACCMODE) == O_RDONLY) {
    throw Error(path + ": is open for reading only; redirect it to a file or a pipe");
  }
  return opened;
}

}  // namespace hogvec::io
