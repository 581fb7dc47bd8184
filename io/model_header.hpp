// The header of a model file: its bytes, and what makes them believable.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "io/descriptor.hpp"
#include "io/model_file.hpp"

namespace hogvec::io {

static_assert(std::endian::native == std::endian::little, "the file holds the machine's numbers");

inline constexpr std::size_t kModelPage = 4096;
inline constexpr std::size_t kModelHugePage = std::size_t{2} << 20;
inline constexpr int kModelCopies = 2;
inline constexpr std::size_t kMaxModelSections = 56;
inline constexpr std::uint32_t kModelMajor = 1;
inline constexpr std::uint32_t kModelMinor = 0;
/// Sequences from here on are of no file that anybody has written, and leave a trainer no room.
inline constexpr std::uint64_t kMaxModelSequence = std::uint64_t{1} << 62;
inline constexpr std::uint32_t kModelLasting = 1;  // a bit of ModelHeader::flags
inline constexpr std::uint32_t kModelSealed = 1;   // a bit of ModelEntry::flags

/// A row of the section table, as README.md has it.
struct ModelEntry {
  char name[16];
  std::uint64_t offset;
  std::uint64_t bytes;
  std::uint64_t checksum;
  std::uint64_t rows;
  std::uint32_t dim;
  std::uint32_t stride;
  std::uint32_t flags;
  std::uint32_t zero;

  std::string_view name_view() const noexcept;
  ModelSection section() const;
};
static_assert(sizeof(ModelEntry) == 64);

/// A page of the file. What is read is kept, also where this version knows no meaning: a later
/// minor version may. In memory on one page too, so that no signal can cut its writing in two.
struct alignas(kModelPage) ModelHeader {
  char magic[8];
  std::uint32_t major;
  std::uint32_t minor;
  std::uint64_t sequence;
  std::uint64_t file_bytes;
  std::uint32_t state;
  std::uint32_t sections;
  unsigned char boot[16];
  std::uint64_t device;
  std::uint64_t inode;
  std::uint64_t birth;
  std::uint32_t flags;
  unsigned char later[364];
  ModelEntry table[kMaxModelSections];
  unsigned char last[56];
  std::uint64_t checksum;
};
static_assert(sizeof(ModelHeader) == kModelPage);
static_assert(offsetof(ModelHeader, table) == 448);
static_assert(offsetof(ModelHeader, checksum) == kModelPage - 8);

/// Of all of a header but its last 8 bytes.
std::uint64_t checksum_of(const ModelHeader& header) noexcept;

/// A header without sections, never committed.
ModelHeader new_model_header();
/// Lays a section out behind what the header has, in row `index` of its table. Errors, with the
/// path: a name, a size or a shape that the format does not allow.
void place_section(ModelHeader& header, std::size_t index, const ModelSection& section,
                   const std::string& path);

struct FoundHeader {
  ModelHeader header;  // checked: its sections lie in the file
  int copy;            // where it lies
  int lasting;         // the copy that was made lasting last, -1 where none says so
};
/// Reads both copies. Errors, with the path: those of ModelFile::open().
FoundHeader read_model_header(const Descriptor& file, const std::string& path);

/// Writes into the header which boot of which machine, and which file it is of.
void stamp(ModelHeader& header, const Descriptor& file);
bool is_stamped(const ModelHeader& header, const Descriptor& file);

bool has_model_magic(const ModelHeader& header) noexcept;

}  // namespace hogvec::io
