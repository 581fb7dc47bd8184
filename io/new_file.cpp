#include "io/new_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <random>
#include <string_view>

#include "io/error.hpp"
#include "io/packing.hpp"

namespace hogvec::io {

namespace {

namespace fs = std::filesystem;

constexpr int kMaxLinks = 40;  // as the kernel's own limit
constexpr mode_t kModeBits = 07777;
constexpr std::uint64_t kBlock = 512;  // the unit of st_blocks, whatever the file system's own

/// Folders whose entries stand for open files and devices: no file can be made beside them.
bool names_open_files(const std::string& folder) {
  return folder == "/dev" || folder == "/dev/fd" || folder == "/proc" ||
         folder.starts_with("/proc/");
}

std::string descriptor_path(const Descriptor& file) {
  return "/proc/self/fd/" + std::to_string(file.get());
}

/// A hidden name beside the target.
std::string hidden_name(const std::string& folder, const std::string& name) {
  static constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  constexpr std::size_t kNameBytes = 200;  // of the 255 that a name may have
  std::random_device random;
  std::uniform_int_distribution<std::size_t> letter(0, kLetters.size() - 1);
  std::string hidden = "." + name.substr(0, kNameBytes) + ".";
  for (int k = 0; k < 6; ++k) hidden += kLetters[letter(random)];
  return (fs::path(folder) / hidden).string();
}

/// A file without a name; none where the file system, or a missing /proc, does not allow one that
/// can get a name later.
Descriptor open_unnamed(const std::string& folder) {
#ifdef O_TMPFILE
  Descriptor file(open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0666));
  if (file.get() >= 0 && access(descriptor_path(file).c_str(), F_OK) == 0) return file;
#endif
  return {};
}

/// The name of an entry lasts when its folder does. A file system that cannot say so (EINVAL) has
/// nothing better to offer.
void sync_folder(const std::string& folder) {
  const Descriptor opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() >= 0) fsync(opened.get());
}

Error no_room(const std::string& path, std::uint64_t needed, std::uint64_t free) {
  return Error(
      fmt::format("{}: no room: {} bytes are needed and {} are free; name a folder with "
                  "more space",
                  path, needed, free));
}

}  // namespace

FilePlace::FilePlace(const std::string& path) : path_(path) {
  if (path.empty()) throw Error("the file has no name; give it one");
  if (!packing_name(path).empty()) {
    throw Error(path + ": this file is mapped, so it cannot be compressed; name it without " +
                std::string(packing_name(path)));
  }
  fs::path current = path;
  // By hand, since the last link may name a file that does not exist yet.
  for (int hop = 0;; ++hop) {
    if (hop == kMaxLinks) throw Error(path + ": too many symbolic links; name the file itself");
    std::error_code failure;
    const fs::path parent = current.parent_path();
    folder_ = fs::canonical(parent.empty() ? "." : parent, failure).string();
    if (failure) {
      throw Error(path + ": the folder " + parent.string() +
                  " cannot be used, create it first: " + failure.message());
    }
    name_ = current.filename().string();
    if (name_.empty() || name_ == "." || name_ == "..") {
      throw Error(path + ": is a directory; name a file in it");
    }
    if (names_open_files(folder_)) {
      throw Error(path + ": is a device or an open file; name a file in a folder");
    }
    target_ = (fs::path(folder_) / name_).string();
    const fs::path next = fs::read_symlink(target_, failure);
    if (failure) break;  // not a link: a file, or nothing yet
    current = fs::path(folder_) / next;
  }
  struct stat status;
  if (stat(target_.c_str(), &status) != 0) return;
  if (S_ISDIR(status.st_mode)) throw Error(path + ": is a directory; name a file in it");
  if (!S_ISREG(status.st_mode)) {
    throw Error(path + ": is not a regular file and cannot be replaced; name another");
  }
  if (faccessat(AT_FDCWD, target_.c_str(), W_OK, AT_EACCESS) != 0) {
    throw system_error(path, "cannot be written; name another file, or change its mode");
  }
}

FilePlace::~FilePlace() {
  if (!hidden_.empty()) unlink(hidden_.c_str());
}

Descriptor FilePlace::make() {
  Descriptor file = open_unnamed(folder_);
  while (file.get() < 0) {
    std::string name = hidden_name(folder_, name_);
    file = Descriptor(open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (file.get() >= 0) {
      hidden_ = std::move(name);
    } else if (errno != EEXIST && errno != EINTR) {
      throw system_error(path_, "no file can be made in its folder; name one you can write");
    }
  }
  struct stat status;
  if (stat(target_.c_str(), &status) == 0) {
    // The owner only where the system allows it; first, since a change of owner clears mode bits.
    [[maybe_unused]] const int owned = fchown(file.get(), status.st_uid, status.st_gid);
    fchmod(file.get(), status.st_mode & kModeBits);
  }
  return file;
}

void FilePlace::take(const Descriptor& file) {
  // A name that is free is given in one step; only what takes another's place has a hidden one
  // first.
  if (hidden_.empty() && linkat(AT_FDCWD, descriptor_path(file).c_str(), AT_FDCWD, target_.c_str(),
                                AT_SYMLINK_FOLLOW) == 0) {
    sync_folder(folder_);
    return;
  }
  while (hidden_.empty()) {
    std::string name = hidden_name(folder_, name_);
    if (linkat(AT_FDCWD, descriptor_path(file).c_str(), AT_FDCWD, name.c_str(),
               AT_SYMLINK_FOLLOW) == 0) {
      hidden_ = std::move(name);
    } else if (errno != EEXIST) {
      throw system_error(path_, "cannot be given its name");
    }
  }
  if (rename(hidden_.c_str(), target_.c_str()) != 0) {
    throw system_error(path_, "cannot be replaced");
  }
  hidden_.clear();
  sync_folder(folder_);
}

void reserve_blocks(const Descriptor& file, std::uint64_t offset, std::uint64_t length,
                    const std::string& path) {
  if (length == 0) return;
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<off_t>::max());
  struct stat status;
  struct statvfs space;
  if (fstat(file.get(), &status) != 0 || fstatvfs(file.get(), &space) != 0) {
    throw system_error(path, "cannot be examined");
  }
  const std::uint64_t free = space.f_bfree * space.f_frsize;
  if (offset > kMax || length > kMax - offset) throw no_room(path, length, free);
  // What the file has already may lie in the range, unless that begins behind its end.
  const std::uint64_t held = offset < static_cast<std::uint64_t>(status.st_size)
                                 ? static_cast<std::uint64_t>(status.st_blocks) * kBlock
                                 : 0;
  const std::uint64_t needed = length - std::min(length, held);
  // Asked first: to try would fill the disk, if only for a moment, and others write there too. A
  // file system of no size (f_blocks) does not tell.
  if (space.f_blocks != 0 && needed > free) throw no_room(path, needed, free);
  int error;
  do {
    error = posix_fallocate(file.get(), static_cast<off_t>(offset), static_cast<off_t>(length));
  } while (error == EINTR);
  if (error == 0) return;
  if (error == ENOSPC || error == EDQUOT) throw no_room(path, needed, free);
  errno = error;
  throw system_error(path, fmt::format("{} bytes cannot be reserved", length));
}

}  // namespace hogvec::io
