// Searches over rows as they lie: against a double-precision search of every row, in every layout,
// by any number of threads and with any number of queries at once.
//
// Sizes: 5003 rows, which are several tasks of threads and end in a part of a tile; 1, 12, 16, 37
// and 300 dimensions, which are and are not multiples of a register; 1, 2, 24, 25 and 1030 queries,
// around a group of queries and beyond a batch. Tolerance of a cosine: dim roundings of 2^-24 each,
// of terms whose sizes add up to at most 1, for the product and for both lengths.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <thread>

#include "engine/query/row_search.hpp"

using hogvec::ConstMatrixView;
using hogvec::nearest_rows;
using hogvec::Neighbor;
using hogvec::RowSearch;
using hogvec::RowSelection;

namespace {

constexpr std::size_t kRows = 5003;
constexpr int kThreads = 3;

/// Rows with `gap` floats between them that are no numbers.
struct Rows {
  Rows(std::size_t rows, std::size_t dim, std::size_t gap = 0)
      : values(rows * (dim + gap), std::numeric_limits<float>::quiet_NaN()),
        view(values.data(), rows, dim, dim + gap) {
    std::mt19937 random(7);
    std::normal_distribution<float> normal(0, 3);
    for (std::size_t k = 0; k < rows; ++k) {
      for (std::size_t i = 0; i < dim; ++i) values[k * (dim + gap) + i] = normal(random);
    }
  }
  explicit Rows(std::vector<float> plane)
      : values(std::move(plane)), view(values.data(), values.size() / 2, 2, 2) {}
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows() = default;

  RowSearch search(ConstMatrixView queries, int threads = 1) const {
    return {view, RowSelection::range(0, view.rows()), queries, threads};
  }
  ConstMatrixView some(std::size_t count) const {
    return {view.data(), count, view.dim(), view.stride()};
  }

  std::vector<float> values;
  ConstMatrixView view;
};

double cosine(const float* a, const float* b, std::size_t dim) {
  double ab = 0;
  double aa = 0;
  double bb = 0;
  for (std::size_t i = 0; i < dim; ++i) {
    ab += static_cast<double>(a[i]) * b[i];
    aa += static_cast<double>(a[i]) * a[i];
    bb += static_cast<double>(b[i]) * b[i];
  }
  return ab / std::sqrt(aa * bb);
}

bool same(const std::vector<Neighbor>& a, const std::vector<Neighbor>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.row == y.row && x.cosine == y.cosine;
  });
}

std::vector<std::size_t> rows_of(const std::vector<Neighbor>& neighbors) {
  std::vector<std::size_t> rows;
  for (const Neighbor& neighbor : neighbors) rows.push_back(neighbor.row);
  return rows;
}

std::vector<float> cosines_of(const RowSearch& search) {
  std::vector<float> cosines(search.queries.rows() * search.selection.size());
  cosines_of_rows(search, cosines.data());
  return cosines;
}

using Numbers = std::vector<std::size_t>;

}  // namespace

TEST_CASE("nearest_rows finds what a search in double finds") {
  constexpr std::size_t kNearest = 40;
  for (const std::size_t dim : {1, 12, 16, 37, 300}) {
    CAPTURE(dim);
    const Rows rows(kRows, dim, dim % 3);
    const float* const query = rows.view.row(17);
    std::vector<double> best;
    for (std::size_t k = 0; k < kRows; ++k) best.push_back(cosine(query, rows.view.row(k), dim));
    std::sort(best.begin(), best.end(), std::greater<>());
    const auto found = nearest_rows(rows.search({query, 1, dim, dim}, kThreads), kNearest).at(0);
    REQUIRE(found.size() == kNearest);
    const double tolerance = 3.0 * static_cast<double>(dim) * 0x1p-24;
    for (std::size_t k = 0; k < kNearest; ++k) {
      CHECK(std::abs(found[k].cosine - best[k]) <= tolerance);
      CHECK(std::abs(found[k].cosine - cosine(query, rows.view.row(found[k].row), dim)) <=
            tolerance);
    }
  }
}

TEST_CASE("nothing depends on threads, on the layout, or on what else is asked") {
  for (const std::size_t dim : {12, 37}) {
    const Rows rows(kRows, dim);
    const Rows spread(kRows, dim, 5);
    std::vector<std::vector<Neighbor>> alone;
    for (std::size_t q = 0; q < 1030; ++q) {
      alone.push_back(nearest_rows(rows.search({rows.view.row(q), 1, dim, dim}), 5).at(0));
    }
    for (const std::size_t queries : {2, 24, 25, 1030}) {
      CAPTURE(queries);
      for (const int threads : {1, kThreads}) {
        for (const Rows* const layout : {&rows, &spread}) {
          const auto together = nearest_rows(layout->search(layout->some(queries), threads), 5);
          REQUIRE(together.size() == queries);
          CHECK(std::equal(together.begin(), together.end(), alone.begin(), same));
        }
      }
    }
  }
}

