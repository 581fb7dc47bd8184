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
/// appearance (word2vec.c:141); but where words were appended to those of an older model, whose
/// rows keep their numbers. Immutable, so safe to read from any thread.
class Vocabulary {
 public:
  /// What a limit on the number of words has left out.
  struct LeftOut {
    std::uint64_t words = 0;        // different ones
    std::uint64_t occurrences = 0;  // of them all
  };

  /// Sorts `words`, which stand in order of first appearance, drops those below `min_count`, and of
  /// the others keeps the `max_words` most frequent; 0: all. The first word stays index 0, is never
  /// dropped and does not count.
  Vocabulary(std::vector<io::WordCount> words, std::uint64_t min_count, std::size_t max_words = 0);

  /// The words as they are, each once, index 0 first: those of a model.
  static Vocabulary in_order(std::vector<io::WordCount> words);

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
  /// Words that `max_words` dropped; those below `min_count` are not among them.
  const LeftOut& left_out() const noexcept { return left_out_; }

  std::optional<WordId> find(std::string_view word) const;

 private:
  Vocabulary() = default;
  void number_words();

  std::vector<io::WordCount> words_;
  std::unordered_map<std::string_view, WordId> ids_;  // views into words_
  std::uint64_t total_count_ = 0;
  LeftOut left_out_;
};

}  // namespace hogvec
