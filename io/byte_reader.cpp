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
          archive_read_support_filter_lz4, archive_read_support_filter_lzip,
          archive_read_support_filter_xz, archive_read_support_filter_zstd,
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
    for (;;) {
      archive_entry* entry = nullptr;
      const int code = archive_read_next_header(archive_.get(), &entry);
      // Of an archive that ends within its first header libarchive knows no format.
      const bool raw = archive_format(archive_.get()) == ARCHIVE_FORMAT_RAW;
      if (needs_file_ && (code == ARCHIVE_EOF || raw)) {
        throw Error(name() + ": is an archive without a file, or cut off; fetch it again");
      }
      if (code == ARCHIVE_EOF) return false;
      if (code != ARCHIVE_OK) fail("is damaged");
      const char* const path = archive_entry_pathname(entry);
      inner_ = raw || path == nullptr ? "" : path;
      if (!raw && archive_entry_filetype(entry) != AE_IFREG) continue;
      if (archive_entry_is_encrypted(entry) != 0) {
        throw Error(name() + ": is encrypted; unpack it first");
      }
      needs_file_ = false;
      return true;
    }
  }

  std::string name() const override {
    return inner_.empty() ? packed_->name() : packed_->name() + ": " + inner_;
  }

  std::size_t read(char* to, std::size_t size) override {
    const la_ssize_t count = archive_read_data(archive_.get(), to, size);
    // A warning is one too: of a checksum.
    if (count < 0) fail("is damaged or cut off");
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
  std::unique_ptr<archive, Free> archive_;
};

/// A reader whose first bytes have been looked at.
class StartedBytes : public ByteReader {
 public:
  StartedBytes(std::unique_ptr<ByteReader> reader, std::string start)
      : reader_(std::move(reader)), start_(std::move(start)) {}

  bool next_file() override { return std::exchange(first_, false); }
  std::string name() const override { return reader_->name(); }

  std::size_t read(char* to, std::size_t size) override {
    if (seen_ == start_.size()) return reader_->read(to, size);
    const std::size_t count = std::min(size, start_.size() - seen_);
    std::memcpy(to, start_.data() + seen_, count);
    seen_ += count;
    return count;
  }

 private:
  std::unique_ptr<ByteReader> reader_;
  std::string start_;
  std::size_t seen_ = 0;
  bool first_ = true;
};

/// What a gzip file holds may be an archive.
std::unique_ptr<ByteReader> unpacked(std::unique_ptr<ByteReader> reader) {
  reader->next_file();
  std::string start(kPackingBytes, '\0');
  std::size_t size = 0;
  while (size < start.size()) {
    const std::size_t count = reader->read(start.data() + size, start.size() - size);
    if (count == 0) break;
    size += count;
  }
  start.resize(size);
  const bool archive = packing_of(start) == Packing::kArchive;
  auto started = std::make_unique<StartedBytes>(std::move(reader), std::move(start));
  if (!archive) return started;
  return std::make_unique<ArchiveBytes>(std::move(started), -1, true);
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
      Magic{"LZIP\x01"sv, 0, Packing::kCompressed},
      Magic{"\x1f\x9d"sv, 0, Packing::kCompressed},  // compress
      // Two kinds of tar; mustard is none.
      Magic{"ustar\0"sv, 257, Packing::kArchive},
      Magic{"ustar  \0"sv, 257, Packing::kArchive},
      Magic{"PK\x03\x04"sv, 0, Packing::kArchive},
      Magic{"PK\x05\x06"sv, 0, Packing::kArchive},  // zip of nothing
      Magic{"7z\xbc\xaf\x27\x1c"sv, 0, Packing::kUnreadable},
      Magic{"Rar!\x1a\x07"sv, 0, Packing::kUnreadable},
  };
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
    if (path.ends_with(name)) return path.substr(path.size() - name.size());
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
  return file;
}

std::unique_ptr<ByteReader> read_file(Descriptor file, const std::string& name) {
  auto plain = std::make_unique<PlainBytes>(std::move(file), name);
  switch (packing_of(plain->peek(kPackingBytes))) {
    case Packing::kPlain:
      return plain;
    case Packing::kGzip:
      return unpacked(std::make_unique<GzipBytes>(std::move(plain)));
    case Packing::kCompressed:
    case Packing::kArchive: {
      const bool is_archive = packing_of(plain->peek(kPackingBytes)) == Packing::kArchive;
      const int seekable = plain->seekable();
      return std::make_unique<ArchiveBytes>(std::move(plain), seekable, is_archive);
    }
    case Packing::kUnreadable:
      break;
  }
  throw Error(name + ": is a 7z or rar archive; unpack it, or pack it as zip or tar");
}

}  // namespace hogvec::io
