// Vectors of a file, in whatever format they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/memory_map.hpp"
#include "io/model_file.hpp"
#include "io/model_words.hpp"
#include "io/npy_file.hpp"
#include "io/repeated_words.hpp"

namespace hogvec::tools {

/// Words with their vectors, as they are in the file: not scaled. Those of a model file and of a
/// .npy file stay where they lie; others are read into memory, or where that is short into a
/// temporary file. Of a word that stands more than once, the first. Immutable.
class VectorsInput {
 public:
  /// The first `most_rows` rows. Detects the format by what the file holds. `word_list` is that of
  /// a .npy file; where it is empty, the file's name with ".words" for its ".npy". Reads by the
  /// calling thread's oneTBB arena. Errors: a format that nobody knows; those of its reader; a
  /// model file, all of whose rows are wanted, whose words or vectors are not those of their
  /// checksums; one where a word stands twice; a word list that is too short or too long; a word
  /// that is empty, with its row; no words at all.
  VectorsInput(io::Content content, const std::string& word_list,
               std::size_t most_rows = static_cast<std::size_t>(-1));

  const std::string& path() const noexcept { return path_; }
  std::size_t rows() const noexcept { return input_.rows(); }
  std::size_t dim() const noexcept { return input_.dim(); }
  std::string_view word(std::size_t row) const {
    return model_words_ ? model_words_->word(row) : std::string_view(words_[row]);
  }
  /// 0 where it is not known.
  std::uint64_t count(std::size_t row) const noexcept {
    return model_words_ ? model_words_->count(row) : 0;
  }
  ConstMatrixView input() const noexcept { return input_; }    // W
  ConstMatrixView output() const noexcept { return output_; }  // W', empty where there is none

  /// Rows that were left out because the word stands before.
  const io::RepeatedWords& repeated() const noexcept { return repeated_; }

  /// Errors: the file was changed since it was opened, and not by a trainer.
  void require_unchanged() const;

 private:
  void open_model(std::size_t most_rows);
  void open_npy(io::Content content, const std::string& word_list, std::size_t most_rows);
  void read_vectors(io::Content content, std::size_t most_rows);
  float* take_memory(std::size_t rows, std::size_t dim);
  void keep_first_rows();
  void check_words() const;

  std::string path_;
  io::ModelFile model_;
  std::optional<io::ModelWords> model_words_;
  std::optional<io::NpyFile> npy_;
  io::MemoryMap memory_;
  std::vector<std::string> words_;
  io::RepeatedWords repeated_;
  ConstMatrixView input_;
  ConstMatrixView output_;
};

/// As much of a word as a message can have.
std::string_view shortened(std::string_view word);

}  // namespace hogvec::tools
