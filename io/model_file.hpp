// The model file: a trained model, and one that is being trained, in sections of one mapped file.
// Its layout, byte by byte, is in README.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/descriptor.hpp"
#include "io/mapped_range.hpp"
#include "io/matrix_view.hpp"
#include "io/memory_map.hpp"

namespace hogvec::io {

class FilePlace;
struct ModelHeader;

/// What a header says of the run that the file is of.
enum class ModelState : std::uint32_t {
  kTraining = 1,  // somebody trains it, or died while doing so
  kStopped = 2,   // nobody does; there is more to train
  kFinished = 3,  // all epochs are trained
  kDiverged = 4,  // values have become no numbers, or too large to be of use
};

/// A section that is to be made, or that a file has.
struct ModelSection {
  std::string name;       // 1 to 15 printable ASCII characters, no space
  std::size_t bytes = 0;  // of a matrix rows * stride * 4
  std::size_t rows = 0;   // of a matrix, else 0
  std::size_t dim = 0;    // of a matrix, else 0
  std::size_t stride = 0;

  bool is_matrix() const noexcept { return stride != 0; }
  /// A matrix with rows as a Matrix has them: row_stride(dim) floats.
  /// Errors: Error where it has no columns or passes 2^63 bytes.
  static ModelSection matrix(std::string name, std::size_t rows, std::size_t dim);
};

/// Errors: what stands there is a model that is trained, or that can be gone on with: it is not to
/// be replaced unasked.
void refuse_unfinished_run(const std::string& path);

/// One model file, mapped whole. Movable. Reading sections is safe from any thread; what changes
/// the header is one thread's. The last header that was committed counts, whatever happens to the
/// process; sections whose checksum the header has are those of that commit or verify() refuses
/// them. A file that somebody else cuts off while it is mapped ends the process (SIGBUS), with what
/// lost_page_message() (mapped_range.hpp) has to tell.
class ModelFile {
 public:
  ModelFile() noexcept;  // none
  ModelFile(ModelFile&&) noexcept;
  ModelFile& operator=(ModelFile&&) noexcept;
  /// A created file that was not published goes.
  ~ModelFile();

  /// A file of these sections, zeroed, its blocks reserved (so that no mapped page lacks its disk
  /// space), locked, and without a name: a process that dies leaves nothing (but for a hidden file
  /// where the file system needs a name). Errors: the folder cannot be written; no room, told with
  /// what is needed and what is free; something that is no regular file stands there; a trainer has
  /// the file that stands there; sections of the same name, too many, or of sizes that do not fit.
  static ModelFile create(const std::string& path, std::span<const ModelSection> sections);
  /// Gives a created file, committed before, its name, in the place of what stands there. The lock
  /// stays. Errors: a trainer has what stands there by now; what the system says.
  void publish();

  /// An existing file, for queries: read-only, not locked, also while it is trained. Takes no time
  /// that grows with the file: header and section table are checked, sections are not.
  /// Errors, each with the path: not a model file (is_model_file() is false), another major
  /// version, damaged header, sections that do not fit the file.
  static ModelFile open(const std::string& path);
  /// The same to go on training: writable, locked, all blocks reserved. Errors: also where another
  /// trainer has it, or where there is no room for what a sparse copy has left out.
  static ModelFile open_to_train(const std::string& path);
  /// Lets another trainer have it, though it is open here: it is not to be written any more.
  void unlock() noexcept;

  explicit operator bool() const noexcept { return header_ != nullptr; }
  const std::string& path() const noexcept { return path_; }
  /// As last committed. Not to be asked of a created file before.
  ModelState state() const noexcept;
  /// Of the format that the file says to be of.
  struct Version {
    std::uint32_t major;
    std::uint32_t minor;
  };
  Version version() const noexcept;
  /// Whether nothing written to the mapping can have been lost since the header was committed: the
  /// same boot of the machine, and the same file, not a copy.
  bool is_live() const noexcept { return live_; }

  /// In the order of the file's table.
  std::vector<ModelSection> sections() const;
  bool has(std::string_view name) const noexcept;
  /// Bytes of a section. Errors: Error where there is none.
  std::span<const std::byte> section(std::string_view name) const;
  /// Bytes from the start of the file to the section, for who maps it otherwise.
  /// Errors: Error where there is none.
  std::uint64_t offset(std::string_view name) const;
  /// A matrix; empty where there is none. Errors: Error where the section is no matrix.
  ConstMatrixView matrix(std::string_view name) const;
  /// The same to write to. Errors: also where the file was opened for queries.
  std::span<std::byte> writable_section(std::string_view name);
  MatrixView writable_matrix(std::string_view name);

  /// Whether the header has a checksum of the section. Errors: Error where there is none.
  bool is_sealed(std::string_view name) const;
  /// Errors: Error, with the section, where a section has a checksum and its bytes another.
  void verify(std::string_view name) const;
  void verify_all() const;

  // What follows changes the file. Errors, for all: it was opened for queries.

  /// Makes the contents of all sections lasting: fdatasync of the whole file.
  /// Errors: what the system says, and from then on always: what was lost is not written again.
  void sync();
  /// Puts the checksum of a section into the next header; unseal() takes it out, and is committed
  /// before the section is written again. Errors: Error where there is no such section.
  void seal(std::string_view name);
  void unseal(std::string_view name);
  /// Writes the next header: `state`, checksums, this boot and this file. With `lasting`, data
  /// first, then header, each made lasting before the function returns. It takes the place of the
  /// older copy, but never of the last one that was made lasting, so that one whole header is on
  /// the disk at any time. Errors: those of sync().
  void commit(ModelState state, bool lasting);

  /// Replaces the section of that name by another one, zeroed and without a checksum, at the file's
  /// end, its blocks reserved; the old one's room is lost until the file is copied. Counts from the
  /// next commit() on. Invalidates what the views gave. Errors: those of create(), and where there
  /// is no such section; then nothing has changed.
  void grow(const ModelSection& section);

  /// Copies header and sections as they are, without lost room, to a new file: whole or not at all,
  /// lasting, and not live. Between writes of the caller. Errors: those of create(); no header has
  /// been committed.
  void copy_to(const std::string& path) const;

 private:
  static ModelFile open_existing(const std::string& path, bool to_train);
  /// Errors: a trainer has the file at `target`, if there is one.
  static void refuse_if_trained(const std::string& target, const std::string& path);
  void map();
  void need_writable() const;
  std::size_t index_of(std::string_view name) const;  // Errors: none of that name

  std::string path_;
  Descriptor file_;
  std::unique_ptr<FilePlace> place_;     // of a created file, until it has its name
  std::unique_ptr<ModelHeader> header_;  // the next one to be written
  MemoryMap map_;
  MappedRange range_;  // of the map
  int current_ = -1;   // the copy that counts, -1 before the first commit()
  int lasting_ = -1;   // the last one that was made lasting, where it is known
  bool writable_ = false;
  bool live_ = false;
  bool lost_ = false;  // a sync has failed
};

/// What a model file begins with, and no text and no vector file.
inline constexpr std::string_view kModelMagic = "\x89hogvec\n";

/// Whether the file begins with the magic of a model file, in one of the two copies of its header.
/// False for what cannot be read, and for what is no regular file.
bool is_model_file(const std::string& path) noexcept;

}  // namespace hogvec::io
