// Where the words of a text come from: files, folders, pipes, what is compressed, a caller's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hogvec::io {

/// A part of a text: whole words, and what separates them.
class TextBlock {
 public:
  std::string_view text() const noexcept { return text_; }
  /// Place of its first byte in the whole text.
  std::uint64_t position() const noexcept { return position_; }
  /// The how-manieth block of the text it is, from 0.
  std::size_t number() const noexcept { return number_; }
  /// A file ended before it without a newline, which ends a sentence all the same.
  bool after_end() const noexcept { return after_end_; }

  /// The block is done with: its memory can be had again, with that of its neighbors.
  void release() noexcept;

  /// Another text in its stead, with other places.
  void replace(std::string text, std::uint64_t position);

 private:
  friend class BlockCutter;
  friend class FileTexts;

  std::string_view text_;
  std::uint64_t position_ = 0;
  std::size_t number_ = 0;
  bool after_end_ = false;
  std::shared_ptr<const void> bytes_;  // what it views
};

/// How the bytes of a text end, of which something may follow.
enum class TextEnd {
  kNothing,  // there are none
  kNewline,
  kOpen,  // in another byte: a newline is to be had before what follows
};

/// Which part of a text somebody reads, where others read the rest.
struct TextShare {
  std::size_t part = 0;
  std::size_t parts = 1;
};

/// A text, read once, in blocks of a megabyte or less.
class TextSource {
 public:
  virtual ~TextSource() = default;
  TextSource() = default;
  TextSource(const TextSource&) = delete;
  TextSource& operator=(const TextSource&) = delete;

  /// The next block; none at the end. Thread-safe: while one thread reads a stream on, others work
  /// on the blocks before. Errors, with the name of what is read: it cannot be read, is damaged or
  /// cut off, is no text of bytes (UTF-16); a word longer than any memory should hold.
  virtual std::optional<TextBlock> next() = 0;

  /// Bytes of the whole text, where they are known before it is read.
  virtual std::optional<std::uint64_t> size() const { return std::nullopt; }

  /// What a reader should be told of the text, a line each; complete when all blocks are there.
  virtual std::vector<std::string> warnings() const { return {}; }

  /// When all blocks are there. Of a share it does not matter.
  virtual TextEnd end() const { return TextEnd::kNewline; }

  /// When all blocks are done with. Errors: a file was changed while it was read.
  virtual void finish() {}
};

/// The texts at `paths`, one after the other: regular files, of which plain ones are mapped, if the
/// process may map that much, and cut by who asks; compressed files and archives, by what they
/// hold; FIFOs and devices; "-", the standard input; folders, of which the files follow in the
/// order of their names' bytes, those of folders in them only where `recursive` is set, and hidden
/// ones not at all. A byte order mark begins no text. Errors: a path that does not exist; a folder
/// without a file.
///
/// Of a share: the parts, in their order, are the text, as equal as words allow. Errors also of
/// files that are not in the share, and where the text cannot be parted.
std::unique_ptr<TextSource> open_text(const std::vector<std::string>& paths, bool recursive = false,
                                      const TextShare& share = {});

/// Bytes of a text that can be parted: of plain files, which this process may map. None of others.
std::optional<std::uint64_t> parted_text_bytes(const std::vector<std::string>& paths,
                                               bool recursive = false);

/// A text that a caller has: append() adds some of it to the bytes, and returns false when there is
/// no more. Called by one thread at a time.
std::unique_ptr<TextSource> text_of_pieces(std::function<bool(std::string& bytes)> append);

}  // namespace hogvec::io
