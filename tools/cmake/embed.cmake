# cmake -DOUTPUT=files.cpp "-DFILES=a.css;b.js" -P embed.cmake
#
# Writes page_files() of tools/page/files.hpp: names and texts of files that are compiled in.
list(SORT FILES)
set(text "// Made of the files of tools/page by tools/cmake/embed.cmake.\n")
string(APPEND text "#include \"tools/page/files.hpp\"\n\nnamespace hogvec::tools {\n\n")
string(APPEND text "std::span<const PageFile> page_files() noexcept {\n")
string(APPEND text "  static constexpr PageFile kFiles[] = {\n")
foreach(path IN LISTS FILES)
  get_filename_component(name ${path} NAME)
  # By the numbers of its bytes, since a text may hold anything; in pieces, since a literal has a
  # largest length.
  file(READ ${path} bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" bytes "${bytes}")
  string(LENGTH "${bytes}" length)
  string(APPEND text "      {\"${name}\",\n       std::string_view(")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${bytes}" ${at} 4096 piece)  # whole bytes: a multiple of 4
    string(APPEND text "\n           \"${piece}\"")
    math(EXPR at "${at} + 4096")
  endwhile()
  file(SIZE ${path} size)
  string(APPEND text "\n           \"\", ${size})},\n")
endforeach()
string(APPEND text "  };\n  return kFiles;\n}\n\n}  // namespace hogvec::tools\n")
file(WRITE ${OUTPUT}.new "${text}")
file(RENAME ${OUTPUT}.new ${OUTPUT})
