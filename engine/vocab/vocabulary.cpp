#include "engine/vocab/vocabulary.hpp"

#include <algorithm>

namespace hogvec {

Vocabulary::Vocabulary(std::vector<io::WordCount> words, std::uint64_t min_count,
                       std::size_t max_words)
    : words_(std::move(words)) {
  if (words_.empty()) words_.push_back({std::string(kSentenceEndWord), 0});
  words_.erase(std::remove_if(words_.begin() + 1, words_.end(),
                              [&](const io::WordCount& w) { return w.count < min_count; }),
               words_.end());
  std::stable_sort(
      words_.begin() + 1, words_.end(),
      [](const io::WordCount& a, const io::WordCount& b) { return a.count > b.count; });
  if (max_words != 0 && words_.size() - 1 > max_words) {
    const auto first = words_.begin() + 1 + static_cast<std::ptrdiff_t>(max_words);
    left_out_.words = static_cast<std::uint64_t>(words_.end() - first);
    for (auto word = first; word != words_.end(); ++word) left_out_.occurrences += word->count;
    words_.erase(first, words_.end());
  }
  words_.shrink_to_fit();
  number_words();
}

Vocabulary Vocabulary::in_order(std::vector<io::WordCount> words) {
  Vocabulary vocabulary;
  vocabulary.words_ = std::move(words);
  vocabulary.number_words();
  return vocabulary;
}

void Vocabulary::number_words() {
  ids_.reserve(words_.size());
  for (WordId id = 0; id < words_.size(); ++id) {
    ids_.emplace(words_[id].word, id);
    total_count_ += words_[id].count;
  }
}

std::optional<WordId> Vocabulary::find(std::string_view word) const {
  const auto found = ids_.find(word);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

}  // namespace hogvec
