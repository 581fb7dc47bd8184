#include "engine/query/nearest.hpp"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/kernels.hpp"
#include "engine/query/unit_rows.hpp"

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
    : words_(std::move(words)), unit_(vectors.rows(), vectors.dim()) {
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, vectors.rows(), kBlockRows),
                    [&](const tbb::blocked_range<std::size_t>& range) {
                      for (std::size_t row = range.begin(); row < range.end(); ++row) {
                        std::copy_n(vectors.row(row), vectors.dim(), unit_.row(row));
                      }
                      scale_to_unit(unit_, range.begin(), range.end());
                    });
  number_words();
}

WordIndex WordIndex::read(const std::string& path, std::size_t most_rows) {
  const io::VectorsFile file(path);
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
  rows_.reserve(words_.size());
  for (std::size_t row = 0; row < words_.size(); ++row) rows_.emplace(words_[row], row);
}

std::size_t WordIndex::find(std::string_view word) const {
  const auto found = rows_.find(word);
  return found == rows_.end() ? kNotFound : found->second;
}

std::span<const float> WordIndex::unit_vector(std::size_t row) const {
  return {unit_.row(row), dim()};
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
  std::vector<std::size_t> skipped(excluded.begin(), excluded.end());
  std::sort(skipped.begin(), skipped.end());
  tbb::enumerable_thread_specific<Candidates> by_thread;
  tbb::parallel_for(
      tbb::blocked_range<std::size_t>(0, size(), kBlockRows),
      [&](const tbb::blocked_range<std::size_t>& range) {
        Candidates& mine = by_thread.local();
        for (std::size_t row = range.begin(); row < range.end(); ++row) {
          if (std::binary_search(skipped.begin(), skipped.end(), row)) continue;
          mine.add({row, kernels.dot(unit_query.row(0), unit_.row(row), unit_.stride())});
        }
        mine.prune(k, slack);
      });

  Candidates all;
  for (const Candidates& mine : by_thread) {
    for (const Neighbor& neighbor : mine.found) all.add(neighbor);
  }
  all.prune(k, slack);
  for (Neighbor& neighbor : all.found) {
    neighbor.cosine = sum_of_products(unit_query.row(0), unit_.row(neighbor.row), dim());
  }
  std::sort(all.found.begin(), all.found.end(), nearer);
  all.found.resize(std::min(k, all.found.size()));
  return std::move(all.found);
}

}  // namespace hogvec
