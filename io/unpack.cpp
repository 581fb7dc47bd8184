// gzip is read by zlib, all else by libarchive, which does not look at gzip's checksums.
#include "io/unpack.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <exception>
#include <limits>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "io/error.hpp"

namespace hogvec::io {

namespace {

constexpr std::size_t kBufferBytes = 256 << 10;

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
  /// `is_archive` says that it is one, which has a file at least.
  ArchiveBytes(std::unique_ptr<ByteReader> packed, bool is_archive)
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
    seekable_ = packed_->seekable();
    const int code = seekable_ >= 0 ? archive_read_open_fd(a, seekable_, kBufferBytes)
                                    : archive_read_open2(a, this, nullptr, &ArchiveBytes::give,
                                                         nullptr, nullptr);
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
  int seekable_ = -1;        // see ByteReader::seekable(): a zip archive has its list at the end
  std::uint64_t given_ = 0;  // bytes, where it is not
  std::exception_ptr problem_;
  std::string inner_;  // name of the entry
  bool needs_file_;
  bool is_raw_ = false;
  bool ended_ = false;
  std::unique_ptr<archive, Free> archive_;
};

}  // namespace

std::unique_ptr<ByteReader> unpack(Packing packing, std::unique_ptr<ByteReader> packed) {
  if (packing == Packing::kUnreadable) {
    throw Error(
        packed->name() +
        ": is packed in a way that is not read (7z, rar, lzma, lzip, zlib, ar, cpio); unpack "
        "it, or pack it by gzip, zstd, xz, bzip2, lz4, zip or tar");
  }
  if (packing == Packing::kGzip) return std::make_unique<GzipBytes>(std::move(packed));
  return std::make_unique<ArchiveBytes>(std::move(packed), packing == Packing::kArchive);
}

}  // namespace hogvec::io
