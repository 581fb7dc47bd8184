// The words of a model file: found without reading them all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/model_file.hpp"
#include "io/vocabulary_file.hpp"

namespace hogvec::io {

/// The sections "words", "word_ends", "counts" and "word_index", which README.md describes, in the
/// sizes that these words need. Errors: Error where they are 2^32 - 1 or more.
std::vector<ModelSection> word_sections(const std::vector<WordCount>& words);
/// Fills and seals them. Of a word that stands twice the first is the one that is found.
/// Errors: Error where the file's sections are not those of word_sections().
void write_word_sections(ModelFile& file, const std::vector<WordCount>& words);

/// Views a file's words where they lie. Every access is checked against the sections' bounds: a
/// damaged file gives wrong or empty words, never memory that is not the file's. It must not
/// outlive the file, nor what invalidates the file's views. Safe from any thread.
class ModelWords {
 public:
  /// Reads no word. Errors: sections missing, or of sizes that do not fit each other.
  explicit ModelWords(const ModelFile& file);

  std::size_t size() const noexcept { return counts_.size(); }
  /// Of a word below size().
  std::string_view word(std::size_t id) const noexcept;
  std::uint64_t count(std::size_t id) const noexcept { return counts_[id]; }

  static constexpr std::size_t kNotFound = static_cast<std::size_t>(-1);
  std::size_t find(std::string_view word) const noexcept;

  /// Copies, for a trainer. Errors: an empty word, or words that do not lie one behind the other,
  /// as only a damaged file has them.
  std::vector<WordCount> all() const;

 private:
  std::string path_;
  std::string_view bytes_;
  std::span<const std::uint64_t> ends_;
  std::span<const std::uint64_t> counts_;
  std::span<const std::uint32_t> slots_;
};

}  // namespace hogvec::io
