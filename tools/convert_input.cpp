#include "tools/convert_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "engine/resources.hpp"
#include "io/error.hpp"
#include "io/text_start.hpp"
#include "io/vectors_file.hpp"
#include "io/word_list.hpp"

namespace hogvec::tools {

namespace {

/// Whether the first line is "ROWS DIMENSIONS", as far as two numbers make it.
bool begins_with_sizes(const std::string& path) {
  const io::MemoryMap map = io::MemoryMap::open_file(path);
  std::string_view line = io::text_of(map, path);
  line = line.substr(0, line.find('\n'));
  int words = 0;
  for (;; ++words) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
    if (line.empty()) return words == 2;
    const std::string_view word = line.substr(0, line.find_first_of(" \t\r"));
    if (words == 2 || word.find_first_not_of("0123456789+-") != std::string_view::npos)
      return false;
    line.remove_prefix(word.size());
  }
}

}  // namespace

std::string word_list_beside(const std::string& path) {
  constexpr std::string_view kNpy = ".npy";
  const std::size_t stem = path.size() - (path.ends_with(kNpy) ? kNpy.size() : 0);
  return path.substr(0, stem) + ".words";
}

io::VectorsFile open_vectors(const std::string& path) {
  return begins_with_sizes(path) ? io::VectorsFile(path) : io::VectorsFile::without_header(path);
}

ConvertInput::ConvertInput(const std::string& path, const std::string& word_list) : path_(path) {
  if (io::is_model_file(path)) {
    open_model();
  } else if (io::is_npy_file(path)) {
    open_npy(word_list.empty() ? word_list_beside(path) : word_list);
  } else {
    read_vectors();
  }
  if (rows() == 0) throw Error(path_ + ": holds no words; there is nothing to convert");
  check_words();
}

void ConvertInput::open_model() {
  model_ = io::ModelFile::open(path_);
  model_words_.emplace(model_);
  for (const char* const section : {"words", "word_ends", "counts", "input", "output"}) {
    if (model_.has(section)) model_.verify(section);
  }
  input_ = model_.matrix("input");
  output_ = model_.matrix("output");
  const std::size_t words = model_words_->size();
  if (input_.rows() != words) throw Error(path_ + ": has no vectors of its words");
  if (output_.dim() != 0 && (output_.rows() != words || output_.dim() != dim())) {
    throw Error(path_ + ": its matrices do not fit each other; restore the model file from a copy");
  }
}

void ConvertInput::open_npy(const std::string& word_list) {
  npy_.emplace(path_);
  input_ = npy_->matrix();
  try {
    words_ = io::read_word_list(word_list);
  } catch (const Error& error) {
    throw Error(fmt::format("{}: needs the list of its words, one a line, by -words FILE: {}",
                            path_, error.what()));
  }
  if (words_.size() == rows()) return;
  throw Error(fmt::format("{}: has {} rows, and {} has {} words; each row needs its line", path_,
                          rows(), word_list, words_.size()));
}

void ConvertInput::read_vectors() {
  const io::VectorsFile file = open_vectors(path_);
  const std::size_t bytes = file.rows() * file.dim() * sizeof(float);  // as the file can hold
  const Resources resources;
  memory_ = array_memory(bytes, bytes > resources.most_memory(), resources);
  memory_.reserve(0, bytes);
  auto* const values = reinterpret_cast<float*>(memory_.data());
  words_ = file.read(file.rows(), values, file.dim());
  input_ = {values, file.rows(), file.dim(), file.dim()};
}

void ConvertInput::check_words() const {
  std::unordered_map<std::string_view, std::size_t> seen;
  seen.reserve(rows());
  for (std::size_t row = 0; row < rows(); ++row) {
    if (word(row).empty()) throw Error(fmt::format("{}: row {} has no word", path_, row + 1));
    const auto [first, is_new] = seen.emplace(word(row), row);
    if (is_new) continue;
    throw Error(fmt::format("{}: row {} has the word \"{}\" of row {} again; leave one of them out",
                            path_, row + 1, shortened(word(row)), first->second + 1));
  }
}

void ConvertInput::require_unchanged() const {
  if (npy_) npy_->require_unchanged();
}

std::string_view shortened(std::string_view word) {
  constexpr std::size_t kMostShown = 60;
  return word.substr(0, kMostShown);
}

}  // namespace hogvec::tools