TEST_CASE("a list of rows is asked as the same rows of a range are") {
  const Rows rows(kRows, 37);
  Numbers listed(kRows);
  std::iota(listed.rbegin(), listed.rend(), 0);
  const RowSearch by_range = rows.search(rows.some(3), kThreads);
  RowSearch by_list = by_range;
  by_list.selection = RowSelection::list(listed);
  const auto a = nearest_rows(by_range, 9);
  const auto b = nearest_rows(by_list, 9);
  CHECK(std::equal(a.begin(), a.end(), b.begin(), b.end(), same));
  std::vector<float> forward = cosines_of(by_range);
  const std::vector<float> backward = cosines_of(by_list);
  for (std::size_t q = 0; q < 3; ++q) {
    const auto first = forward.begin() + static_cast<std::ptrdiff_t>(q * kRows);
    std::reverse(first, first + kRows);
  }
  CHECK(forward == backward);
  by_list.selection = RowSelection::list({});
  CHECK(nearest_rows(by_list, 9).at(0).empty());
}

TEST_CASE("a part of the rows, and all but some, are searched") {
  const Rows rows({1, 0, 2, 0.1F, 3, 0.3F, 0, 1, 5, 0.4F});
  RowSearch search = rows.search(rows.some(1));
  CHECK(rows_of(nearest_rows(search, 9).at(0)) == Numbers{0, 1, 4, 2, 3});
  CHECK(rows_of(nearest_rows(search, 2).at(0)) == Numbers{0, 1});
  CHECK(nearest_rows(search, 0).at(0).empty());
  const std::vector<Numbers> excluded = {{0, 4}};
  CHECK(rows_of(nearest_rows(search, 2, excluded).at(0)) == Numbers{1, 2});
  search.selection = RowSelection::range(1, 4);
  CHECK(rows_of(nearest_rows(search, 9).at(0)) == Numbers{1, 2, 3});
  search.selection = RowSelection::range(3, 2);
  CHECK(nearest_rows(search, 9).at(0).empty());
}

TEST_CASE(
    "a row's cosine with itself is 1, that of a zero vector 0, and ties go by the lower row") {
  const Rows rows(kRows, 37);
  const std::vector<float> own = cosines_of(rows.search(rows.some(30)));
  for (std::size_t q = 0; q < 30; ++q) CHECK(own[q * kRows + q] == 1);

  const Rows plane({0, 0, 1, 1, 2, 2, 0, 0, -1, -1});
  const std::vector<float> cosines = cosines_of(plane.search(plane.some(2)));
  CHECK(cosines == std::vector<float>{0, 0, 0, 0, 0, 0, 1, 1, 0, -1});
  const auto found = nearest_rows(plane.search(plane.some(2)), 9);
  CHECK(rows_of(found.at(0)) == Numbers{0, 1, 2, 3, 4});
  CHECK(rows_of(found.at(1)) == Numbers{1, 2, 0, 3, 4});
}

TEST_CASE("rows that are no numbers never win, and no row does where the query is none") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  const Rows rows({1, 0, nan, 1, inf, 0, 1e30F, 0, 1, 1});
  CHECK(rows_of(nearest_rows(rows.search(rows.some(1)), 9).at(0)) == Numbers{0, 4});
  CHECK(nearest_rows(rows.search({rows.view.row(1), 1, 2, 2}), 9).at(0).empty());
  CHECK(std::isnan(cosines_of(rows.search(rows.some(1)))[1]));
}

TEST_CASE("many threads ask at once, and see what the rows hold by then") {
  Rows rows(kRows, 37);
  const auto expected = nearest_rows(rows.search(rows.some(1)), 7).at(0);
  std::vector<std::thread> threads;
  std::vector<int> right(8);
  for (int& mine : right) {
    threads.emplace_back([&rows, &expected, &mine] {
      for (int k = 0; k < 20; ++k) {
        mine += same(nearest_rows(rows.search(rows.some(1), kThreads), 7).at(0), expected);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(std::all_of(right.begin(), right.end(), [](int count) { return count == 20; }));

  std::copy_n(rows.values.begin(), 37, rows.values.begin() + 100 * 37);
  const auto changed = nearest_rows(rows.search(rows.some(1)), 2).at(0);
  CHECK(rows_of(changed) == Numbers{0, 100});
  CHECK(changed[1].cosine == 1);
}

TEST_CASE("lengths are those of the rows") {
  const Rows rows(kRows, 37, 2);
  for (const int threads : {1, kThreads}) {
    std::vector<float> lengths(kRows);
    lengths_of_rows(rows.view, threads, lengths.data());
    for (std::size_t k = 0; k < kRows; ++k) {
      double square = 0;
      for (std::size_t i = 0; i < 37; ++i) square += std::pow(rows.view.row(k)[i], 2);
      REQUIRE(lengths[k] == doctest::Approx(std::sqrt(square)).epsilon(37 * 0x1p-24));
    }
  }
}
