#include "io/byte_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "io/error.hpp"
#include "io/packing.hpp"
#include "io/unpack.hpp"

namespace hogvec::io {

namespace {

/// One file: the bytes as they come out of a descriptor.
class PlainBytes : public ByteReader {
 public:
  PlainBytes(Descriptor file, std::string name) : file_(std::move(file)), name_(std::move(name)) {}

  bool next_file() override { return std::exchange(first_, false); }
  std::string name() const override { return name_; }

  std::size_t read(char* to, std::size_t size) override {
    for (;;) {
      const ssize_t count = ::read(file_.get(), to, size);
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) throw system_error(name_, "cannot be read");
    }
  }

  int seekable() noexcept override {
    struct stat status;
    if (fstat(file_.get(), &status) != 0 || !S_ISREG(status.st_mode)) return -1;
    return lseek(file_.get(), 0, SEEK_SET) == 0 ? file_.get() : -1;
  }

 private:
  Descriptor file_;
  std::string name_;
  bool first_ = true;
};

/// The files of a reader, of which those that are packed again are unpacked.
class UnpackedFiles : public ByteReader {
 public:
  /// `layers`: how often what comes may be packed again.
  UnpackedFiles(std::unique_ptr<ByteReader> outer, int layers)
      : outer_(std::move(outer)), layers_(layers) {}

  bool next_file() override {
    for (;;) {
      if (inner_ && inner_->next_file()) return true;
      inner_.reset();
      if (!outer_->next_file()) return false;
      look_at_start();
      const Packing packing = packing_of(start_);
      if (packing == Packing::kPlain) return true;
      if (layers_ == 0) throw Error(outer_->name() + ": is packed too many times; unpack it first");
      inner_ = std::make_unique<UnpackedFiles>(unpack(packing, std::make_unique<File>(*this)),
                                               layers_ - 1);
    }
  }

  std::string name() const override { return inner_ ? inner_->name() : outer_->name(); }

  std::size_t read(char* to, std::size_t size) override {
    return inner_ ? inner_->read(to, size) : read_outer(to, size);
  }

 private:
  /// The file that the outer reader is in.
  class File : public ByteReader {
   public:
    explicit File(UnpackedFiles& files) : files_(files) {}
    int seekable() noexcept override { return files_.outer_->seekable(); }
    bool next_file() override { return std::exchange(first_, false); }
    std::string name() const override { return files_.outer_->name(); }
    std::size_t read(char* to, std::size_t size) override { return files_.read_outer(to, size); }

   private:
    UnpackedFiles& files_;
    bool first_ = true;
  };

  void look_at_start() {
    start_.resize(kPackingBytes);
    seen_ = 0;
    std::size_t size = 0;
    while (size < start_.size()) {
      const std::size_t count = outer_->read(start_.data() + size, start_.size() - size);
      if (count == 0) break;
      size += count;
    }
    start_.resize(size);
  }

  std::size_t read_outer(char* to, std::size_t size) {
    if (seen_ == start_.size()) return outer_->read(to, size);
    const std::size_t count = std::min(size, start_.size() - seen_);
    std::memcpy(to, start_.data() + seen_, count);
    seen_ += count;
    return count;
  }

  std::unique_ptr<ByteReader> outer_;
  int layers_;
  std::string start_;  // of the outer file, looked at before it is read
  std::size_t seen_ = 0;
  std::unique_ptr<ByteReader> inner_;  // none: the file is plain
};

}  // namespace

bool is_plain_file(const std::string& path) {
  struct stat status;
  if (path == "-" || stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  const Descriptor file = open_for_reading(path);
  char start[kPackingBytes];
  const ssize_t size = pread(file.get(), start, sizeof start, 0);
  // What is listed without a size, as in /proc, has bytes all the same.
  if (size <= 0 || status.st_size == 0) return size == 0 && status.st_size == 0;
  return packing_of({start, static_cast<std::size_t>(size)}) == Packing::kPlain;
}

Descriptor open_for_reading(const std::string& path) {
  Descriptor file(path == "-" ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
                              : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) throw system_error(path, "cannot be opened for reading");
  struct stat status;
  if (fstat(file.get(), &status) != 0) throw system_error(path, "cannot be examined");
  if (S_ISDIR(status.st_mode)) throw Error(path + ": is a directory; name a file");
#ifdef F_SETPIPE_SZ
  // Who writes need not wait for every 64 KiB to be taken. A hint: a system may allow less.
  constexpr int kPipeBytes = 1 << 20;
  if (S_ISFIFO(status.st_mode)) fcntl(file.get(), F_SETPIPE_SZ, kPipeBytes);
#endif
  return file;
}

std::unique_ptr<ByteReader> read_file(Descriptor file, const std::string& name) {
  constexpr int kMostLayers = 5;
  return std::make_unique<UnpackedFiles>(std::make_unique<PlainBytes>(std::move(file), name),
                                         kMostLayers);
}

}  // namespace hogvec::io
