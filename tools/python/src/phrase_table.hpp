// Counts of words and of words that stand side by side, by spelling: gensim's table of phrases.
//
// A spelling is a word, or words joined by the delimiter: a left one, connector words and a right
// one. What is spelled alike is counted together, as in gensim and in word2phrase.c.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/corpus/word_table.hpp"
#include "tools/python/src/token_text.hpp"

namespace hogvec::python {

/// Words that stand within phrases only. Immutable: any thread.
class ConnectorWords {
 public:
  explicit ConnectorWords(const std::vector<std::string>& words);

  bool contains(const WordTable::Key& key) const noexcept {
    return words_.size() != 0 && words_.find(key);
  }
  bool contains(std::string_view word) const noexcept { return contains(WordTable::key_of(word)); }
  std::size_t longest() const noexcept { return longest_; }  // bytes

 private:
  WordTable words_;
  std::size_t longest_ = 0;
};

/// How two words are scored, and from what on they are a phrase. `length` and `words` are the
/// table's spellings and the text's words.
struct ScoreRule {
  enum class Kind { kOriginal, kNpmi };
  Kind kind = Kind::kOriginal;
  double threshold = 0;
  double min_count = 0;
  double length = 0;
  double words = 0;

  /// The score where it is above the threshold. The counts are above 0. Each step rounds as in
  /// Python, so that scores are its to the last bit.
  std::optional<double> score(std::uint64_t left, std::uint64_t right, std::uint64_t both) const;
};

/// What a spelling may be made of.
struct Split {
  std::string_view left;
  std::string_view right;
};

/// One thread writes.
class PhraseTable {
 public:
  using Record = WordTable::Record;

  std::uint32_t size() const noexcept { return table_.size(); }
  /// How often a spelling stands in the text; 0 where it was never seen, or was pruned.
  std::uint64_t count(const WordTable::Key& key) const noexcept {
    const Record* record = table_.find_record(key);
    return record != nullptr ? record->count : 0;
  }
  void prepare(const WordTable::Key& key) const noexcept { table_.prepare(key); }
  void prepare_record(const WordTable::Key& key) const noexcept { table_.prepare_record(key); }
  void add(const WordTable::Key& key, std::uint64_t count) {
    records_.clear();
    if (key.word.size() >= lengths_.size()) lengths_.resize(2 * key.word.size() + 1);
    lengths_[key.word.size()] = true;
    table_.add(key, 0, count);
  }
  /// Adds the counts of the other table, which may be empty afterwards.
  void merge(PhraseTable& other);

  /// Where there are more than `most` spellings: leaves out the rarest, those below the lowest
  /// count from `min_reduce` on by which the rest is no more than that. Returns what to ask for
  /// next time, one more than that count; else `min_reduce`.
  std::uint64_t prune(std::size_t most, std::uint64_t min_reduce);

  /// All spellings in the order in which they first came; valid until the table changes.
  std::span<const Record* const> records();

  /// Calls visit(split) for all ways in which the spelling can be two words of the table with
  /// nothing or connector words between them.
  void for_each_split(std::string_view spelling, std::string_view delimiter,
                      const ConnectorWords& connectors,
                      const std::function<void(const Split&)>& visit) const;

 private:
  WordTable table_;
  std::vector<bool> lengths_;           // of spellings that were added, in bytes
  std::vector<const Record*> records_;  // empty: not listed yet
};

/// Counts texts, token by token, into a table.
class PhraseCounter {
 public:
  PhraseCounter(const ConnectorWords& connectors, std::size_t most)
      : connectors_(connectors), most_(most) {}

  /// Counts all tokens, and leaves in the text what a token that follows may be joined to.
  void count(TokenText& text);
  /// Prunes after the last sentence.
  void finish() { prune(); }

  PhraseTable& table() noexcept { return table_; }
  std::uint64_t words() const noexcept { return words_; }
  std::uint64_t min_reduce() const noexcept { return min_reduce_; }

 private:
  // Records are asked for this many spellings ahead; the slots that say where, twice as many.
  static constexpr std::size_t kAhead = 8;
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  void push(const WordTable::Key& key);
  void drain();
  void prune();

  const ConnectorWords& connectors_;
  std::size_t most_;
  PhraseTable table_;
  std::uint64_t words_ = 0;
  std::uint64_t min_reduce_ = 1;
  std::size_t left_ = kNone;  // where the word begins that the next one may be joined to
  WordTable::Key ring_[2 * kAhead];
  std::size_t pushed_ = 0;
  std::size_t added_ = 0;
};

}  // namespace hogvec::python
