#include "tools/watched_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/corpus/file_vocabulary.hpp"
#include "engine/query/row_search.hpp"
#include "engine/resources.hpp"
#include "tools/console.hpp"

namespace hogvec::tools {
namespace {

constexpr std::size_t kNear = 10;

/// A dozen words of ranks that grow by a half, or by less where there are too few. What stands in
/// every sentence has neighbors that tell little.
std::vector<WordId> frequent_words(const Vocabulary& vocabulary) {
  constexpr std::size_t kWords = 12;
  constexpr double kEverywhere = 5e-4;  // of all words
  constexpr double kMostStep = 1.5;
  const std::size_t first_word = kSentenceEnd + 1;
  std::size_t first = first_word;
  const auto limit = kEverywhere * static_cast<double>(vocabulary.total_count());
  while (first < vocabulary.size() &&
         static_cast<double>(vocabulary.count(static_cast<WordId>(first))) > limit) {
    ++first;
  }
  // Of a small vocabulary every word is everywhere.
  if (first + kWords > vocabulary.size()) first = first_word;
  const double all = static_cast<double>(vocabulary.size()) / static_cast<double>(first);
  const double step = std::min(kMostStep, std::pow(all, 1.0 / kWords));
  std::vector<WordId> ids;
  for (auto rank = static_cast<double>(first); ids.size() < kWords; rank *= step) {
    // Near the first ones a step is less than a word.
    const auto least = ids.empty() ? first : std::size_t{ids.back()} + 1;
    const std::size_t id = std::max(least, static_cast<std::size_t>(rank));
    if (id >= vocabulary.size()) break;
    ids.push_back(static_cast<WordId>(id));
  }
  return ids;
}

double cosine(const float* a, const float* b, std::size_t dim) {
  double product = 0;
  double squares_a = 0;
  double squares_b = 0;
  for (std::size_t k = 0; k < dim; ++k) {
    product += double{a[k]} * b[k];
    squares_a += double{a[k]} * a[k];
    squares_b += double{b[k]} * b[k];
  }
  const double lengths = std::sqrt(squares_a * squares_b);
  return lengths > 0 ? product / lengths : 0;
}

}  // namespace

WatchedWords::WatchedWords(const Word2vecOptions& options, const Vocabulary& vocabulary)
    : vocabulary_(&vocabulary) {
  if (!options.watch) {
    ids_ = frequent_words(vocabulary);
    return;
  }
  for (const std::string& word : *options.watch) {
    const std::optional<WordId> id =
        vocabulary.find(word_as_read(word, options.max_word_bytes, options.train.lowercase));
    if (!id) {
      note(fmt::format("warning: -watch: {} is not in the vocabulary", word));
    } else if (std::find(ids_.begin(), ids_.end(), *id) == ids_.end()) {
      ids_.push_back(*id);
    }
  }
}

std::vector<WordLook> WatchedWords::look(ConstMatrixView input, int threads) {
  std::vector<WordLook> looks(ids_.size());
  if (ids_.empty()) return looks;
  const Matrix queries(ids_.size(), input.dim());
  std::vector<std::vector<std::size_t>> excluded;
  for (std::size_t k = 0; k < ids_.size(); ++k) {
    std::copy_n(input.row(ids_[k]), input.dim(), queries.row(k));
    excluded.push_back({ids_[k]});
  }
  const RowSearch search{input, RowSelection::range(kSentenceEnd + 1, input.rows()), queries,
                         useful_threads(threads)};
  const auto found = nearest_rows(search, kNear, excluded);
  for (std::size_t k = 0; k < ids_.size(); ++k) {
    if (!before_.empty()) looks[k].moved = cosine(before_[k].data(), queries.row(k), input.dim());
    for (const Neighbor& neighbor : found[k]) {
      looks[k].near.push_back(
          {vocabulary_->word(static_cast<WordId>(neighbor.row)), neighbor.cosine});
    }
  }
  before_.clear();
  for (std::size_t k = 0; k < ids_.size(); ++k) {
    before_.emplace_back(queries.row(k), queries.row(k) + input.dim());
  }
  return looks;
}

}  // namespace hogvec::tools
