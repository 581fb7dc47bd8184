// Words whose vectors a run leaves as they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/vocab/vocabulary.hpp"

namespace hogvec {

/// Their rows of W go in as any other, and are not changed: vectors stay comparable with those of
/// another run, and new words come to lie among them. Immutable.
class LockedWords {
 public:
  /// None.
  LockedWords() = default;
  /// Those of `words` that the vocabulary has.
  LockedWords(const Vocabulary& vocabulary, std::span<const std::string> words);
  /// Those that ids() gave, of a vocabulary of so many words. Errors: Error, where an id is of
  /// none.
  LockedWords(std::size_t vocabulary_size, std::span<const WordId> ids);

  bool any() const noexcept { return size_ > 0; }
  std::size_t size() const noexcept { return size_; }
  std::vector<WordId> ids() const;
  bool hold(WordId word) const noexcept { return any() && locked_[word] != 0; }

 private:
  std::vector<std::uint8_t> locked_;  // of each word of the vocabulary; empty: none
  std::size_t size_ = 0;
};

}  // namespace hogvec
