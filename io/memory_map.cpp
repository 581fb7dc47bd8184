#include "io/memory_map.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <limits>
#include <new>

#include "io/descriptor.hpp"
#include "io/error.hpp"
#include "io/unnamed_file.hpp"

namespace hogvec::io {

namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;  // x86-64, and arm64 with 4 KiB pages

std::size_t page_size() noexcept {
  static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

}  // namespace

MemoryMap::~MemoryMap() {
  if (data_ == nullptr) return;
  range_ = MappedRange();  // before somebody else's memory can lie there
  munmap(data_, size_);
}

MemoryMap MemoryMap::open_file(const std::string& path) {
  // O_NONBLOCK: a FIFO that nobody writes to would be waited for here, before it can be refused.
  Descriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (file.get() < 0) throw system_error(path, "cannot be opened for reading");
  struct stat status;
  if (fstat(file.get(), &status) != 0) throw system_error(path, "cannot be examined");
  if (S_ISDIR(status.st_mode)) throw Error(path + ": is a directory; name a file");
  if (!S_ISREG(status.st_mode)) {
    throw Error(path + ": not a regular file, so it cannot be mapped; write it to a file first");
  }
  MemoryMap map;
  map.kind_ = Kind::kOpened;
  map.path_ = path;
  map.changed_ = status.st_mtim;
  map.file_ = std::move(file);
  if (status.st_size == 0) return map;
  const auto size = static_cast<std::size_t>(status.st_size);
  void* const data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, map.file_.get(), 0);
  if (data == MAP_FAILED) throw system_error(path, "cannot be mapped into memory");
  map.data_ = static_cast<std::byte*>(data);
  map.size_ = size;
  map.range_ = MappedRange(data, size,
                           path +
                               ": was cut short while it was read, or its disk fails; give a "
                               "file that stays as it is");
  madvise(data, size, MADV_SEQUENTIAL);  // a hint; its failure costs nothing but time
  return map;
}

MemoryMap MemoryMap::anonymous(std::size_t bytes, bool huge_pages) {
  MemoryMap map;
  if (bytes == 0) return map;
  // A mapping is aligned to a page only: one huge page more leaves room to align it, and the ends
  // are given back.
  const std::size_t slack = huge_pages && bytes >= kHugePage ? kHugePage : 0;
  if (bytes > std::numeric_limits<std::size_t>::max() / 2 - slack) throw std::bad_alloc();
  void* const base = mmap(nullptr, bytes + slack, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) throw std::bad_alloc();
  auto* data = static_cast<std::byte*>(base);
  if (slack != 0) {
    const std::size_t page = page_size();
    const std::size_t past = reinterpret_cast<std::uintptr_t>(data) % kHugePage;
    const std::size_t before = past == 0 ? 0 : kHugePage - past;
    const std::size_t used = (bytes + page - 1) / page * page;
    const std::size_t after = (bytes + slack + page - 1) / page * page - before - used;
    if (before != 0) munmap(data, before);
    data += before;
    if (after != 0) munmap(data + used, after);
    madvise(data, used, MADV_HUGEPAGE);  // a hint: the kernel may be built without
  }
  map.data_ = data;
  map.size_ = bytes;
  return map;
}

MemoryMap MemoryMap::temporary_file(std::size_t bytes, const std::string& folder) {
  MemoryMap map;
  if (bytes > static_cast<std::size_t>(std::numeric_limits<off_t>::max())) throw std::bad_alloc();
  Descriptor file = open_unnamed(folder);
  if (bytes == 0) return map;
  if (ftruncate(file.get(), static_cast<off_t>(bytes)) != 0) {
    throw system_error(folder, "no room for a temporary file of " + std::to_string(bytes) +
                                   " bytes; name a folder with more space");
  }
  void* const data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (data == MAP_FAILED) throw std::bad_alloc();
  map.data_ = static_cast<std::byte*>(data);
  map.size_ = bytes;
  map.kind_ = Kind::kTemporary;
  map.file_ = std::move(file);
  map.range_ = MappedRange(data, bytes,
                           folder +
                               ": a page of a temporary file cannot be had, the disk is full "
                               "or fails; set TMPDIR to a folder with more space");
  return map;
}

MemoryMap MemoryMap::shared(int file, std::size_t bytes, bool writable, std::string lost_page) {
  MemoryMap map;
  if (bytes == 0) return map;
  const int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
  // Huge pages of a file system in memory are mapped as such only where address and offset agree
  // modulo their size: a reservation one larger holds an address that does.
  const std::size_t slack = writable && bytes >= kHugePage ? kHugePage : 0;
  if (bytes > std::numeric_limits<std::size_t>::max() / 2 - slack) throw std::bad_alloc();
  const std::size_t reserved = (bytes + slack + page_size() - 1) / page_size() * page_size();
  void* const base =
      mmap(nullptr, reserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) throw std::bad_alloc();
  auto* data = static_cast<std::byte*>(base);
  if (slack != 0) data += -reinterpret_cast<std::uintptr_t>(data) % kHugePage;
  if (mmap(data, bytes, protection, MAP_SHARED | MAP_FIXED, file, 0) == MAP_FAILED) {
    const int code = errno;
    munmap(base, reserved);
    errno = code;
    return map;
  }
  const std::size_t before = static_cast<std::size_t>(data - static_cast<std::byte*>(base));
  const std::size_t used = (bytes + page_size() - 1) / page_size() * page_size();
  if (before != 0) munmap(base, before);
  if (before + used != reserved) munmap(data + used, reserved - before - used);
  if (slack != 0) madvise(data, used, MADV_HUGEPAGE);  // a hint: the kernel may be built without
  map.data_ = data;
  map.size_ = bytes;
  if (!lost_page.empty()) map.range_ = MappedRange(data, bytes, std::move(lost_page));
  return map;
}

void MemoryMap::reserve(std::size_t offset, std::size_t length) const {
  if (kind_ != Kind::kTemporary || !file_ || length == 0) return;
  const int error =
      posix_fallocate(file_.get(), static_cast<off_t>(offset), static_cast<off_t>(length));
  if (error == 0) return;
  errno = error;
  throw system_error("temporary file", "no room for " + std::to_string(length) +
                                           " bytes; set TMPDIR to a folder with more space");
}

void MemoryMap::shorten(std::size_t bytes) noexcept {
  const std::size_t page = page_size();
  const std::size_t kept = (bytes + page - 1) / page * page;
  if (kept < size_) munmap(data_ + kept, size_ - kept);
  if (bytes == 0) data_ = nullptr;
  size_ = bytes;
}

void MemoryMap::require_unchanged() const {
  struct stat status;
  if (kind_ != Kind::kOpened || fstat(file_.get(), &status) != 0) return;
  if (static_cast<std::size_t>(status.st_size) == size_ &&
      status.st_mtim.tv_sec == changed_.tv_sec && status.st_mtim.tv_nsec == changed_.tv_nsec) {
    return;
  }
  throw Error(path_ + ": was changed while it was read; read it when nobody writes to it");
}

void MemoryMap::release(std::size_t offset, std::size_t length) const noexcept {
  if (data_ == nullptr || offset >= size_) return;
  const std::size_t page = page_size();
  const std::size_t begin = (offset + page - 1) / page * page;
  const std::size_t end = (offset + std::min(length, size_ - offset)) / page * page;
  if (begin >= end) return;
  // A shared mapping keeps its pages in the file until its blocks go too.
  madvise(data_ + begin, end - begin, kind_ == Kind::kTemporary ? MADV_REMOVE : MADV_DONTNEED);
}

}  // namespace hogvec::io
