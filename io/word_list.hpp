// Words, one a line.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace hogvec::io {

class OutputFile;

/// The lines of a file, without what ends them ("\n" or "\r\n"); the last may lack it.
/// Errors: those of Content; changed while it was read.
std::vector<std::string> read_word_list(const std::string& path);

/// word(0) to word(rows - 1), a line each. Does not commit.
void write_word_list(OutputFile& file, std::size_t rows,
                     const std::function<std::string_view(std::size_t k)>& word);

}  // namespace hogvec::io
