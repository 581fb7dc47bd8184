#include "io/text_source.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <list>
#include <mutex>
#include <system_error>
#include <utility>

#include "io/byte_reader.hpp"
#include "io/content.hpp"
#include "io/error.hpp"
#include "io/memory_map.hpp"
#include "io/text_files.hpp"
#include "io/text_start.hpp"

namespace hogvec::io {

namespace {

// Small enough that workers end together, large enough that a block costs nothing by itself.
constexpr std::size_t kBlockBytes = 1u << 20;
// Smaller, as nobody reads on while all work on blocks, and who fills a pipe has a megabyte of it.
constexpr std::size_t kStreamBlockBytes = kBlockBytes / 4;
constexpr std::size_t kLongestWord = 256u << 20;  // in a stream, where it must be held

// Of a mapped file that are given back at once: it interrupts every core that the process runs on.
constexpr std::size_t kReleasedBlocks = 16;

/// A range of a mapped file, which is given back when nobody views it any more.
class MappedPiece {
 public:
  MappedPiece(std::shared_ptr<const MemoryMap> map, const char* begin)
      : map_(std::move(map)),
        offset_(
            static_cast<std::size_t>(reinterpret_cast<const std::byte*>(begin) - map_->data())) {}
  MappedPiece(const MappedPiece&) = delete;
  MappedPiece& operator=(const MappedPiece&) = delete;
  ~MappedPiece() { map_->release(offset_, size_); }

  void add(std::size_t bytes) noexcept { size_ += bytes; }

 private:
  std::shared_ptr<const MemoryMap> map_;
  std::size_t offset_;
  std::size_t size_ = 0;
};

constexpr bool is_separator(char c) noexcept { return c == ' ' || c == '\t' || c == '\n'; }

}  // namespace

void TextBlock::release() noexcept {
  text_ = {};
  bytes_.reset();
}

void TextBlock::replace(std::string text, std::uint64_t position) {
  release();
  const auto bytes = std::make_shared<const std::string>(std::move(text));
  text_ = *bytes;
  bytes_ = bytes;
  position_ = position;
}

/// Cuts bytes that come one after the other into blocks.
class BlockCutter {
 public:
  /// Up to `size` bytes; 0 at the end.
  using Read = std::function<std::size_t(char* to, std::size_t size)>;

  /// Begins a file.
  void begin(std::string name) {
    name_ = std::move(name);
    start_ = true;
    ended_ = false;
  }

  /// The next block of the file; its last word may be cut off only by its end. None where there is
  /// none left.
  std::optional<TextBlock> next(const Read& read, std::uint64_t& position, std::size_t& number) {
    std::size_t room = std::max(kStreamBlockBytes, 2 * left_.size());
    std::unique_ptr<char[]> bytes = std::make_unique_for_overwrite<char[]>(room);
    std::size_t size = left_.size();
    std::memcpy(bytes.get(), left_.data(), size);
    left_.clear();
    std::size_t end = 0;  // of the last whole word
    while (end == 0 && !ended_) {
      if (size == room) {
        if (room >= kLongestWord) {
          throw Error(fmt::format("{}: has a word of more than {} MiB; is it a text?", name_,
                                  kLongestWord >> 20));
        }
        auto larger = std::make_unique_for_overwrite<char[]>(2 * room);
        std::memcpy(larger.get(), bytes.get(), size);
        bytes = std::move(larger);
        room *= 2;
      }
      const std::size_t searched = size;
      while (size < room && !ended_) {
        const std::size_t count = read(bytes.get() + size, room - size);
        ended_ = count == 0;
        size += count;
      }
      end = size;
      while (end > searched && !is_separator(bytes[end - 1])) --end;
      if (end == searched) end = 0;
    }
    if (ended_) end = size;  // which ends the last word
    left_.assign(bytes.get() + end, size - end);
    std::string_view text(bytes.get(), end);
    if (std::exchange(start_, false)) {
      text = text_start(text, name_);
      if (has_lone_returns(text)) lone_returns_.push_back(name_);
    }
    if (end == 0) return std::nullopt;
    TextBlock block;
    block.text_ = text;
    block.position_ = position;
    block.number_ = number++;
    block.after_end_ = !text.empty() && std::exchange(unended_, false);
    block.bytes_ = std::shared_ptr<const char[]>(std::move(bytes));
    position += text.size();
    if (ended_ && !text.empty()) note_end(text);
    return block;
  }

  /// A file of which others cut the blocks: whether one ended before it without a newline, and
  /// whether it does.
  bool pass(std::string_view file, const std::string& name) {
    const bool before = unended_;
    if (has_lone_returns(file)) lone_returns_.push_back(name);
    if (!file.empty()) note_end(file);
    return before && !file.empty();
  }

