// Numbers back to text.
#pragma once

#include <cstdint>
#include <functional>

#include "engine/phrases/phrase_words.hpp"
#include "io/output_file.hpp"

namespace hogvec {

/// Writes a space before every word, and newlines as they are; sections are made by all threads
/// and written in order. `on_written` is called after each with the words so far, never twice at
/// once. Errors: those of OutputFile::write.
void write_words(io::OutputFile& file, const IdText& text, const WordList& words, int threads,
                 const std::function<void(std::uint64_t words)>& on_written);

}  // namespace hogvec
