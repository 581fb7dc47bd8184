#include "io/model_header.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>

#include "io/checksum.hpp"
#include "io/error.hpp"

namespace hogvec::io {

namespace {

constexpr std::uint64_t kHeadersEnd = kModelCopies * kModelPage;
// Offsets are off_t in the end.
constexpr std::uint64_t kMaxSize = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kRowFloats = 16;  // 64 bytes

std::uint64_t rounded_up(std::uint64_t value, std::uint64_t unit) {
  return (value + unit - 1) / unit * unit;
}

/// What is wrong with a name, nullptr where nothing is.
const char* name_problem(std::string_view name) {
  if (name.empty()) return "has no name";
  if (name.size() >= sizeof(ModelEntry::name)) return "has a name that does not end";
  const bool printable = std::all_of(name.begin(), name.end(), [](char c) {
    return c > ' ' && static_cast<unsigned char>(c) < 0x7f;
  });
  return printable ? nullptr : "has a name that is not printable";
}

const char* shape_problem(std::uint64_t bytes, std::uint64_t rows, std::uint64_t dim,
                          std::uint64_t stride) {
  if (rows == 0 && dim == 0 && stride == 0) return nullptr;  // no matrix
  if (dim == 0 || stride == 0) return "is a matrix without columns";
  if (stride % kRowFloats != 0) return "has rows that are not a multiple of 64 bytes";
  if (dim > stride) return "has rows that are longer than the way to the next";
  if (stride > kMaxSize / sizeof(float)) return "has too long rows";
  const std::uint64_t row_bytes = stride * sizeof(float);
  const bool fits = bytes % row_bytes == 0 && bytes / row_bytes == rows;
  return fits ? nullptr : "has not the bytes of its rows";
}

/// What is wrong with one row of the table, nullptr where nothing is.
const char* entry_problem(const ModelEntry& entry, std::uint64_t file_bytes) {
  if (const char* const problem = name_problem(entry.name_view())) return problem;
  if (entry.offset % kModelPage != 0) return "does not begin at a page";
  if (entry.offset < kHeadersEnd) return "lies over the header";
  if (entry.offset > file_bytes || entry.bytes > file_bytes - entry.offset) {
    return "does not lie within the file";
  }
  return shape_problem(entry.bytes, entry.rows, entry.dim, entry.stride);
}

bool overlap(const ModelEntry& a, const ModelEntry& b) {
  return a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
}

/// Errors: whatever would let a reader leave the file, or take one thing for another.
void check(const ModelHeader& header, std::uint64_t size, const std::string& path) {
  const auto fail = [&](const std::string& what) {
    throw Error(path + ": " + what + "; restore the model file from a copy");
  };
  if (header.sequence >= 2 * kMaxModelSequence) fail("the number of its header is damaged");
  if (header.file_bytes < kHeadersEnd) fail("the size in its header is damaged");
  if (header.file_bytes > size) {
    fail(fmt::format("is cut off: {} bytes of {} are left", size, header.file_bytes));
  }
  const auto state = static_cast<ModelState>(header.state);
  if (state < ModelState::kTraining || state > ModelState::kDiverged) {
    fail(fmt::format("is in a state that does not exist, {}", header.state));
  }
  if (header.sections > kMaxModelSections) {
    fail(fmt::format("has {} sections where {} are the most", header.sections, kMaxModelSections));
  }
  for (std::size_t k = 0; k < header.sections; ++k) {
    const ModelEntry& entry = header.table[k];
    if (const char* const problem = entry_problem(entry, header.file_bytes)) {
      fail(fmt::format("section {} {}", k, problem));
    }
    for (std::size_t before = 0; before < k; ++before) {
      const ModelEntry& other = header.table[before];
      if (other.name_view() == entry.name_view()) {
        fail(fmt::format("section {} has the name of another", k));
      }
      if (overlap(entry, other)) fail(fmt::format("section {} lies over another", k));
    }
  }
}

/// Reads the page of one copy; what the file does not have is zeros.
ModelHeader read_copy(const Descriptor& file, int copy, const std::string& path) {
  ModelHeader header{};
  std::size_t done = 0;
  while (done < sizeof header) {
    const ssize_t got = pread(file.get(), reinterpret_cast<char*>(&header) + done,
                              sizeof header - done, copy * kModelPage + done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw system_error(path, "cannot be read");
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return header;
}

using Copies = std::array<ModelHeader, kModelCopies>;

/// The whole copy of the largest sequence that has these flags; -1 where there is none.
int newest_copy(const Copies& copies, std::uint32_t flags) {
  int newest = -1;
  for (int copy = 0; copy < kModelCopies; ++copy) {
    const ModelHeader& header = copies[copy];
    if (!has_model_magic(header) || header.checksum != checksum_of(header)) continue;
    if ((header.flags & flags) != flags) continue;
    if (newest < 0 || header.sequence > copies[newest].sequence) newest = copy;
  }
  return newest;
}

Error no_header(const Copies& copies, std::uint64_t size, const std::string& path) {
  bool magic = false;
  for (std::size_t k = 0; k < copies.size(); ++k) {
    const ModelHeader& copy = copies[k];
    if (!has_model_magic(copy)) continue;
    magic = true;
    const bool has_version = size >= k * kModelPage + offsetof(ModelHeader, sequence);
    // Another major version may keep its checksum elsewhere.
    if (has_version && copy.major != kModelMajor) {
      return Error(
          fmt::format("{}: is a model file of format {}.{} and this program reads {}.x; "
                      "use a program of its version",
                      path, copy.major, copy.minor, kModelMajor));
    }
  }
  if (!magic) return Error(path + ": is not a model file of hogvec");
  if (size < kHeadersEnd) {
    return Error(
        fmt::format("{}: is cut off within its header, at {} bytes; restore the model "
                    "file from a copy",
                    path, size));
  }
  return Error(path +
               ": both copies of its header are damaged; restore the model file from a copy");
}

/// Zeros where the system does not say.
std::array<unsigned char, 16> boot_id() {
  std::array<unsigned char, 16> id{};
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string text;
  file >> text;
  std::erase(text, '-');
  const auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  const bool is_hex = std::all_of(text.begin(), text.end(), [&](char c) { return digit(c) >= 0; });
  if (text.size() != 2 * id.size() || !is_hex) return id;
  for (std::size_t k = 0; k < id.size(); ++k) {
    id[k] = static_cast<unsigned char>(digit(text[2 * k]) * 16 + digit(text[2 * k + 1]));
  }
  return id;
}

struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t birth = 0;  // nanoseconds since 1970, 0 where the file system does not know

  bool operator==(const FileIdentity&) const = default;
};

/// The number of an inode is given again when a file goes: only with its birth does it name one.
FileIdentity identity_of(const Descriptor& file) {
  FileIdentity identity;
  struct stat status;
  if (fstat(file.get(), &status) != 0) return identity;
  identity.device = status.st_dev;
  identity.inode = status.st_ino;
#ifdef STATX_BTIME
  struct statx more;
  if (statx(file.get(), "", AT_EMPTY_PATH, STATX_BTIME, &more) == 0 &&
      (more.stx_mask & STATX_BTIME) != 0) {
    constexpr std::uint64_t kNanoseconds = 1'000'000'000;
    identity.birth =
        static_cast<std::uint64_t>(more.stx_btime.tv_sec) * kNanoseconds + more.stx_btime.tv_nsec;
  }
#endif
  return identity;
}

}  // namespace

std::string_view ModelEntry::name_view() const noexcept {
  return {name, strnlen(name, sizeof name)};
}

ModelSection ModelEntry::section() const {
  return {std::string(name_view()), bytes, rows, dim, stride};
}

std::uint64_t checksum_of(const ModelHeader& header) noexcept {
  return checksum_of(&header, offsetof(ModelHeader, checksum));
}

bool has_model_magic(const ModelHeader& header) noexcept {
  return std::string_view(header.magic, sizeof header.magic) == kModelMagic;
}

ModelHeader new_model_header() {
  ModelHeader header{};
  kModelMagic.copy(header.magic, sizeof header.magic);
  header.major = kModelMajor;
  header.minor = kModelMinor;
  header.file_bytes = kHeadersEnd;
  return header;
}

void place_section(ModelHeader& header, std::size_t index, const ModelSection& section,
                   const std::string& path) {
  const auto fail = [&](const std::string& what) {
    throw Error(fmt::format("{}: section \"{}\" {}", path, section.name, what));
  };
  if (index >= kMaxModelSections) fail("is one too many for a model file");
  if (const char* const problem = name_problem(section.name)) fail(problem);
  for (std::size_t k = 0; k < header.sections; ++k) {
    if (k != index && header.table[k].name_view() == section.name) fail("is there twice");
  }
  const char* const problem =
      shape_problem(section.bytes, section.rows, section.dim, section.stride);
  if (problem != nullptr) fail(problem);
  if (section.stride > std::numeric_limits<std::uint32_t>::max()) fail("has too long rows");
  const bool huge = section.is_matrix() && section.bytes >= kModelHugePage;
  const std::uint64_t offset = rounded_up(header.file_bytes, huge ? kModelHugePage : kModelPage);
  if (section.bytes > kMaxSize - kModelHugePage || offset > kMaxSize - kModelHugePage ||
      offset > kMaxSize - kModelHugePage - section.bytes) {
    fail("does not fit into a file");
  }
  ModelEntry& entry = header.table[index];
  entry = {};
  section.name.copy(entry.name, sizeof entry.name - 1);
  entry.offset = offset;
  entry.bytes = section.bytes;
  entry.rows = section.rows;
  entry.dim = static_cast<std::uint32_t>(section.dim);
  entry.stride = static_cast<std::uint32_t>(section.stride);
  header.sections = std::max(header.sections, static_cast<std::uint32_t>(index + 1));
  header.file_bytes = rounded_up(offset + section.bytes, kModelPage);
}

FoundHeader read_model_header(const Descriptor& file, const std::string& path) {
  struct stat status;
  if (fstat(file.get(), &status) != 0) throw system_error(path, "cannot be examined");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  std::array<ModelHeader, kModelCopies> copies;
  // A trainer may write a copy while it is read here; for it to spoil both, twice, it would have to
  // commit all the time.
  for (int attempt = 0; attempt < 3; ++attempt) {
    for (int copy = 0; copy < kModelCopies; ++copy) copies[copy] = read_copy(file, copy, path);
    const int found = newest_copy(copies, 0);
    if (found < 0) continue;
    if (copies[found].major != kModelMajor) break;
    check(copies[found], size, path);
    return {copies[found], found, newest_copy(copies, kModelLasting)};
  }
  throw no_header(copies, size, path);
}

void stamp(ModelHeader& header, const Descriptor& file) {
  const auto boot = boot_id();
  std::copy(boot.begin(), boot.end(), header.boot);
  const FileIdentity identity = identity_of(file);
  header.device = identity.device;
  header.inode = identity.inode;
  header.birth = identity.birth;
}

bool is_stamped(const ModelHeader& header, const Descriptor& file) {
  const auto boot = boot_id();
  const bool is_known = std::any_of(boot.begin(), boot.end(), [](auto byte) { return byte != 0; });
  return is_known && std::equal(boot.begin(), boot.end(), header.boot) &&
         identity_of(file) == FileIdentity{header.device, header.inode, header.birth};
}

}  // namespace hogvec::io
