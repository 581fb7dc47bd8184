// The files of this folder that are compiled in: styles, scripts, and what is in the body of a
// page.
#pragma once

#include <span>
#include <string_view>

namespace hogvec::tools {

struct PageFile {
  std::string_view name;  // without a folder
  std::string_view text;
};

/// In the order of their names. Made by tools/cmake/embed.cmake.
std::span<const PageFile> page_files() noexcept;

}  // namespace hogvec::tools
