#include "io/text_start.hpp"

#include <algorithm>
#include <array>

#include "io/error.hpp"
#include "io/model_file.hpp"
#include "io/packing.hpp"

namespace hogvec::io {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf"sv;

struct WideMark {
  std::string_view bytes;
  const char* encoding;
};

// The longer first: the shorter begins it.
constexpr std::array kWideMarks{
    WideMark{"\xff\xfe\0\0"sv, "UTF-32LE"},
    WideMark{"\0\0\xfe\xff"sv, "UTF-32BE"},
    WideMark{"\xff\xfe"sv, "UTF-16LE"},
    WideMark{"\xfe\xff"sv, "UTF-16BE"},
};

/// Whether every other byte of the beginning is zero, the first of them at `first`, and no other.
bool alternates(std::string_view text, std::size_t first) noexcept {
  constexpr std::size_t kLeast = 4;
  constexpr std::size_t kMost = 64;
  if (text.size() < kLeast) return false;
  for (std::size_t i = 0; i < std::min(text.size(), kMost); ++i) {
    if ((text[i] == '\0') != (i % 2 == first)) return false;
  }
  return true;
}

/// The encoding of two or four bytes a character that the text is in; nullptr where it is in none.
const char* wide_encoding(std::string_view text) noexcept {
  // The mark is text in Latin-1, where there are no zeros; in UTF-16 spaces and newlines have one.
  constexpr std::size_t kLookedAt = 4096;
  const bool zeros = text.substr(0, kLookedAt).find('\0') != std::string_view::npos;
  for (const WideMark& mark : kWideMarks) {
    if (text.starts_with(mark.bytes) && (zeros || text == mark.bytes)) return mark.encoding;
  }
  if (alternates(text, 1)) return "UTF-16LE";
  if (alternates(text, 0)) return "UTF-16BE";
  return nullptr;
}

}  // namespace

std::string_view without_mark(std::string_view text) noexcept {
  // Tools that put one in front of what has one leave several.
  while (text.starts_with(kUtf8Mark)) text.remove_prefix(kUtf8Mark.size());
  return text;
}

bool can_begin_text(std::string_view text) noexcept {
  // Zeros that make a mark one may follow.
  const bool marked = std::any_of(kWideMarks.begin(), kWideMarks.end(), [&](const WideMark& mark) {
    return text.starts_with(mark.bytes);
  });
  return without_mark(text).size() == text.size() && !text.starts_with(kModelMagic) && !marked &&
         wide_encoding(text) == nullptr &&
         packing_of(text.substr(0, kPackingBytes)) == Packing::kPlain;
}

bool has_lone_returns(std::string_view text) noexcept {
  constexpr std::size_t kLookedAt = 64 << 10;
  text = text.substr(0, kLookedAt);
  // The last one may be half of a Windows line end.
  const std::size_t first = text.find('\r');
  return first != std::string_view::npos && first + 1 < text.size() &&
         text.find('\n') == std::string_view::npos;
}

std::string_view text_start(std::string_view text, const std::string& name) {
  if (text.starts_with(kModelMagic)) {
    throw Error(name +
                ": is a model file, and no text; as a model it is opened where it is a plain file: "
                "unpack it, or name another");
  }
  if (const char* const encoding = wide_encoding(text)) {
    throw Error(name + ": is " + encoding + "; make it UTF-8: iconv -f " + encoding +
                " -t UTF-8 FILE");
  }
  return without_mark(text);
}

}  // namespace hogvec::io
