// gzip is read by zlib, all else by libarchive, which does not look at gzip's checksums.
#include "io/byte_reader.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "io/error.hpp"

namespace hogvec::io {

namespace {

using namespace std::string_view_literals;

constexpr std::size_t kBufferBytes = 256 << 10;

/// Bytes as they come out of a descriptor, of which the first may be looked at before.
class PlainBytes : public ByteReader {
 public:
  PlainBytes(Descriptor file, std::string name) : file_(std::move(file)), name_(std::move(name)) {}

  bool next_file() override { return std::exchange(first_, false); }
  std::string name() const override { return name_; }

  std::size_t read(char* to, std::size_t size) override {
    if (seen_ < start_.size()) {
      const std::size_t count = std::min(size, start_.size() - seen_);
      std::memcpy(to, start_.data() + seen_, count);
      seen_ += count;
      return count;
    }
    for (;;) {
      const ssize_t count = ::read(file_.get(), to, size);
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) throw system_error(name_, "cannot be read");
    }
  }

  /// The first `size` bytes, or all where there are fewer: read() gives them again.
  std::string_view peek(std::size_t size) {
    while (start_.size() < size) {
      const std::size_t before = start_.size();
      start_.resize(size);
      std::size_t count = 0;
      const std::size_t seen = std::exchange(seen_, start_.size());  // not those that are peeked
      count = read(start_.data() + before, size - before);
      seen_ = seen;
      start_.resize(before + count);
      if (count == 0) break;
    }
    return start_;
  }

  /// The descriptor of a file that can be read anywhere, at its beginning; -1 of another.
  int seekable() const noexcept {
    struct stat status;
    if (fstat(file_.get(), &status) != 0 || !S_ISREG(status.st_mode)) return -1;
    return lseek(file_.get(), 0, SEEK_SET) == 0 ? file_.get() : -1;
  }

 private:
  Descriptor file_;
  std::string name_;
  std::string start_;
  std::size_t seen_ = 0;
  bool first_ = true;
};

/// gzip, of one member or several.
class GzipBytes : public ByteReader {
 public:
  explicit GzipBytes(std::unique_ptr<ByteReader> packed)
      : packed_(std::move(packed)), buffer_(kBufferBytes) {
    constexpr int kGzipWithCheck = 16 + MAX_WBITS;
    if (inflateInit2(&stream_, kGzipWithCheck) != Z_OK) throw std::bad_alloc();
  }
  ~GzipBytes() override { inflateEnd(&stream_); }

  bool next_file() override { return packed_->next_file(); }
  std::string name() const override { return packed_->name(); }

  std::size_t read(char* to, std::size_t size) override {
    size = std::min<std::size_t>(size, std::numeric_limits<uInt>::max());
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = static_cast<uInt>(size);
    while (stream_.avail_out == size) {
      if (stream_.avail_in == 0 && !fill()) {
        if (between_members_) return 0;
        throw Error(fmt::format("{}: is cut off at byte {} of what is compressed; fetch it again",
                                name(), consumed_));
      }
      if (between_members_ && !begin_member()) return 0;
      const int code = inflate(&stream_, Z_NO_FLUSH);
      if (code == Z_STREAM_END) {
        between_members_ = true;
      } else if (code == Z_MEM_ERROR) {
        throw std::bad_alloc();
      } else if (code != Z_OK && code != Z_BUF_ERROR) {
        damaged(stream_.msg == nullptr ? "no gzip" : stream_.msg);
      }
    }
    return size - stream_.avail_out;
  }

 private:
  bool fill() {
    const std::size_t count = packed_->read(buffer_.data(), buffer_.size());
    stream_.next_in = reinterpret_cast<Bytef*>(buffer_.data());
    stream_.avail_in = static_cast<uInt>(count);
    consumed_ += count;
    return count != 0;
  }

  /// Behind a member: another, or zeros to the end, as tapes have them.
  bool begin_member() {
    if (*stream_.next_in != 0) {
      inflateReset(&stream_);
      between_members_ = false;
      return true;
    }
    do {
      const auto* const end = stream_.next_in + stream_.avail_in;
      if (std::any_of(stream_.next_in, stream_.next_in + stream_.avail_in,
                      [](Bytef byte) { return byte != 0; })) {
        damaged("something else follows");
      }
      stream_.next_in = const_cast<Bytef*>(end);
      stream_.avail_in = 0;
    } while (fill());
    return false;
  }

  [[noreturn]] void damaged(const char* what) const {
    throw Error(fmt::format("{}: is damaged at byte {} of what is compressed: {}; fetch it again",
                            name(), consumed_ - stream_.avail_in, what));
  }

