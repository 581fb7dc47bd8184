// The vectors that convert writes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "io/output_file.hpp"
#include "tools/vectors_input.hpp"

namespace hogvec::tools {

enum class ConvertFormat { kText, kBinary, kNpy, kGlove, kModel };
enum class ConvertMatrix { kInput, kOutput, kSum };  // W, W', W + W'

struct ConvertOutput {
  std::string path;
  ConvertFormat format = ConvertFormat::kText;
  ConvertMatrix matrix = ConvertMatrix::kInput;
  bool normalize = false;  // to length 1; a zero vector stays zero
  std::string words;       // the word list of a .npy file; empty: beside it
  std::string counts;      // a vocabulary file, for a model file; empty: the counts of the input

  std::string word_list() const { return words.empty() ? io::word_list_beside(path) : words; }
};

/// By its name, "text" for one; none where there is none of that name.
std::optional<ConvertFormat> format_named(std::string_view name) noexcept;
/// That a file of such a name usually has; none where it has none.
std::optional<ConvertFormat> format_of_path(std::string_view path) noexcept;

/// The files of an output, opened before the input is read; none of a model file, whose place is
/// only looked at, since it is made in the size that it needs.
struct ConvertFiles {
  std::unique_ptr<io::OutputFile> vectors;
  std::unique_ptr<io::OutputFile> words;

  /// Errors: a place that cannot be written; two files in one place.
  explicit ConvertFiles(const ConvertOutput& output);
};

/// Writes whole files or none, row by row, on the calling thread's oneTBB arena.
/// Errors: no W' in the input; a number that is not finite, or a word that the format cannot hold,
/// with the row; no room on the disk; those of the files.
void write_output(const VectorsInput& input, const ConvertOutput& output,
                  const ConvertFiles& files);

}  // namespace hogvec::tools
