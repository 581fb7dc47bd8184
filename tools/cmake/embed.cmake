# cmake -DOUTPUT=files.hpp "-DFILES=a.css;b.js" -P embed.cmake
#
# Writes kPageFiles: names and texts of files that are compiled in.
set(text "// Made of the files of tools/page by tools/cmake/embed.cmake.\n#pragma once\n\n")
string(APPEND text "#include <string_view>\n\nnamespace hogvec::tools {\n\n")
string(APPEND text "struct PageFile {\n  std::string_view name;\n  std::string_view text;\n};\n\n")
string(APPEND text "inline constexpr PageFile kPageFiles[] = {\n")
foreach(path IN LISTS FILES)
  get_filename_component(name ${path} NAME)
  file(READ ${path} bytes HEX)
  # Pieces, since a literal may have 64 KiB; by their numbers, since a text may hold anything.
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" bytes "${bytes}")
  string(LENGTH "${bytes}" length)
  string(APPEND text "    {\"${name}\",\n     std::string_view(")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${bytes}" ${at} 96 piece)  # 24 bytes
    string(APPEND text "\n         \"${piece}\"")
    math(EXPR at "${at} + 96")
  endwhile()
  file(SIZE ${path} size)
  string(APPEND text "\n         \"\", ${size})},\n")
endforeach()
string(APPEND text "};\n\n}  // namespace hogvec::tools\n")
file(WRITE ${OUTPUT}.new "${text}")
file(RENAME ${OUTPUT}.new ${OUTPUT})