  /// Of all files so far.
  TextEnd end() const noexcept { return end_; }

  /// Of files whose lines end in carriage returns alone.
  std::vector<std::string> warnings() const {
    if (lone_returns_.empty()) return {};
    const std::size_t others = lone_returns_.size() - 1;
    return {fmt::format(
        "{}{} has carriage returns and no newlines: it is one line, in which words that a return "
        "parts are joined; make them newlines: tr '\\r' '\\n'",
        lone_returns_.front(), others == 0 ? "" : fmt::format(", as {} more files,", others))};
  }

 private:
  void note_end(std::string_view file) noexcept {
    unended_ = file.back() != '\n';
    end_ = unended_ ? TextEnd::kOpen : TextEnd::kNewline;
  }

  std::string name_;
  std::vector<std::string> lone_returns_;  // names
  std::string left_;                       // the beginning of a word whose end has not come yet
  bool start_ = true;
  bool ended_ = false;
  bool unended_ = false;  // the last file that had bytes had no newline at its end
  TextEnd end_ = TextEnd::kNothing;
};

/// Files and streams, in their order.
class FileTexts : public TextSource {
 public:
  FileTexts(std::vector<std::string> paths, const TextShare& share) : paths_(std::move(paths)) {
    if (share.parts > 1) {
      const std::optional<std::uint64_t> size = parted_bytes(paths_);
      if (!size) throw Error("a text that is packed, or no plain file, cannot be parted");
      share_ = share;
      bytes_ = *size;
      size_ =
          part_of(bytes_, share.part + 1, share.parts) - part_of(bytes_, share.part, share.parts);
      return;
    }
    size_ = bytes_of(paths_, is_plain_file);
  }

  /// Of plain files that can be mapped.
  static std::optional<std::uint64_t> parted_bytes(const std::vector<std::string>& paths) {
    return bytes_of(
        paths, [](const std::string& path) { return is_plain_file(path) && can_be_mapped(path); });
  }

  /// Of files of which each is as `good` wants them; none where one is not.
  template <class Good>
  static std::optional<std::uint64_t> bytes_of(const std::vector<std::string>& paths,
                                               const Good& good) {
    std::uint64_t size = 0;
    for (const std::string& path : paths) {
      if (!good(path)) return std::nullopt;
      std::error_code problem;
      size += std::filesystem::file_size(path, problem);
    }
    return size;
  }

  std::optional<std::uint64_t> size() const override { return size_; }

  std::vector<std::string> warnings() const override { return cutter_.warnings(); }

  TextEnd end() const override { return cutter_.end(); }

  std::optional<TextBlock> next() override {
    const std::lock_guard lock(mutex_);
    for (;;) {
      if (map_ && !rest_.empty()) return cut();
      if (reader_) {
        if (std::optional<TextBlock> block =
                cutter_.next([this](char* to, std::size_t size) { return reader_->read(to, size); },
                             position_, number_)) {
          return block;
        }
        if (reader_->next_file()) {
          cutter_.begin(reader_->name());
          continue;
        }
        reader_.reset();
      }
      if (next_path_ == paths_.size()) return std::nullopt;
      open(paths_[next_path_++]);
    }
  }

  void finish() override {
    piece_.reset();
    map_.reset();
    for (const auto& map : maps_) map->require_unchanged();
    maps_.clear();
  }

 private:
  static std::uint64_t part_of(std::uint64_t size, std::size_t part, std::size_t parts) noexcept {
    return size / parts * part + size % parts * part / parts;
  }

  /// Where bytes are cut that shares meet at: behind the word there.
  static std::size_t cut_at(std::string_view bytes, std::uint64_t place) noexcept {
    if (place == 0) return 0;
    auto cut = static_cast<std::size_t>(std::min<std::uint64_t>(place, bytes.size()));
    while (cut < bytes.size() && !is_separator(bytes[cut - 1])) ++cut;
    return cut;
  }

  /// What of a mapped file is in the share. All of it is passed.
  void restrict_to_share(std::string_view bytes) {
    const std::uint64_t begin = files_begin_;
    files_begin_ += bytes.size();
    const std::uint64_t share_begin = part_of(bytes_, share_.part, share_.parts);
    const std::uint64_t share_end = part_of(bytes_, share_.part + 1, share_.parts);
    const auto within = [&](std::uint64_t place) { return place > begin ? place - begin : 0; };
    const std::size_t first =
        std::max(cut_at(bytes, within(share_begin)), bytes.size() - rest_.size());
    const std::size_t end = std::max(cut_at(bytes, within(share_end)), first);
    after_end_ = after_end_ && within(share_begin) == 0;
    rest_ = bytes.substr(first, end - first);
  }

