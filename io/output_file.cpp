#include "io/output_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <random>
#include <tuple>
#include <utility>

#include "io/error.hpp"

namespace hogvec::io {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBufferBytes = 256 << 10;
constexpr int kMaxLinks = 40;  // as the kernel's own limit
constexpr mode_t kModeBits = 07777;

int open_retry(const std::string& path, int flags, mode_t mode = 0) {
  int file;
  do {
    file = open(path.c_str(), flags | O_CLOEXEC, mode);
  } while (file < 0 && errno == EINTR);
  return file;
}

/// Folders whose entries stand for open files and devices: what they name is written straight, even
/// where it is a regular file, as /dev/stdout may be.
bool names_open_files(const std::string& folder) {
  return folder == "/dev" || folder == "/dev/fd" || folder == "/proc" ||
         folder.starts_with("/proc/");
}

struct Resolved {
  fs::path folder;  // canonical
  fs::path name;
  bool straight;  // the way led through a folder of open files
  fs::path full() const { return folder / name; }
};

/// Follows the links of the last component by hand: the last one may name a file that does not
/// exist yet, and one through /proc/self/fd must not be followed to the file behind it.
Resolved resolve(const std::string& path) {
  if (path.empty()) throw Error("the output file has no name; give it one");
  fs::path current = path;
  for (int hop = 0; hop < kMaxLinks; ++hop) {
    std::error_code failure;
    const fs::path parent = current.parent_path();
    Resolved result{fs::canonical(parent.empty() ? "." : parent, failure), current.filename(),
                    false};
    if (failure) {
      throw Error(path + ": the folder " + parent.string() +
                  " cannot be used, create it first: " + failure.message());
    }
    if (result.name.empty() || result.name == "." || result.name == "..") {
      throw Error(path + ": is a directory; name a file in it");
    }
    const std::string folder = result.folder.string();
    result.straight = names_open_files(folder);
    if (folder.starts_with("/proc")) return result;
    const fs::path next = fs::read_symlink(result.full(), failure);
    if (failure) return result;  // not a link: a file, or nothing yet
    current = result.folder / next;
  }
  throw Error(path + ": too many symbolic links; name the file itself");
}

/// N where `target` is /proc/<this process>/fd/N, else -1.
int own_descriptor(const Resolved& target) {
  const std::string own = "/proc/" + std::to_string(getpid()) + "/";
  const std::string folder = target.folder.string();
  if (!folder.starts_with(own) || !folder.ends_with("/fd")) return -1;
  const std::string name = target.name.string();
  int number = -1;
  const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), number);
  return code == std::errc() && end == name.data() + name.size() ? number : -1;
}

/// Opens what is written in place: no truncation, for what is behind it may be shared.
int open_straight(const std::string& path, const Resolved& target) {
  const int number = own_descriptor(target);
  // A copy of the descriptor shares its position and its append mode; opening it anew would start
  // over what is already in the file.
  const int file = number >= 0 ? fcntl(number, F_DUPFD_CLOEXEC, 3)
                               : open_retry(target.full().string(), O_WRONLY | O_NOCTTY);
  if (file < 0) throw system_error(path, "cannot be opened for writing");
  if (number >= 0 && (fcntl(file, F_GETFL) & O_ACCMODE) == O_RDONLY) {
    close(file);
    throw Error(path + ": is open for reading only; redirect it to a file or a pipe");
  }
  return file;
}

/// A hidden name beside the target.
std::string temporary_name(const Resolved& target) {
  static constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  constexpr std::size_t kNameBytes = 200;  // of the 255 that a name may have
  std::random_device random;
  std::uniform_int_distribution<std::size_t> letter(0, kLetters.size() - 1);
  std::string name = ".";
  name += target.name.string().substr(0, kNameBytes);
  name += '.';
  for (int k = 0; k < 6; ++k) name += kLetters[letter(random)];
  return (target.folder / name).string();
}

/// Tries names until `make(name)` returns something other than -1 with EEXIST.
template <typename Make>
std::pair<int, std::string> make_with_free_name(const Resolved& target, const Make& make) {
  for (;;) {
    std::string name = temporary_name(target);
    const int result = make(name);
    if (result >= 0 || errno != EEXIST) return {result, std::move(name)};
  }
}

