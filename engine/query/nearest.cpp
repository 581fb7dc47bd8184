#include "engine/query/nearest.hpp"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <utility>

#include "engine/kernels.hpp"
#include "engine/query/unit_rows.hpp"
#include "io/error.hpp"
#include "io/model_file.hpp"
#include "io/model_words.hpp"
#include "io/npy_file.hpp"

namespace hogvec {

namespace {

constexpr std::size_t kBlockRows = 2048;  // scored between two prunings

/// Scales rows to length 1, as the reference does; a zero row stays zero.
template <std::size_t kRows>
void scale_to_unit(float* const* rows, std::size_t dim) noexcept {
  float squares[kRows];
  sums_of_products<kRows>(rows, rows, dim, squares);
  for (std::size_t r = 0; r < kRows; ++r) {
    const float length = std::sqrt(squares[r]);
    if (length == 0) continue;
    for (std::size_t i = 0; i < dim; ++i) rows[r][i] /= length;
  }
}

void scale_to_unit(const Matrix& matrix, std::size_t first, std::size_t last) noexcept {
  constexpr std::size_t kTogether = 8;
  float* rows[kTogether];
  for (; first + kTogether <= last; first += kTogether) {
    for (std::size_t r = 0; r < kTogether; ++r) rows[r] = matrix.row(first + r);
    scale_to_unit<kTogether>(rows, matrix.dim());
  }
  for (; first < last; ++first) {
    rows[0] = matrix.row(first);
    scale_to_unit<1>(rows, matrix.dim());
  }
}

/// The same for a query. Returns whether it has a direction.
bool scale_to_unit(const Matrix& query) noexcept {
  const float* const values = query.row(0);
  const float length = std::sqrt(sum_of_products(values, values, query.dim()));
  scale_to_unit(query, 0, 1);
  return length != 0 && std::isfinite(length);
}

/// Copies all rows, and scales the copies: what is copied may change meanwhile.
Matrix unit_rows_of(ConstMatrixView vectors) {
  Matrix unit(vectors.rows(), vectors.dim());
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, vectors.rows(), kBlockRows),
                    [&](const tbb::blocked_range<std::size_t>& range) {
                      for (std::size_t row = range.begin(); row < range.end(); ++row) {
                        std::copy_n(vectors.row(row), vectors.dim(), unit.row(row));
                      }
                      scale_to_unit(unit, range.begin(), range.end());
                    });
  return unit;
}

bool nearer(const Neighbor& a, const Neighbor& b) noexcept {
  return a.cosine != b.cosine ? a.cosine > b.cosine : a.row < b.row;
}

/// The rows that may be among the k nearest, when a cosine is off by up to slack / 2 from its sum
/// in another order.
struct Candidates {
  std::vector<Neighbor> found;
  float least = -std::numeric_limits<float>::infinity();  // what lies below has no chance

  void add(const Neighbor& neighbor) {
    if (neighbor.cosine >= least) found.push_back(neighbor);  // not a NaN
  }

  void prune(std::size_t k, float slack) {
    if (found.size() <= k) return;
    const auto last = found.begin() + static_cast<std::ptrdiff_t>(k - 1);
    std::nth_element(found.begin(), last, found.end(), nearer);
    least = std::max(least, last->cosine - slack);
    const auto hopeless = [this](const Neighbor& neighbor) { return neighbor.cosine < least; };
    found.erase(std::remove_if(last + 1, found.end(), hopeless), found.end());
  }
};

}  // namespace

WordIndex::WordIndex(io::WordVectors vectors)
    : WordIndex(
          std::move(vectors.words),
          {vectors.values.data(), vectors.values.empty() ? 0 : vectors.values.size() / vectors.dim,
           vectors.dim, vectors.dim}) {}

WordIndex::WordIndex(std::vector<std::string> words, ConstMatrixView vectors)
    : words_(std::move(words)), unit_(unit_rows_of(vectors)) {
  number_words();
}

/// Views a model file, of which it has read nothing but the header.
struct WordIndex::OpenModel {
  OpenModel(const std::string& path, std::size_t most_rows)
      : file(io::ModelFile::open(path)), words(file) {
    const ConstMatrixView input = file.matrix("input");
    if (input.dim() == 0 || input.rows() != words.size()) {
      throw Error(path +
                  ": has no vectors of its words; give a model file that word2vec or "
                  "convert wrote");
    }
    vectors = {input.data(), std::min(most_rows, input.rows()), input.dim(), input.stride()};
  }

  const Matrix& unit() {
    // Isolated: a thread that waits for others to scale their rows must not take up a task that
    // asks for these rows.
    std::call_once(scaled, [this] {
      tbb::this_task_arena::isolate([this] { rows = unit_rows_of(vectors); });
    });
    return rows;
  }

