#include "engine/corpus/tokenizer.hpp"

#include <cstring>

namespace hogvec {
namespace {

bool is_continuation(char c) noexcept { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

std::string_view cut_word(std::string_view word, std::size_t limit) noexcept {
  if (word.size() <= limit) return word;
  // A sequence has at most three continuation bytes; where there are more, it is no UTF-8.
  std::size_t cut = limit;
  for (int back = 0; back < 3 && cut > 0 && is_continuation(word[cut]); ++back) --cut;
  const bool utf8 = cut > 0 && !is_continuation(word[cut]);
  return word.substr(0, utf8 ? cut : limit);
}

std::string_view clean_word(std::string_view raw, std::size_t limit, std::string& buffer) {
  buffer.clear();
  for (const char c : raw) {
    // One byte past the limit tells whether the word has to be cut.
    if (c == '\0' || is_separator(c) || buffer.size() > limit) break;
    if (c != '\r') buffer.push_back(c);
  }
  return cut_word(buffer, limit);
}

void SectionTokenizer::find_special(std::size_t begin, std::size_t end) {
  const std::size_t whole = (end - begin) / 64 * 64;
  kernels_.special_bytes(text_.data() + begin, whole, special_.data());
  if (begin + whole == end) return;
  // The kernel takes 64 bytes at a time; past the end of the file there may be none. The letters
  // that fill up the last piece are not special.
  char rest[64];
  std::memset(rest, 'x', sizeof rest);
  std::memcpy(rest, text_.data() + begin + whole, end - begin - whole);
  kernels_.special_bytes(rest, 64, special_.data() + whole / 64);
}

}  // namespace hogvec