std::string descriptor_path(int file) { return "/proc/self/fd/" + std::to_string(file); }

/// A file without a name, which a killed process cannot leave behind; -1 where the file system or a
/// missing /proc does not allow it.
int open_unnamed(const Resolved& target) {
#ifdef O_TMPFILE
  const int file = open_retry(target.folder.string(), O_TMPFILE | O_WRONLY, 0666);
  if (file < 0 || access(descriptor_path(file).c_str(), F_OK) == 0) return file;
  close(file);
#endif
  return -1;
}

void write_all(int file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {  // a pipe that another process made non-blocking
      pollfd ready{file, POLLOUT, 0};
      poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      throw system_error(path, "cannot be written");
    }
  }
}

}  // namespace

OutputFile::OutputFile(const std::string& path) : path_(path) {
  const Resolved target = resolve(path);
  target_ = target.full().string();
  struct stat status;
  const bool exists = stat(target_.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) throw Error(path + ": is a directory; name a file in it");
  straight_ = target.straight || (exists && !S_ISREG(status.st_mode));
  if (straight_) {
    file_ = open_straight(path, target);
    return;
  }
  if (exists && faccessat(AT_FDCWD, target_.c_str(), W_OK, AT_EACCESS) != 0) {
    throw system_error(path, "cannot be written; name another file, or change its mode");
  }
  open_beside();
  // It can be made, and is made again when there is something to write: until then a process that
  // is killed leaves no file behind.
  if (!temporary_.empty()) discard();
}

OutputFile::~OutputFile() { discard(); }

void OutputFile::open_beside() {
  const fs::path path = target_;
  const Resolved target{path.parent_path(), path.filename(), false};
  file_ = open_unnamed(target);
  if (file_ < 0) {
    std::tie(file_, temporary_) = make_with_free_name(target, [](const std::string& name) {
      return open_retry(name, O_WRONLY | O_CREAT | O_EXCL, 0666);
    });
    if (file_ < 0)
      throw system_error(path_, "no file can be made in its folder; name one you can write");
  }
  struct stat status;
  if (stat(target_.c_str(), &status) == 0) {
    // The owner only where the system allows it; first, since a change of owner clears mode bits.
    [[maybe_unused]] const int owned = fchown(file_, status.st_uid, status.st_gid);
    fchmod(file_, status.st_mode & kModeBits);
  }
}

void OutputFile::discard() noexcept {
  if (file_ < 0) return;
  close(std::exchange(file_, -1));
  if (!temporary_.empty()) unlink(temporary_.c_str());
  temporary_.clear();
}

void OutputFile::write(std::string_view bytes) {
  if (buffer_.size() + bytes.size() > kBufferBytes) flush();
  if (bytes.size() >= kBufferBytes) {
    put(bytes);
  } else {
    buffer_.append(bytes);
  }
}

void OutputFile::put(std::string_view bytes) {
  if (file_ < 0) open_beside();
  write_all(file_, bytes, path_);
}

void OutputFile::flush() {
  put(buffer_);
  buffer_.clear();
}

void OutputFile::commit() {
  flush();
  if (!straight_ && temporary_.empty()) {
    const fs::path target = target_;
    const std::string unnamed = descriptor_path(file_);
    const Resolved place{target.parent_path(), target.filename(), false};
    auto [result, name] = make_with_free_name(place, [&](const std::string& free) {
      return linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, free.c_str(), AT_SYMLINK_FOLLOW);
    });
    if (result != 0) throw system_error(path_, "cannot be given its name");
    temporary_ = std::move(name);
  }
  // Linux closes the descriptor even where close reports EINTR.
  if (close(std::exchange(file_, -1)) != 0 && errno != EINTR) {
    const int code = errno;
    if (!temporary_.empty()) unlink(temporary_.c_str());
    errno = code;
    throw system_error(path_, "cannot be written");
  }
  // The run may have taken days: what it wrote stays, under the name it has.
  if (!straight_ && rename(temporary_.c_str(), target_.c_str()) != 0) {
    throw system_error(path_, "cannot be replaced, the result is kept in " + temporary_);
  }
}

bool same_file(const std::string& a, const std::string& b) {
  struct stat first;
  struct stat second;
  return stat(a.c_str(), &first) == 0 && stat(b.c_str(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

}  // namespace hogvec::io