  /// Whether it takes no more than a part of what the process may map (ulimit -v): the ids want
  /// room too.
  static bool can_be_mapped(const std::string& path) {
    rlimit limit;
    std::error_code problem;
    return getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
           std::filesystem::file_size(path, problem) <= limit.rlim_cur / 4;
  }

  void open(const std::string& path) {
    reader_.reset();
    piece_.reset();
    map_.reset();
    // Of a folder with more files than can be mapped at once: what nobody reads any more goes.
    std::erase_if(maps_, [](const std::shared_ptr<const MemoryMap>& map) {
      if (map.use_count() > 1) return false;
      map->require_unchanged();
      return true;
    });
    if (is_plain_file(path) && can_be_mapped(path)) {
      map_ = maps_.emplace_back(std::make_shared<const MemoryMap>(MemoryMap::open_file(path)));
      const std::string_view bytes(reinterpret_cast<const char*>(map_->data()), map_->size());
      rest_ = text_start(bytes, path);
      after_end_ = cutter_.pass(rest_, path);
      if (share_.parts > 1) restrict_to_share(bytes);
      return;
    }
    reader_ = read_file(open_for_reading(path), path);
    if (!reader_->next_file()) {
      reader_.reset();
      return;
    }
    cutter_.begin(reader_->name());
  }

  /// The next block of the file that is mapped.
  TextBlock cut() {
    std::size_t end = std::min(kBlockBytes, rest_.size());
    while (end < rest_.size() && !is_separator(rest_[end - 1])) ++end;
    TextBlock block;
    block.text_ = rest_.substr(0, end);
    block.position_ = position_;
    block.number_ = number_;
    block.after_end_ = std::exchange(after_end_, false);
    if (number_++ % kReleasedBlocks == 0 || !piece_) {
      piece_ = std::make_shared<MappedPiece>(map_, rest_.data());
    }
    piece_->add(end);
    block.bytes_ = piece_;
    position_ += end;
    rest_.remove_prefix(end);
    if (rest_.empty()) piece_.reset();
    return block;
  }

  std::vector<std::string> paths_;
  std::optional<std::uint64_t> size_;
  TextShare share_;
  std::uint64_t bytes_ = 0;        // of all files that are parted
  std::uint64_t files_begin_ = 0;  // where the next one begins in these
  std::mutex mutex_;
  std::size_t next_path_ = 0;
  std::uint64_t position_ = 0;
  std::size_t number_ = 0;
  BlockCutter cutter_;
  std::unique_ptr<ByteReader> reader_;                // of a stream
  std::shared_ptr<const MemoryMap> map_;              // of a file that is mapped
  std::string_view rest_;                             // of it
  std::shared_ptr<MappedPiece> piece_;                // that the next block is in
  bool after_end_ = false;                            // its first block is
  std::list<std::shared_ptr<const MemoryMap>> maps_;  // that blocks may view
};

namespace {

class Pieces : public TextSource {
 public:
  explicit Pieces(std::function<bool(std::string&)> append) : append_(std::move(append)) {
    cutter_.begin("the text");
  }

  std::optional<TextBlock> next() override {
    const std::lock_guard lock(mutex_);
    return cutter_.next([this](char* to, std::size_t size) { return read(to, size); }, position_,
                        number_);
  }

 private:
  std::size_t read(char* to, std::size_t size) {
    while (taken_ == bytes_.size() && more_) {
      bytes_.clear();
      taken_ = 0;
      more_ = append_(bytes_);
    }
    const std::size_t count = std::min(size, bytes_.size() - taken_);
    std::memcpy(to, bytes_.data() + taken_, count);
    taken_ += count;
    return count;
  }

  std::function<bool(std::string&)> append_;
  std::mutex mutex_;
  std::uint64_t position_ = 0;
  std::size_t number_ = 0;
  BlockCutter cutter_;
  std::string bytes_;
  std::size_t taken_ = 0;
  bool more_ = true;
};

}  // namespace

std::unique_ptr<TextSource> open_text(const std::vector<std::string>& paths, bool recursive,
                                      const TextShare& share) {
  return std::make_unique<FileTexts>(text_files(paths, recursive), share);
}

std::optional<std::uint64_t> parted_text_bytes(const std::vector<std::string>& paths,
                                               bool recursive) {
  return FileTexts::parted_bytes(text_files(paths, recursive));
}

std::unique_ptr<TextSource> text_of_pieces(std::function<bool(std::string& bytes)> append) {
  return std::make_unique<Pieces>(std::move(append));
}

}  // namespace hogvec::io
