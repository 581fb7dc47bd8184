#include "engine/query/folded_words.hpp"

#include <algorithm>

#include "engine/case_folding.hpp"

namespace hogvec {

namespace {

std::string key_of(std::string_view word, Letters letters) {
  return letters == Letters::kAscii ? ascii_lower(word) : caseless(word);
}

}  // namespace

FoldedWords::FoldedWords(const WordIndex& index, Letters letters) : letters_(letters) {
  rows_.reserve(index.size());
  for (std::size_t row = 0; row < index.size(); ++row) {
    const std::string_view word = index.word(row);
    const bool is_key = std::none_of(word.begin(), word.end(), [letters](char byte) {
      return (byte >= 'A' && byte <= 'Z') ||
             (letters == Letters::kUnicode && static_cast<unsigned char>(byte) > 127);
    });
    if (is_key) {
      rows_.emplace(word, row);
    } else {
      rows_.emplace(changed_.emplace_back(key_of(word, letters)), row);
    }
  }
}

std::size_t FoldedWords::find(std::string_view word) const {
  const auto found = rows_.find(key_of(word, letters_));
  return found == rows_.end() ? WordIndex::kNotFound : found->second;
}

}  // namespace hogvec
