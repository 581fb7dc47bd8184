// The words of a text, most frequent first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "io/vocabulary_file.hpp"

namespace hogvec {

using WordId = std::uint32_t;

/// The name of index 0 in a counted text: the end of a sentence.
inline constexpr std::string_view kSentenceEndWord = "</s>";
/// Index 0 ends a sentence, whatever its name (word2vec.c:106).
inline constexpr WordId kSentenceEnd = 0;

/// Words with their counts: index 0 first, then descending counts, ties in order of first
/// appearance (word2vec.c:141). Immutable, so safe to read from any thread.
class Vocabulary {
 public:
  /// Sorts `words`, which stand in order of first appearance, and drops those below `min_count`.
  /// The first word stays index 0 and is never dropped.
  Vocabulary(std::vector<io::WordCount> words, std::uint64_t min_count);

  // The index refers to the words in place: moving keeps them there, copying would not.
  Vocabulary(Vocabulary&&) = default;
  Vocabulary& operator=(Vocabulary&&) = default;
  Vocabulary(const Vocabulary&) = delete;
  Vocabulary& operator=(const Vocabulary&) = delete;

  std::size_t size() const noexcept { return words_.size(); }
  const std::string& word(WordId id) const { return words_[id].word; }
  std::uint64_t count(WordId id) const { return words_[id].count; }
  const std::vector<io::WordCount>& words() const noexcept { return words_; }

  /// Sum of all counts, that of index 0 included: the reference's train_words.
  std::uint64_t total_count() const noexcept { return total_count_; }

  std::optional<WordId> find(std::string_view word) const;

 private:
  std::vector<io::WordCount> words_;
  std::unordered_map<std::string_view, WordId> ids_;  // views into words_
  std::uint64_t total_count_ = 0;
};

}  // namespace hogvec
