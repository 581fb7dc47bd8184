#include "engine/query/folded_words.hpp"

#include <algorithm>

namespace hogvec {

namespace {

using CodePoint = unsigned;

/// Of U+0080 to U+07FF, which UTF-8 writes in two bytes.
CodePoint lower_of(CodePoint c) noexcept {
  const auto between = [c](CodePoint first, CodePoint last) { return c >= first && c <= last; };
  if (between(0xC0, 0xDE) && c != 0xD7) return c + 0x20;     // Latin-1 but the multiplication sign
  if (between(0x391, 0x3A9) && c != 0x3A2) return c + 0x20;  // Greek but the unassigned code point
  if (between(0x410, 0x42F)) return c + 0x20;                // Cyrillic
  if (between(0x400, 0x40F)) return c + 0x50;
  // Latin Extended-A: pairs that begin with an even number, or with an odd one.
  const bool even_pairs = between(0x100, 0x12F) || between(0x132, 0x137) || between(0x14A, 0x177);
  const bool odd_pairs = between(0x139, 0x148) || between(0x179, 0x17E);
  if ((even_pairs && c % 2 == 0) || (odd_pairs && c % 2 == 1)) return c + 1;
  return c;
}

bool is_upper(char byte) noexcept { return byte >= 'A' && byte <= 'Z'; }

}  // namespace

std::string to_lower(std::string_view word, Letters letters) {
  std::string lower(word);
  for (std::size_t i = 0; i < lower.size(); ++i) {
    if (is_upper(lower[i])) {
      lower[i] = static_cast<char>(lower[i] - 'A' + 'a');
    }
    const auto lead = static_cast<unsigned char>(lower[i]);
    if (letters == Letters::kAscii || lead < 0xC3 || lead > 0xD0 || i + 1 == lower.size()) continue;
    const auto trail = static_cast<unsigned char>(lower[i + 1]);
    if (trail < 0x80 || trail > 0xBF) continue;
    const CodePoint c = lower_of((lead & 0x1Fu) << 6 | (trail & 0x3Fu));
    lower[i] = static_cast<char>(0xC0 | c >> 6);
    lower[++i] = static_cast<char>(0x80 | (c & 0x3F));
  }
  return lower;
}

FoldedWords::FoldedWords(const WordIndex& index, Letters letters) : letters_(letters) {
  rows_.reserve(index.size());
  for (std::size_t row = 0; row < index.size(); ++row) {
    const std::string_view word = index.word(row);
    const bool lower_already = std::none_of(word.begin(), word.end(), [letters](char byte) {
      return is_upper(byte) ||
             (letters == Letters::kUtf8 && static_cast<unsigned char>(byte) > 127);
    });
    if (lower_already) {
      rows_.emplace(word, row);
    } else {
      rows_.emplace(changed_.emplace_back(to_lower(word, letters)), row);
    }
  }
}

std::size_t FoldedWords::find(std::string_view word) const {
  const auto found = rows_.find(to_lower(word, letters_));
  return found == rows_.end() ? WordIndex::kNotFound : found->second;
}

}  // namespace hogvec
