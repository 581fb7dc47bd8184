// Memory straight from the kernel: mapped files, and large anonymous arrays.
#pragma once

#include <cstddef>
#include <ctime>
#include <string>
#include <type_traits>
#include <utility>

#include "io/descriptor.hpp"
#include "io/error.hpp"
#include "io/mapped_range.hpp"

namespace hogvec::io {

/// Owns one mapping; movable, not copyable. Not thread-safe itself; its bytes are plain memory.
/// A page of a file that the system cannot give, because the file was cut short or its disk fails,
/// is a SIGBUS where it is touched; lost_page_message() (mapped_range.hpp) then has what to tell.
class MemoryMap {
 public:
  MemoryMap() = default;
  MemoryMap(MemoryMap&& other) noexcept { swap(other); }
  MemoryMap& operator=(MemoryMap&& other) noexcept {
    MemoryMap(std::move(other)).swap(*this);
    return *this;
  }
  ~MemoryMap();

  /// A regular file, read-only. An empty file gives an empty map.
  /// Errors: missing, unreadable, a directory, or anything that cannot be mapped (a pipe, a
  /// device).
  static MemoryMap open_file(const std::string& path);

  /// Zeroed private memory, touched page by page as it is used; huge pages where the system has
  /// them. Errors: std::bad_alloc.
  static MemoryMap anonymous(std::size_t bytes, bool huge_pages);

  /// Zeroed memory in an unnamed file in `folder`, for arrays larger than the memory; the disk
  /// space is taken by reserve() and given back when the map goes. Errors: the folder cannot be
  /// written.
  static MemoryMap temporary_file(std::size_t bytes, const std::string& folder);

  /// The first `bytes` of an open file, which stays the caller's: what is written goes to the file,
  /// and what others write to it is seen. Huge pages where the file system has them and it is
  /// writable. Errors: std::bad_alloc where there is no room for it in the address space; empty,
  /// with errno, where the file cannot be mapped. A file that is cut off later is a SIGBUS, of
  /// which `lost_page` is what to tell, unless the caller lists the range.
  static MemoryMap shared(int file, std::size_t bytes, bool writable, std::string lost_page = {});

  /// Takes the disk space of [offset, offset + length), which must come before writing there: a
  /// mapped page for which the disk has no room is a SIGBUS. Does nothing to other maps.
  /// Errors: disk full.
  void reserve(std::size_t offset, std::size_t length) const;

  /// Anonymous memory is this many bytes from now on: the pages behind them are given back.
  void shorten(std::size_t bytes) noexcept;

  /// For a file that was opened read-only, when it has been read. Errors: it was changed since.
  void require_unchanged() const;

  std::byte* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }

  /// Tells the system that whole pages within [offset, offset + length) are done with: their memory
  /// is released. What they hold is lost, but for a file opened read-only, which is read again.
  void release(std::size_t offset, std::size_t length) const noexcept;

  void swap(MemoryMap& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(kind_, other.kind_);
    std::swap(file_, other.file_);
    std::swap(changed_, other.changed_);
    std::swap(path_, other.path_);
    std::swap(range_, other.range_);
  }

 private:
  enum class Kind { kAnonymous, kOpened, kTemporary };

  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  Kind kind_ = Kind::kAnonymous;
  Descriptor file_;
  timespec changed_{};  // when an opened file last was, before it was mapped
  std::string path_;    // of an opened file
  MappedRange range_;
};

/// What read() returns of a MemoryMap or what has one. Where it fails, or the file was changed
/// meanwhile, the change is the error.
template <class Map, class Read>
auto read_unchanged(const Map& map, const Read& read) {
  try {
    if constexpr (std::is_void_v<decltype(read())>) {
      read();
      map.require_unchanged();
    } else {
      auto result = read();
      map.require_unchanged();
      return result;
    }
  } catch (const Error&) {
    map.require_unchanged();
    throw;
  }
}

}  // namespace hogvec::io
