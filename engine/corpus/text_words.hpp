// The different words of a text, of all workers that have read it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/corpus/word_table.hpp"
#include "engine/vocab/vocabulary.hpp"

namespace hogvec {

/// Words with their counts and first positions, numbered 0, 1, ...: number 0 is the first word of
/// every table that they come from, the others stand in no order. Immutable, so safe to read from
/// any thread.
class TextWords {
 public:
  TextWords() = default;
  /// Merges the tables of workers, of which each has the same word as number 0, by all threads:
  /// words are parted by their hashes, and a part of all tables is merged in a nearby cache.
  /// numbers[t][k] becomes the number of what table t calls k. Errors: 2^32 - 1 words.
  TextWords(std::vector<WordTable> tables, int threads, std::vector<std::vector<WordId>>& numbers);

  std::size_t size() const noexcept { return words_.size(); }
  std::string_view word(std::size_t number) const noexcept { return words_[number]->word(); }
  std::uint64_t count(std::size_t number) const noexcept { return words_[number]->count; }
  /// Where the word first stands in the text.
  std::uint64_t first(std::size_t number) const noexcept { return words_[number]->first; }

 private:
  std::vector<WordTable> tables_;  // whose records the words are
  std::vector<const WordTable::Record*> words_;
};

}  // namespace hogvec