  std::unique_ptr<ByteReader> packed_;
  std::vector<char> buffer_;
  z_stream stream_{};
  std::uint64_t consumed_ = 0;    // bytes that were read
  bool between_members_ = false;  // or behind the last one
};

/// What libarchive reads: one compressed file, or the files of an archive.
class ArchiveBytes : public ByteReader {
 public:
  /// `seekable` is the descriptor of `packed` where it can be read anywhere: a zip archive has its
  /// list at the end. `is_archive` says that it is one, which has a file at least.
  ArchiveBytes(std::unique_ptr<ByteReader> packed, int seekable, bool is_archive)
      : packed_(std::move(packed)),
        buffer_(kBufferBytes),
        needs_file_(is_archive),
        archive_(archive_read_new()) {
    if (!archive_) throw std::bad_alloc();
    archive* const a = archive_.get();
    for (const auto support :
         {archive_read_support_filter_bzip2, archive_read_support_filter_compress,
          archive_read_support_filter_lz4, archive_read_support_filter_xz,
          archive_read_support_filter_zstd, archive_read_support_format_empty,
          archive_read_support_format_raw, archive_read_support_format_tar,
          archive_read_support_format_zip}) {
      if (support(a) != ARCHIVE_OK) fail("cannot be read");
    }
    seekable_ = seekable;
    const int code =
        seekable >= 0 ? archive_read_open_fd(a, seekable, kBufferBytes)
                      : archive_read_open2(a, this, nullptr, &ArchiveBytes::give, nullptr, nullptr);
    if (code != ARCHIVE_OK) fail("cannot be read");
  }

  bool next_file() override {
    while (!ended_) {
      archive_entry* entry = nullptr;
      const int code = archive_read_next_header(archive_.get(), &entry);
      // Of an archive that ends within its first header libarchive knows no format.
      const bool raw = archive_format(archive_.get()) == ARCHIVE_FORMAT_RAW;
      if (needs_file_ && (code == ARCHIVE_EOF || raw)) {
        throw Error(name() + ": is an archive without a file, or cut off; fetch it again");
      }
      ended_ = code == ARCHIVE_EOF;
      if (ended_) break;
      if (code != ARCHIVE_OK) fail("is damaged");
      const char* const path = archive_entry_pathname(entry);
      inner_ = raw || path == nullptr ? "" : path;
      if (!raw && archive_entry_filetype(entry) != AE_IFREG) continue;
      if (archive_entry_is_encrypted(entry) != 0) {
        throw Error(name() + ": is encrypted; unpack it first");
      }
      needs_file_ = false;
      is_raw_ = raw;
      return true;
    }
    return false;
  }

  std::string name() const override {
    return inner_.empty() ? packed_->name() : packed_->name() + ": " + inner_;
  }

  std::size_t read(char* to, std::size_t size) override {
    const la_ssize_t count = archive_read_data(archive_.get(), to, size);
    // A warning is one too: of a checksum.
    if (count < 0) fail("is damaged or cut off");
    if (count == 0 && is_raw_) require_all_read();
    return static_cast<std::size_t>(count);
  }

 private:
  struct Free {
    void operator()(archive* a) const noexcept { archive_read_free(a); }
  };

  /// libarchive asks for the next bytes. What is thrown must not go through it.
  static la_ssize_t give(archive* a, void* self, const void** bytes) noexcept {
    auto& reader = *static_cast<ArchiveBytes*>(self);
    *bytes = reader.buffer_.data();
    try {
      const std::size_t count = reader.packed_->read(reader.buffer_.data(), reader.buffer_.size());
      reader.given_ += count;
      return static_cast<la_ssize_t>(count);
    } catch (...) {
      reader.problem_ = std::current_exception();
      archive_set_error(a, EIO, "cannot be read");
      return ARCHIVE_FATAL;
    }
  }

  /// Where a stream that follows another has no right beginning, libarchive takes the file for
  /// ended.
  void require_all_read() {
    const auto read = static_cast<std::uint64_t>(archive_filter_bytes(archive_.get(), -1));
    std::uint64_t all = given_;
    if (struct stat status; seekable_ >= 0 && fstat(seekable_, &status) == 0) {
      all = static_cast<std::uint64_t>(status.st_size);
    } else if (seekable_ < 0 && read == all) {
      all += packed_->read(buffer_.data(), buffer_.size());
    }
    if (read >= all) return;
    throw Error(
        fmt::format("{}: is damaged or cut off behind byte {} of what is compressed: "
                    "something else follows; fetch it again",
                    name(), read));
  }

  [[noreturn]] void fail(const char* what) const {
    if (problem_) std::rethrow_exception(problem_);
    const char* const why = archive_error_string(archive_.get());
    const auto place =
        seekable_ >= 0 ? static_cast<std::uint64_t>(lseek(seekable_, 0, SEEK_CUR)) : given_;
    throw Error(fmt::format("{}: {} before byte {} of what is compressed: {}; fetch it again",
                            name(), what, place, why == nullptr ? "unknown" : why));
  }

