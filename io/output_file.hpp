// Files that appear whole or not at all.
#pragma once

#include <string>
#include <string_view>

namespace hogvec::io {

/// A file to write. A regular or new file is written beside its resolved name and takes its place,
/// with its mode kept, at commit(); until then, and if the process dies, the old one stays as it
/// was. A device, a pipe or /dev/stdout is written straight.
/// Where the file system has no unnamed files (O_TMPFILE), a hidden file lies beside the target
/// from the first write to commit(), and stays if the process is killed meanwhile.
/// Opened before a long run, so that a bad path costs nothing. Not thread-safe.
class OutputFile {
 public:
  /// Waits for the reader of a FIFO. Errors: the folder does not exist or is not writable, the file
  /// is not writable, or `path` is a directory.
  explicit OutputFile(const std::string& path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  /// Without commit() leaves no trace.
  ~OutputFile();

  /// Errors: disk full, pipe closed, and what else write(2) says.
  void write(std::string_view bytes);

  /// Flushes, closes and puts the file in its place. Errors: as write(); where the place cannot be
  /// taken, the message names the file that holds the result.
  void commit();

  const std::string& path() const noexcept { return path_; }

  /// Whether both take the place of the same file, so that one would be lost.
  bool same_place(const OutputFile& other) const noexcept {
    return !straight_ && !other.straight_ && target_ == other.target_;
  }

 private:
  void open_beside();
  void discard() noexcept;
  void put(std::string_view bytes);
  void flush();

  std::string path_;       // as the user named it
  std::string target_;     // resolved
  std::string temporary_;  // empty: unnamed (O_TMPFILE), or written straight
  std::string buffer_;
  int file_ = -1;
  bool straight_ = false;
};

/// Whether the two paths lead to the same existing file.
bool same_file(const std::string& a, const std::string& b);

}  // namespace hogvec::io