  io::ModelFile file;
  io::ModelWords words;
  ConstMatrixView vectors;  // as far as they are asked for
  std::once_flag scaled;
  Matrix rows;
};

WordIndex::WordIndex() = default;
WordIndex::WordIndex(WordIndex&&) noexcept = default;
WordIndex& WordIndex::operator=(WordIndex&&) noexcept = default;
WordIndex::~WordIndex() = default;

WordIndex WordIndex::read(const std::string& path, std::size_t most_rows) {
  if (io::is_model_file(path)) {
    WordIndex index;
    index.model_ = std::make_unique<OpenModel>(path, most_rows);
    return index;
  }
  io::Content content(path);
  if (io::is_npy(content.bytes())) {
    const io::NpyFile file(std::move(content));
    std::vector<std::string> words = io::read_npy_words(file);
    const ConstMatrixView all = file.matrix();
    words.resize(std::min(most_rows, words.size()));
    WordIndex index(std::move(words),
                    {all.data(), std::min(most_rows, all.rows()), all.dim(), all.stride()});
    file.require_unchanged();
    return index;
  }
  const io::VectorsFile file(std::move(content));
  const std::size_t rows = std::min(most_rows, file.rows());
  WordIndex index;
  index.unit_ = Matrix(rows, file.dim());
  index.words_ = file.read(
      rows, index.unit_.data(), index.unit_.stride(),
      [&](std::size_t first, std::size_t last) { scale_to_unit(index.unit_, first, last); });
  index.number_words();
  return index;
}

void WordIndex::number_words() {
  repeated_ = io::keep_first_rows(words_, rows_, [this](std::size_t from, std::size_t to) {
    std::copy_n(unit_.row(from), unit_.stride(), unit_.row(to));
  });
}

std::size_t WordIndex::size() const noexcept {
  return model_ ? model_->vectors.rows() : words_.size();
}

std::size_t WordIndex::dim() const noexcept { return model_ ? model_->vectors.dim() : unit_.dim(); }

std::string_view WordIndex::word(std::size_t row) const {
  return model_ ? model_->words.word(row) : std::string_view(words_[row]);
}

std::size_t WordIndex::find(std::string_view word) const {
  if (model_) {
    const std::size_t row = model_->words.find(word);
    return row < size() ? row : kNotFound;
  }
  const auto found = rows_.find(word);
  return found == rows_.end() ? kNotFound : found->second;
}

const Matrix& WordIndex::unit() const { return model_ ? model_->unit() : unit_; }

std::span<const float> WordIndex::unit_vector(std::size_t row) const {
  return {unit().row(row), dim()};
}

double WordIndex::cosine(std::size_t a, std::size_t b) const {
  const std::span<const float> x = unit_vector(a);
  const std::span<const float> y = unit_vector(b);
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += double{x[i]} * double{y[i]};
  return sum;
}

std::vector<Neighbor> WordIndex::nearest(std::span<const float> query, std::size_t k,
                                         std::span<const std::size_t> excluded) const {
  Matrix unit_query(1, dim());
  std::copy_n(query.data(), dim(), unit_query.row(0));
  if (k == 0 || !scale_to_unit(unit_query)) return {};

  // Kernels score every row, each instruction set with sums in an order of its own; two such sums
  // over rows of length 1 lie within dim * 2^-23 of each other. What comes that near to the k-th is
  // summed again in the one order, so that the answer is the same everywhere.
  const simd::KernelTable& kernels = active_kernels();
  const float slack = 2 * static_cast<float>(dim()) * std::numeric_limits<float>::epsilon();
  const Matrix& unit = this->unit();
  std::vector<std::size_t> skipped(excluded.begin(), excluded.end());
  std::sort(skipped.begin(), skipped.end());
  tbb::enumerable_thread_specific<Candidates> by_thread;
  tbb::parallel_for(
      tbb::blocked_range<std::size_t>(0, size(), kBlockRows),
      [&](const tbb::blocked_range<std::size_t>& range) {
        Candidates& mine = by_thread.local();
        for (std::size_t row = range.begin(); row < range.end(); ++row) {
          if (std::binary_search(skipped.begin(), skipped.end(), row)) continue;
          mine.add({row, kernels.dot(unit_query.row(0), unit.row(row), unit.stride())});
        }
        mine.prune(k, slack);
      });

  Candidates all;
  for (const Candidates& mine : by_thread) {
    for (const Neighbor& neighbor : mine.found) all.add(neighbor);
  }
  all.prune(k, slack);
  for (Neighbor& neighbor : all.found) {
    neighbor.cosine = sum_of_products(unit_query.row(0), unit.row(neighbor.row), dim());
  }
  std::sort(all.found.begin(), all.found.end(), nearer);
  all.found.resize(std::min(k, all.found.size()));
  return std::move(all.found);
}

}  // namespace hogvec
