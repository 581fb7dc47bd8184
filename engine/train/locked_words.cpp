#include "engine/train/locked_words.hpp"

#include <optional>

#include "io/error.hpp"

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

LockedWords::LockedWords(std::size_t vocabulary_size, std::span<const WordId> ids)
    : locked_(vocabulary_size, 0), size_(ids.size()) {
  for (const WordId id : ids) {
    if (id >= vocabulary_size) throw Error("the run locks words that its vocabulary has not");
    locked_[id] = 1;
  }
}

std::vector<WordId> LockedWords::ids() const {
  std::vector<WordId> ids;
  for (WordId id = 0; id < locked_.size(); ++id) {
    if (hold(id)) ids.push_back(id);
  }
  return ids;
}

}  // namespace hogvec
