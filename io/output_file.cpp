#include "io/output_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <utility>

#include "io/error.hpp"
#include "io/model_file.hpp"
#include "io/output_place.hpp"

namespace hogvec::io {

namespace {

constexpr std::size_t kBufferBytes = 256 << 10;
constexpr mode_t kModeBits = 07777;

int open_retry(int folder, const char* name, int flags, mode_t mode) {
  int file;
  do {
    file = openat(folder, name, flags | O_CLOEXEC, mode);
  } while (file < 0 && errno == EINTR);
  return file;
}

/// A hidden name for the file while it is not in its place.
std::string hidden(const std::string& name) {
  constexpr std::size_t kNameBytes = 200;  // of the 255 that a name may have
  return '.' + name.substr(0, kNameBytes);
}

std::string descriptor_path(int file) { return "/proc/self/fd/" + std::to_string(file); }

/// Where a folder is now, which may have been renamed; `otherwise` where the system does not say.
std::string path_of(int folder, const std::string& otherwise) {
  std::array<char, PATH_MAX> path;
  const ssize_t size = readlink(descriptor_path(folder).c_str(), path.data(), path.size());
  return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : otherwise;
}

/// A file without a name, which a killed process cannot leave behind; -1 where the file system or a
/// missing /proc does not allow it.
int open_unnamed(int folder) {
#ifdef O_TMPFILE
  const int file = open_retry(folder, ".", O_TMPFILE | O_RDWR, 0666);
  if (file < 0 || access(descriptor_path(file).c_str(), F_OK) == 0) return file;
  close(file);
#endif
  return -1;
}

/// Takes what is written off the front of `bytes`. Returns whether that is all; errno says why not.
bool write_some(int file, std::string_view& bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {  // a pipe that another process made non-blocking
      pollfd ready{file, POLLOUT, 0};
      poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

/// The first `size` bytes of a file to the end of another. errno says why not.
bool copy_bytes(int from, std::uint64_t size, int to) {
  std::string buffer(kBufferBytes, '\0');
  for (std::uint64_t done = 0; done < size;) {
    const std::size_t wanted = std::min<std::uint64_t>(size - done, buffer.size());
    const ssize_t got = pread(from, buffer.data(), wanted, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) errno = EIO;
    if (got <= 0) return false;
    done += static_cast<std::uint64_t>(got);
    std::string_view rest(buffer.data(), static_cast<std::size_t>(got));
    if (!write_some(to, rest)) return false;
  }
  return true;
}

/// What a file system says only when a file is closed, asked while the file is still there.
bool written_back(int file) {
  const int copy = fcntl(file, F_DUPFD_CLOEXEC, 0);
  // Linux closes the descriptor even where close reports EINTR.
  return copy < 0 || close(copy) == 0 || errno == EINTR;
}

std::string nowhere(const std::string& why) {
  return why + "; nor can it be kept in " + temporary_folder();
}

bool same_inode(const struct stat& a, const struct stat& b) noexcept {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/// Whether `name` in `folder` is still that file.
bool is_there(int folder, const std::string& name, int file) {
  struct stat named;
  struct stat open;
  return fstatat(folder, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         fstat(file, &open) == 0 && same_inode(named, open);
}

}  // namespace

OutputFile::OutputFile(const std::string& path, const std::string& packed_as)
    : path_(path),
      packer_(Packer::for_name(packed_as, [this](std::string_view packed) { put(packed); })) {
  OutputPlace place = find_output_place(path);
  if (place.straight) {
    file_ = open_straight(path, place);
    return;
  }
  folder_ = Descriptor(open(place.folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder_) throw system_error(path, "its folder cannot be opened");
  folder_path_ = std::move(place.folder);
  name_ = std::move(place.name);
  if (faccessat(folder_.get(), name_.c_str(), W_OK, AT_EACCESS) != 0 && errno != ENOENT) {
    throw system_error(path, "cannot be written; name another file, or change its mode");
  }
  refuse_unfinished_run(path);
  if (open_beside() < 0) {
    throw system_error(path_, "no file can be made in its folder; name one you can write");
  }
  // It can be made, and is made again when there is something to write: until then a process that
  // is killed leaves no file behind.
  if (!temporary_.empty()) {
    file_ = Descriptor();
    temporary_ = TemporaryName();
  }
}

int OutputFile::open_beside() {
  file_ = Descriptor(open_unnamed(folder_.get()));
  if (!file_) {
    auto [file, name] =
        TemporaryName::make(folder_.get(), hidden(name_), [this](const char* free_name) {
          return open_retry(folder_.get(), free_name, O_RDWR | O_CREAT | O_EXCL, 0666);
        });
    if (file < 0) return file;
    file_ = Descriptor(file);
    temporary_ = std::move(name);
  }
  struct stat status;
  if (fstatat(folder_.get(), name_.c_str(), &status, 0) == 0) {
    // The owner only where the system allows it; first, since a change of owner clears mode bits.
    [[maybe_unused]] const int owned = fchown(file_.get(), status.st_uid, status.st_gid);
    fchmod(file_.get(), status.st_mode & kModeBits);
  }
  return file_.get();
}

void OutputFile::write(std::string_view bytes) {
  if (buffer_.size() + bytes.size() > kBufferBytes) flush();
  if (bytes.size() >= kBufferBytes) {
    pack(bytes);
  } else {
    buffer_.append(bytes);
  }
}

void OutputFile::flush() {
  pack(buffer_);
  buffer_.clear();
}

void OutputFile::pack(std::string_view bytes) {
  if (packer_) {
    packer_->write(bytes);
  } else {
    put(bytes);
  }
}

void OutputFile::put(std::string_view bytes) {
  if (!file_ && open_beside() < 0) {
    move_elsewhere(system_error(path_, "no file can be made in its folder any more").what());
  }
  for (;;) {
    std::string_view rest = bytes;
    const bool all = write_some(file_.get(), rest);
    written_ += bytes.size() - rest.size();
    if (all) return;
    if (!elsewhere_.empty()) throw system_error(nowhere(elsewhere_), "cannot be written");
    const Error failure = system_error(path_, "cannot be written");
    if (!folder_) throw failure;
    move_elsewhere(failure.what());
    bytes = rest;
  }
}

void OutputFile::commit() {
  flush();
  if (packer_) packer_->finish();
  if (!folder_) {
    const int file = file_.give();
    if (close(file) != 0 && errno != EINTR) throw system_error(path_, "cannot be written");
    return;
  }
  if (elsewhere_.empty()) take_place();
  if (!elsewhere_.empty() && !written_back(file_.get())) {
    throw system_error(nowhere(elsewhere_), "cannot be written");
  }
  file_ = Descriptor();
  const std::string kept = temporary_.name();
  temporary_.keep();
  if (!elsewhere_.empty()) throw Error(elsewhere_ + "; the result is kept in " + kept);
}

/// On return the file is in its place, or elsewhere.
void OutputFile::take_place() {
  const auto give_up = [this](const char* what) {
    move_elsewhere(system_error(path_, what).what());
  };
  if (!written_back(file_.get())) return give_up("cannot be written");
  if (temporary_.empty()) {
    const std::string unnamed = descriptor_path(file_.get());
    // A name that is free is given in one step; only what takes another's place has a hidden one
    // first.
    if (linkat(AT_FDCWD, unnamed.c_str(), folder_.get(), name_.c_str(), AT_SYMLINK_FOLLOW) == 0) {
      return;
    }
    auto [result, name] =
        TemporaryName::make(folder_.get(), hidden(name_), [&](const char* free_name) {
          return linkat(AT_FDCWD, unnamed.c_str(), folder_.get(), free_name, AT_SYMLINK_FOLLOW);
        });
    if (result != 0) return give_up("cannot be given its name");
    temporary_ = std::move(name);
  }
  const std::string& name = temporary_.name();
  if (renameat(folder_.get(), name.c_str(), folder_.get(), name_.c_str()) == 0) return;
  const Error failure = system_error(path_, "cannot be replaced");
  if (!keeps_) throw failure;
  // Whoever removed the folder has removed the name, but not the file that is open here.
  if (!is_there(folder_.get(), name, file_.get())) return move_elsewhere(failure.what());
  const std::string kept = path_of(folder_.get(), folder_path_) + '/' + name;
  temporary_.keep();
  throw Error(std::string(failure.what()) + "; the result is kept in " + kept);
}

/// What is written so far goes to a file in the folder of temporaries, and the rest after it.
/// Errors: that cannot be.
void OutputFile::move_elsewhere(const std::string& why) {
  if (!keeps_) throw Error(why);
  // Nobody else's to read: the folder may be everybody's.
  auto [file, name] = TemporaryName::make(
      AT_FDCWD, temporary_folder() + "/hogvec" + hidden(name_), [](const char* free_name) {
        return open_retry(AT_FDCWD, free_name, O_RDWR | O_CREAT | O_EXCL, 0600);
      });
  if (file < 0) throw system_error(nowhere(why), "no file can be made");
  Descriptor moved(file);
  if (!copy_bytes(file_.get(), written_, file))
    throw system_error(nowhere(why), "cannot be written");
  file_ = std::move(moved);
  temporary_ = std::move(name);
  elsewhere_ = why;
}

bool OutputFile::same_place(const OutputFile& other) const noexcept {
  struct stat mine;
  struct stat others;
  return folder_ && other.folder_ && name_ == other.name_ && fstat(folder_.get(), &mine) == 0 &&
         fstat(other.folder_.get(), &others) == 0 && same_inode(mine, others);
}

std::optional<OutputFile::Volume> OutputFile::volume() const noexcept {
  struct stat folder;
  struct statvfs volume;
  if (!folder_ || fstat(folder_.get(), &folder) != 0 || fstatvfs(folder_.get(), &volume) != 0 ||
      volume.f_blocks == 0) {
    return std::nullopt;
  }
  // Some blocks are kept for the superuser.
  const std::uint64_t blocks = geteuid() == 0 ? volume.f_bfree : volume.f_bavail;
  return Volume{folder.st_dev, blocks * volume.f_frsize};
}

void require_space(std::span<const SpaceNeed> needs) {
  constexpr std::uint64_t kMiB = 1 << 20;
  for (const SpaceNeed& need : needs) {
    const auto volume = need.file->volume();
    if (!volume || need.file->is_packed()) continue;
    std::uint64_t bytes = 0;
    for (const SpaceNeed& other : needs) {
      const auto others = other.file->volume();
      if (others && !other.file->is_packed() && others->device == volume->device)
        bytes += other.bytes;
    }
    if (bytes <= volume->free_bytes) continue;
    throw Error(need.file->path() + ": its file system has " +
                std::to_string(volume->free_bytes / kMiB) +
                " MiB free, and the output takes about " + std::to_string(bytes / kMiB + 1) +
                " MiB; make room, or name a file elsewhere");
  }
}

bool same_file(const std::string& a, const std::string& b) {
  struct stat first;
  struct stat second;
  return stat(a.c_str(), &first) == 0 && stat(b.c_str(), &second) == 0 && same_inode(first, second);
}

}  // namespace hogvec::io
