#include "tools/vectors_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "engine/resources.hpp"
#include "io/error.hpp"
#include "io/vectors_file.hpp"

namespace hogvec::tools {

namespace {

ConstMatrixView first_rows(const ConstMatrixView& rows, std::size_t most) {
  return {rows.data(), std::min(most, rows.rows()), rows.dim(), rows.stride()};
}

}  // namespace

VectorsInput::VectorsInput(io::Content content, const std::string& word_list, std::size_t most_rows)
    : path_(content.path()) {
  if (io::is_model_file(path_)) {
    open_model(most_rows);
  } else if (io::is_npy(content.bytes())) {
    open_npy(std::move(content), word_list, most_rows);
  } else {
    read_vectors(std::move(content), most_rows);
  }
  if (!model_words_) keep_first_rows();
  if (rows() == 0) throw Error(path_ + ": holds no words; give a file of vectors");
  check_words();
}

void VectorsInput::open_model(std::size_t most_rows) {
  model_ = io::ModelFile::open(path_);
  model_words_.emplace(model_);
  // Who wants a few rows of a large file is not to wait until all of it is read.
  if (most_rows >= model_words_->size()) {
    for (const char* const section : {"words", "word_ends", "counts", "input", "output"}) {
      if (model_.has(section)) model_.verify(section);
    }
  }
  input_ = model_.matrix("input");
  output_ = model_.matrix("output");
  const std::size_t words = model_words_->size();
  if (input_.rows() != words) throw Error(path_ + ": has no vectors of its words");
  if (output_.dim() != 0 && (output_.rows() != words || output_.dim() != dim())) {
    throw Error(path_ + ": its matrices do not fit each other; restore the model file from a copy");
  }
  input_ = first_rows(input_, most_rows);
  output_ = first_rows(output_, most_rows);
}

void VectorsInput::open_npy(io::Content content, const std::string& word_list,
                            std::size_t most_rows) {
  npy_.emplace(std::move(content));
  input_ = first_rows(npy_->matrix(), most_rows);
  words_ = io::read_npy_words(*npy_, word_list);
  words_.resize(std::min(words_.size(), most_rows));
}

void VectorsInput::read_vectors(io::Content content, std::size_t most_rows) {
  const io::VectorsFile file(std::move(content));
  const std::size_t rows = std::min(file.rows(), most_rows);
  float* const values = take_memory(rows, file.dim());  // as the file can hold
  words_ = file.read(rows, values, file.dim());
}

float* VectorsInput::take_memory(std::size_t rows, std::size_t dim) {
  const std::size_t bytes = rows * dim * sizeof(float);
  const Resources resources;
  memory_ = array_memory(bytes, bytes > resources.most_memory(), resources);
  memory_.reserve(0, bytes);
  auto* const values = reinterpret_cast<float*>(memory_.data());
  input_ = {values, rows, dim, dim};
  return values;
}

void VectorsInput::keep_first_rows() {
  auto* values = reinterpret_cast<float*>(memory_.data());
  io::RowsOfWords rows;
  repeated_ = io::keep_first_rows(words_, rows, [&](std::size_t from, std::size_t to) {
    if (values == nullptr) {  // rows of a file that are not ours
      const ConstMatrixView file = input_;
      values = take_memory(file.rows(), file.dim());
      std::copy_n(file.data(), file.rows() * file.dim(), values);
    }
    std::copy_n(values + from * dim(), dim(), values + to * dim());
  });
  input_ = {input_.data(), words_.size(), dim(), input_.stride()};
}

void VectorsInput::check_words() const {
  std::unordered_set<std::string_view> seen;
  for (std::size_t row = 0; row < rows(); ++row) {
    if (word(row).empty()) throw Error(fmt::format("{}: row {} has no word", path_, row + 1));
    if (!model_words_ || seen.insert(word(row)).second) continue;
    throw Error(
        fmt::format("{}: row {} has a word, \"{}\", that stands before; the model file is "
                    "damaged, restore it from a copy",
                    path_, row + 1, shortened(word(row))));
  }
}

void VectorsInput::require_unchanged() const {
  if (npy_) npy_->require_unchanged();
}

std::string_view shortened(std::string_view word) {
  constexpr std::size_t kMostShown = 60;
  return word.substr(0, kMostShown);
}

}  // namespace hogvec::tools
