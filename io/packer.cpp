#include "io/packer.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <cerrno>
#include <new>
#include <utility>

#include "io/error.hpp"
#include "io/packing.hpp"

namespace hogvec::io {

namespace {

/// What libarchive calls the way of packing that a name asks for; nullptr where it asks for none.
const char* filter_of(const std::string& path) {
  const std::string_view end = packing_name(path);
  if (end.empty()) return nullptr;
  if (end == ".gz") return "gzip";
  if (end == ".zst") return "zstd";
  throw Error(fmt::format("{}: {} is not written; name the file .gz or .zst", path, end));
}

}  // namespace

void Packer::Free::operator()(archive* a) const noexcept { archive_write_free(a); }

std::unique_ptr<Packer> Packer::for_name(const std::string& path, Put put) {
  const char* const filter = filter_of(path);
  if (filter == nullptr) return nullptr;
  return std::unique_ptr<Packer>(new Packer(path, filter, std::move(put)));
}

Packer::Packer(std::string name, const char* filter, Put put)
    : name_(std::move(name)), put_(std::move(put)), archive_(archive_write_new()) {
  archive* const a = archive_.get();
  if (a == nullptr) throw std::bad_alloc();
  check(archive_write_add_filter_by_name(a, filter));
  check(archive_write_set_format_raw(a));
  if (std::string_view(filter) == "gzip") {
    check(archive_write_set_filter_option(a, "gzip", "timestamp", nullptr));
    // Vectors are hardly smaller by the default level, and take five times as long.
    check(archive_write_set_filter_option(a, "gzip", "compression-level", "1"));
  }
  archive_write_set_bytes_in_last_block(a, 1);  // no zeros up to a block of a tape
  // No exception may go through libarchive.
  const auto give = [](archive* from, void* self, const void* bytes,
                       std::size_t size) noexcept -> la_ssize_t {
    auto& packer = *static_cast<Packer*>(self);
    if (packer.ended_) return static_cast<la_ssize_t>(size);
    try {
      packer.put_({static_cast<const char*>(bytes), size});
      return static_cast<la_ssize_t>(size);
    } catch (...) {
      packer.problem_ = std::current_exception();
      packer.ended_ = true;
      archive_set_error(from, EIO, "cannot be written");
      return ARCHIVE_FATAL;
    }
  };
  const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                            archive_entry_free);
  if (!entry) throw std::bad_alloc();
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  ended_ = false;
  check(archive_write_open(a, this, nullptr, give, nullptr));
  check(archive_write_header(a, entry.get()));
}

Packer::~Packer() { ended_ = true; }

void Packer::check(long long result) {
  if (result >= ARCHIVE_OK) return;
  ended_ = true;
  if (problem_) std::rethrow_exception(problem_);
  const char* const why = archive_error_string(archive_.get());
  throw Error(fmt::format("{}: cannot be compressed: {}", name_, why == nullptr ? "unknown" : why));
}

void Packer::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const la_ssize_t count = archive_write_data(archive_.get(), bytes.data(), bytes.size());
    check(count);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void Packer::finish() {
  check(archive_write_close(archive_.get()));
  ended_ = true;
}

}  // namespace hogvec::io
