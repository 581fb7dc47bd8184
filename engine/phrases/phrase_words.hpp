// The words and the text that the passes share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/corpus/encode_text.hpp"
#include "engine/corpus/id_blocks.hpp"
#include "engine/corpus/word_table.hpp"
#include "engine/vocab/vocabulary.hpp"

namespace hogvec {

/// Number 0 is a newline, which is no word.
inline constexpr WordId kNewline = 0;

/// Joins two words to one.
inline constexpr char kJoint = '_';

/// Spellings by number, side by side. Not thread-safe while words are added.
class WordList {
 public:
  /// So many bytes may be read from the beginning of any word.
  static constexpr std::size_t kReadable = 16;

  explicit WordList(const TextWords& words);

  std::size_t size() const noexcept { return ends_.size() - 1; }
  std::string_view operator[](WordId id) const noexcept {
    return {bytes_.data() + ends_[id], ends_[id + 1] - ends_[id]};
  }
  void add(std::string_view word);

 private:
  std::string bytes_;
  std::vector<std::size_t> ends_{0};  // ends_[k + 1] is where word k ends
};

/// The text in sections of numbers, which change place by place as words are joined.
class IdText {
 public:
  /// Takes the text, and gives every word its number in `text.words`.
  IdText(EncodedText& text, int threads);

  std::size_t sections() const noexcept { return sections_.size(); }
  std::size_t size(std::size_t s) const noexcept { return sections_[s].piece.size; }
  /// The numbers of a section, where they lie or in `room`. Any thread.
  std::span<WordId> read(std::size_t s, std::vector<WordId>& room) const {
    return blocks_->read(sections_[s].piece, room);
  }
  /// Keeps what read() gave and was changed, or the beginning of it that is left of the section.
  /// Any thread, but one for a section.
  void write(std::size_t s, std::span<const WordId> ids);

  /// For every section the last id before it, a newline where there is none.
  std::vector<WordId> ids_before() const;
  /// For every section the first id after it, a newline where there is none.
  std::vector<WordId> ids_after() const;

 private:
  struct Section {
    IdBlocks::Piece piece;
    WordId first = kNewline;
    WordId last = kNewline;
  };

  std::unique_ptr<IdBlocks> blocks_;  // which the pieces lie in
  std::vector<Section> sections_;
};

/// Words by number.
struct PhraseWords {
  /// Takes the words of the text.
  explicit PhraseWords(EncodedText& text);

  WordTable table;
  WordList list;                      // by their numbers in the table
  std::vector<std::uint64_t> counts;  // in the text as it is; a newline's is 0
};

}  // namespace hogvec
