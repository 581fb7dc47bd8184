#include "engine/case_folding.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace hogvec {

namespace {

using CodePoint = utf8proc_int32_t;

constexpr CodePoint kCapitalDottedI = 0x130;
constexpr CodePoint kSmallDotlessI = 0x131;
constexpr std::size_t kMostFolded = 4;  // code points of one

constexpr char lower_of(char byte) noexcept {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

/// The full folding of a code point.
std::size_t fold(CodePoint c, std::array<CodePoint, kMostFolded>& folded) noexcept {
  int boundary = 0;
  const utf8proc_ssize_t count =
      utf8proc_decompose_char(c, folded.data(), kMostFolded, UTF8PROC_CASEFOLD, &boundary);
  if (count < 1 || count > static_cast<utf8proc_ssize_t>(kMostFolded)) {
    folded[0] = c;
    return 1;
  }
  return static_cast<std::size_t>(count);
}

void append(std::string& text, CodePoint c) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const utf8proc_ssize_t size = utf8proc_encode_char(c, bytes.data());
  text.append(bytes.begin(), bytes.begin() + size);
}

void append_simple(std::string& text, CodePoint c) {
  std::array<CodePoint, kMostFolded> folded{};
  // What folds to several has a letter of its own at most: that is its small one. The dotted I has
  // none that keeps its dot.
  if (fold(c, folded) > 1) folded[0] = c == kCapitalDottedI ? c : utf8proc_tolower(c);
  append(text, folded[0]);
}

void append_caseless(std::string& text, CodePoint c) {
  if (c == kCapitalDottedI || c == kSmallDotlessI) {
    text += 'i';
    return;
  }
  std::array<CodePoint, kMostFolded> folded{};
  const std::size_t count = fold(c, folded);
  for (std::size_t i = 0; i < count; ++i) append(text, folded[i]);
}

/// How many bytes at the front are ASCII.
std::size_t ascii_prefix(std::string_view text) noexcept {
  std::size_t count = 0;
  // Most of most texts: eight at a time.
  for (std::uint64_t eight; count + sizeof eight <= text.size(); count += sizeof eight) {
    std::memcpy(&eight, text.data() + count, sizeof eight);
    if ((eight & 0x8080808080808080u) != 0) break;
  }
  while (count < text.size() && static_cast<unsigned char>(text[count]) < 0x80) ++count;
  return count;
}

template <void (*kAppend)(std::string&, CodePoint)>
std::string each_letter(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const auto* const bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t letters = ascii_prefix(text.substr(at)); letters > 0) {
      out.append(text, at, letters);
      std::transform(out.end() - static_cast<std::ptrdiff_t>(letters), out.end(),
                     out.end() - static_cast<std::ptrdiff_t>(letters), lower_of);
      at += letters;
      continue;
    }
    CodePoint c = -1;
    const utf8proc_ssize_t size =
        utf8proc_iterate(bytes + at, static_cast<utf8proc_ssize_t>(text.size() - at), &c);
    if (size > 0) {
      kAppend(out, c);
      at += static_cast<std::size_t>(size);
    } else {
      out += text[at++];
    }
  }
  return out;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  const auto* const bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (std::size_t at = 0; at < text.size();) {
    CodePoint c = -1;
    const utf8proc_ssize_t size =
        utf8proc_iterate(bytes + at, static_cast<utf8proc_ssize_t>(text.size() - at), &c);
    if (size <= 0) return false;
    at += static_cast<std::size_t>(size);
  }
  return true;
}

std::string fold_case(std::string_view text) { return each_letter<append_simple>(text); }

std::string caseless(std::string_view word) { return each_letter<append_caseless>(word); }

std::string ascii_lower(std::string_view word) {
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(), lower_of);
  return lower;
}

}  // namespace hogvec
