#include "engine/model/initial_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "io/error.hpp"
#include "io/model_file.hpp"
#include "io/model_words.hpp"
#include "io/npy_file.hpp"
#include "io/vectors_file.hpp"

namespace hogvec {
namespace {

void require_length(const std::string& path, std::size_t is, std::size_t wanted) {
  if (is == wanted) return;
  throw Error(fmt::format("{}: vectors of {} values cannot begin a run of {}; use -size {}", path,
                          is, wanted, is));
}

std::size_t copy_rows(const io::ModelWords& words, ConstMatrixView from,
                      const Vocabulary& vocabulary, MatrixView to, std::vector<bool>* has) {
  std::size_t found = 0;
  for (WordId id = 0; id < vocabulary.size(); ++id) {
    const std::size_t row = words.find(vocabulary.word(id));
    if (row == io::ModelWords::kNotFound || row >= from.rows()) continue;
    std::copy_n(from.row(row), from.dim(), to.row(id));
    ++found;
    if (has != nullptr) (*has)[id] = true;
  }
  return found;
}

std::size_t copy_rows(const std::vector<std::string>& words, ConstMatrixView from,
                      const Vocabulary& vocabulary, MatrixView to, std::vector<bool>* has) {
  std::size_t found = 0;
  // From the last: of a word that stands twice the first counts.
  std::vector<bool> seen(vocabulary.size());
  for (std::size_t k = words.size(); k-- > 0;) {
    const std::optional<WordId> id = vocabulary.find(words[k]);
    if (!id) continue;
    std::copy_n(from.row(k), from.dim(), to.row(*id));
    found += !seen[*id];
    seen[*id] = true;
    if (has != nullptr) (*has)[*id] = true;
  }
  return found;
}

/// The tree is a function of the counts.
bool same_tree(const io::ModelWords& words, const Vocabulary& vocabulary) {
  if (words.size() != vocabulary.size()) return false;
  for (WordId id = 0; id < vocabulary.size(); ++id) {
    if (words.count(id) != vocabulary.count(id) || words.word(id) != vocabulary.word(id)) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::size_t copy_vectors(const std::string& path, const std::string& matrix,
                         const Vocabulary& vocabulary, MatrixView to, std::vector<bool>* has) {
  if (io::is_model_file(path)) {
    const io::ModelFile file = io::ModelFile::open(path);
    if (!file.has(matrix)) {
      throw Error(path + ": the model has no matrix " + matrix + "; name another file");
    }
    const ConstMatrixView from = file.matrix(matrix);
    require_length(path, from.dim(), to.dim());
    return copy_rows(io::ModelWords(file), from, vocabulary, to, has);
  }
  io::Content content(path);
  if (io::is_npy(content.bytes())) {
    const io::NpyFile file(std::move(content));
    require_length(path, file.matrix().dim(), to.dim());
    const std::size_t found =
        copy_rows(io::read_npy_words(file), file.matrix(), vocabulary, to, has);
    file.require_unchanged();
    return found;
  }
  const io::VectorsFile file(std::move(content));
  require_length(path, file.dim(), to.dim());
  std::vector<float> values(file.rows() * file.dim());
  const std::vector<std::string> words = file.read(file.rows(), values.data(), file.dim());
  return copy_rows(words, {values.data(), file.rows(), file.dim(), file.dim()}, vocabulary, to,
                   has);
}

Inherited inherit_rows(const std::string& path, const Vocabulary& vocabulary, const Model& to,
                       std::vector<bool>* has) {
  const io::ModelFile file = io::ModelFile::open(path);
  const io::ModelWords words(file);
  const ConstMatrixView input = file.matrix("input");
  require_length(path, input.dim(), to.input.dim());
  Inherited result;
  result.words = copy_rows(words, input, vocabulary, to.input, has);
  if (file.has("output") && !to.output.empty()) {
    const ConstMatrixView output = file.matrix("output");
    require_length(path, output.dim(), to.output.dim());
    copy_rows(words, output, vocabulary, to.output, nullptr);
    result.output = true;
  }
  if (file.has("nodes") && !to.nodes.empty() && same_tree(words, vocabulary)) {
    const ConstMatrixView nodes = file.matrix("nodes");
    require_length(path, nodes.dim(), to.nodes.dim());
    for (std::size_t k = 0; k < std::min(nodes.rows(), to.nodes.rows()); ++k) {
      std::copy_n(nodes.row(k), nodes.dim(), to.nodes.row(k));
    }
    result.nodes = true;
  }
  return result;
}

}  // namespace hogvec
