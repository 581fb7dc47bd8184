// What the first bytes of a text file say of it.
#pragma once

#include <string>
#include <string_view>

#include "io/content.hpp"

namespace hogvec::io {

/// Text without the byte order marks that it may begin with.
std::string_view without_mark(std::string_view text) noexcept;

/// A text of which this is the beginning, 4 KiB or all: without its byte order mark. Errors, with
/// the name: a model file; UTF-16, by its mark or by how its zeros lie, and UTF-32, by its mark. A
/// mark counts where there is a zero byte in the first 4 KiB: else it may be Latin-1.
std::string_view text_start(std::string_view text, const std::string& name);

/// Whether a plain text may begin with these bytes and be read as they are: not where they begin a
/// byte order mark, another encoding, a model file or what is packed.
bool can_begin_text(std::string_view text) noexcept;

/// Whether the beginning of a text has carriage returns and no newline: lines of an old Mac, whose
/// last and first words a tokeniser joins.
bool has_lone_returns(std::string_view text) noexcept;

/// What every reader of text begins with.
inline std::string_view text_of(const Content& content) {
  return text_start(content.bytes(), content.path());
}

}  // namespace hogvec::io
