// Files that appear whole or not at all.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "io/descriptor.hpp"
#include "io/packer.hpp"
#include "io/temporaries.hpp"

namespace hogvec::io {

/// A file to write. A regular or new file is written beside its resolved name and takes its place,
/// with its mode kept, at commit(); until then, and if the process dies, the old one stays as it
/// was. A device, a pipe or /dev/stdout is written straight. Where the name ends in ".gz" or
/// ".zst", what is written is compressed. The folder is held open: where it is renamed meanwhile,
/// the file is in it all the same. Where there is no room for the file, or its place has gone, what
/// was written is kept: under another name in its folder or, where it cannot stay there, in
/// temporary_folder(). commit() then throws an Error that names it. Where the file system has no
/// unnamed files (O_TMPFILE), a hidden file lies beside the target from the first write to
/// commit(), and stays if the process is killed meanwhile; elsewhere for the moment in which it
/// takes the place of another. Opened before a long run, so that a bad path costs nothing. Not
/// thread-safe.
class OutputFile {
 public:
  /// Waits for the reader of a FIFO. Errors: the folder does not exist or is not writable, the file
  /// is not writable, `path` is a directory, or a model whose run is not finished.
  explicit OutputFile(const std::string& path) : OutputFile(path, path) {}
  /// The same, compressed as another name says.
  OutputFile(const std::string& path, const std::string& packed_as);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  /// Without commit() leaves no trace.
  ~OutputFile() = default;

  /// Errors: a device full, a pipe closed; a disk full where temporary_folder() cannot take the
  /// file either.
  void write(std::string_view bytes);

  /// Flushes, closes and puts the file in its place. Errors: as write(); where the place cannot be
  /// taken, the message names the file that holds the result.
  void commit();

  /// From now on a file whose place cannot be taken is given up, and not kept elsewhere: of what
  /// will be written again.
  void keep_nowhere_else() noexcept { keeps_ = false; }

  const std::string& path() const noexcept { return path_; }

  /// Whether it is written straight, so that there is no place beside it.
  bool is_straight() const noexcept { return !folder_; }

  /// Whether what is written is compressed, and takes less than its bytes.
  bool is_packed() const noexcept { return packer_ != nullptr; }

  /// Whether both take the place of the same file, so that one would be lost.
  bool same_place(const OutputFile& other) const noexcept;

  /// The file system that is written to.
  struct Volume {
    dev_t device;
    std::uint64_t free_bytes;
  };
  /// None where it is written straight, or where the file system does not say.
  std::optional<Volume> volume() const noexcept;

 private:
  int open_beside();
  void pack(std::string_view bytes);
  void put(std::string_view bytes);
  void flush();
  void take_place();
  void move_elsewhere(const std::string& why);

  std::string path_;         // as the user named it
  Descriptor folder_;        // none: written straight
  std::string folder_path_;  // when it was opened
  std::string name_;         // in the folder
  TemporaryName temporary_;  // none: unnamed (O_TMPFILE), or written straight
  Descriptor file_;          // none: made at the first write
  std::string buffer_;
  std::unique_ptr<Packer> packer_;  // none: bytes are put as they are
  std::uint64_t written_ = 0;       // to file_
  bool keeps_ = true;               // elsewhere, where its place cannot be taken
  std::string elsewhere_;           // why the file is in temporary_folder(); empty: it is not
};

/// So many bytes are going to be written to a file.
struct SpaceNeed {
  const OutputFile* file;
  std::uint64_t bytes;
};

/// Errors: a file system has not enough room for all of them together. What it cannot tell passes,
/// and so does what is compressed.
void require_space(std::span<const SpaceNeed> needs);

/// Whether the two paths lead to the same existing file.
bool same_file(const std::string& a, const std::string& b);

}  // namespace hogvec::io
