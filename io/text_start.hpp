// What the first bytes of a text file say of it.
#pragma once

#include <string>
#include <string_view>

#include "io/memory_map.hpp"

namespace hogvec::io {

/// Text without the byte order mark that it may begin with.
std::string_view without_mark(std::string_view text) noexcept;

/// The bytes of a text file that is mapped, without its byte order mark: what every reader of text
/// begins with. Errors, with the path: UTF-16 or UTF-32, by a mark or by how its zeros lie.
std::string_view text_of(const MemoryMap& map, const std::string& path);

}  // namespace hogvec::io
