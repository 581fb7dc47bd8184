#include "engine/train/locked_words.hpp"

namespace hogvec {

LockedWords::LockedWords(const Vocabulary& vocabulary, std::span<const std::string> words)
    : locked_(vocabulary.size(), 0) {
  for (const std::string& word : words) {
    const std::optional<WordId> id = vocabulary.find(word);
    if (!id || locked_[*id] != 0) continue;
    locked_[*id] = 1;
    ++size_;
  }
}

}  // namespace hogvec