  std::unique_ptr<ByteReader> packed_;
  std::vector<char> buffer_;
  int seekable_ = -1;
  std::uint64_t given_ = 0;  // bytes, where it is not
  std::exception_ptr problem_;
  std::string inner_;  // name of the entry
  bool needs_file_;
  bool is_raw_ = false;
  bool ended_ = false;
  std::unique_ptr<archive, Free> archive_;
};

[[noreturn]] void refuse_packing(const std::string& name) {
  throw Error(
      name +
      ": is packed in a way that is not read (7z, rar, lzma, lzip, zlib, ar, cpio); unpack it, or "
      "pack it by gzip, zstd, xz, bzip2, lz4, zip or tar");
}

std::unique_ptr<ByteReader> unpack(Packing packing, std::unique_ptr<ByteReader> packed,
                                   int seekable = -1) {
  if (packing == Packing::kUnreadable) refuse_packing(packed->name());
  if (packing == Packing::kGzip) return std::make_unique<GzipBytes>(std::move(packed));
  return std::make_unique<ArchiveBytes>(std::move(packed), seekable, packing == Packing::kArchive);
}

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

/// A member of cpio, whose numbers are written in hexadecimal or octal digits.
bool is_cpio(std::string_view start) noexcept {
  constexpr std::size_t kDigits = 70;
  return (start.starts_with("070701") || start.starts_with("070702") ||
          start.starts_with("070707")) &&
         start.size() > kDigits &&
         start.substr(0, kDigits).find_first_not_of("0123456789abcdefABCDEF") ==
             std::string_view::npos;
}

}  // namespace

Packing packing_of(std::string_view start) noexcept {
  struct Magic {
    std::string_view bytes;
    std::size_t place;
    Packing packing;
  };
  constexpr std::array kMagics{
      Magic{"\x1f\x8b\x08"sv, 0, Packing::kGzip},
      Magic{"\x28\xb5\x2f\xfd"sv, 0, Packing::kCompressed},  // zstd
      Magic{"\xfd"
            "7zXZ\0"sv,
            0, Packing::kCompressed},                        // xz
      Magic{"\x04\x22\x4d\x18"sv, 0, Packing::kCompressed},  // lz4
      Magic{"\x02\x21\x4c\x18"sv, 0, Packing::kCompressed},  // lz4 of old
      // lzma and lzip have no checksum of their headers: some bytes ask for gigabytes.
      Magic{"\x5d\x00\x00"sv, 0, Packing::kUnreadable},
      Magic{"LZIP\x01"sv, 0, Packing::kUnreadable},
      Magic{"\x1f\x9d"sv, 0, Packing::kCompressed},  // compress
      // Two kinds of tar; mustard is none.
      Magic{"ustar\0"sv, 257, Packing::kArchive},
      Magic{"ustar  \0"sv, 257, Packing::kArchive},
      Magic{"PK\x03\x04"sv, 0, Packing::kArchive},
      Magic{"PK\x05\x06"sv, 0, Packing::kArchive},  // zip of nothing
      Magic{"7z\xbc\xaf\x27\x1c"sv, 0, Packing::kUnreadable},
      Magic{"Rar!\x1a\x07"sv, 0, Packing::kUnreadable},
      Magic{"!<arch>\n"sv, 0, Packing::kUnreadable},  // ar
      Magic{"\x78\x01"sv, 0, Packing::kUnreadable},   // zlib
      Magic{"\x78\x9c"sv, 0, Packing::kUnreadable},
  };
  if (is_cpio(start)) return Packing::kUnreadable;
  // bzip2: its level, and a block, or the end where it is of nothing.
  if (start.starts_with("BZh") && start.size() > 4) {
    const std::string_view block = start.substr(4);
    if (block.starts_with("1AY&SY") || block.starts_with("\x17\x72\x45\x38\x50\x90")) {
      return Packing::kCompressed;
    }
  }
  // A frame of zstd or lz4 that is passed over may stand first.
  if (start.size() >= 4 && (start[0] & 0xf0) == 0x50 && start.substr(1, 3) == "\x2a\x4d\x18") {
    return Packing::kCompressed;
  }
  for (const Magic& magic : kMagics) {
    if (start.size() < magic.place) continue;
    if (start.substr(magic.place).starts_with(magic.bytes)) return magic.packing;
  }
  return Packing::kPlain;
}

std::string_view packing_name(std::string_view path) noexcept {
  for (const std::string_view name : {".gz", ".zst", ".xz", ".bz2", ".lz4", ".lz"}) {
    if (path.size() < name.size()) continue;
    const std::string_view end = path.substr(path.size() - name.size());
    const auto same = [](char a, char b) { return std::tolower(a) == b; };
    if (std::equal(end.begin(), end.end(), name.begin(), same)) return end;
  }
  return {};
}

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
  constexpr int kMostLayers = 4;
  auto plain = std::make_unique<PlainBytes>(std::move(file), name);
  const Packing packing = packing_of(plain->peek(kPackingBytes));
  if (packing == Packing::kPlain) return plain;
  // A zip archive has its list at the end.
  const bool whole = packing == Packing::kArchive || packing == Packing::kCompressed;
  const int seekable = whole ? plain->seekable() : -1;
  return std::make_unique<UnpackedFiles>(unpack(packing, std::move(plain), seekable), kMostLayers);
}

}  // namespace hogvec::io
