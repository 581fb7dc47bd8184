// Words with their vectors, wherever they lie.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/c/hogvec.h"
#include "engine/model/matrix.hpp"
#include "io/content.hpp"
#include "io/model_file.hpp"
#include "io/model_words.hpp"
#include "io/repeated_words.hpp"

/// Immutable, so safe to read from any thread.
struct hogvec_vectors {  // NOLINT(readability-identifier-naming): C's name
 public:
  /// Errors: those of the readers.
  static hogvec_vectors open(const std::string& path);
  /// Errors: Invalid, where a word stands twice.
  hogvec_vectors(std::vector<std::string> words, hogvec::Matrix values);

  std::size_t size() const noexcept { return rows_.rows(); }
  std::size_t dim() const noexcept { return rows_.dim(); }
  hogvec::ConstMatrixView rows() const noexcept { return rows_; }
  std::string_view word(std::size_t row) const noexcept {
    return model_words_ ? model_words_->word(row) : std::string_view(words_[row]);
  }
  std::optional<std::size_t> find(std::string_view word) const;

 private:
  explicit hogvec_vectors(hogvec::io::ModelFile file);
  explicit hogvec_vectors(hogvec::io::Content content);
  hogvec::io::RepeatedWords number_words();

  hogvec::io::ModelFile model_;  // where there is one, it has the words and the rows
  std::optional<hogvec::io::ModelWords> model_words_;
  std::vector<std::string> words_;
  hogvec::io::RowsOfWords numbers_;
  hogvec::Matrix values_;
  hogvec::ConstMatrixView rows_;
};
