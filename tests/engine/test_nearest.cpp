// WordIndex: against a double-precision search of every row, and with vectors that have no
// direction.
//
// Sizes: 5003 rows, which are several blocks of the search and end in a part of one; 1, 12, 16, 37
// and 300 dimensions, which are and are not multiples of a register. Tolerance of a cosine: dim
// roundings of 2^-24 each, of terms whose sizes add up to at most 1.
// Out of scope: the digits that the programs print, which tests/tools/test_queries.sh compares.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

#include "engine/query/nearest.hpp"

using hogvec::Neighbor;
using hogvec::WordIndex;
using hogvec::io::WordVectors;

namespace {

WordVectors random_vectors(std::size_t rows, std::size_t dim) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal(0, 3);
  WordVectors vectors;
  vectors.dim = dim;
  for (std::size_t k = 0; k < rows; ++k) vectors.words.push_back(fmt::format("w{}", k));
  for (std::size_t k = 0; k < rows * dim; ++k) vectors.values.push_back(normal(random));
  return vectors;
}

WordVectors plane(const std::vector<float>& values) {
  WordVectors vectors;
  vectors.dim = 2;
  vectors.values = values;
  for (std::size_t k = 0; k < values.size() / 2; ++k) vectors.words.push_back(std::to_string(k));
  return vectors;
}

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

std::vector<std::size_t> rows_of(const std::vector<Neighbor>& neighbors) {
  std::vector<std::size_t> rows;
  for (const Neighbor& neighbor : neighbors) rows.push_back(neighbor.row);
  return rows;
}

using Rows = std::vector<std::size_t>;

}  // namespace

TEST_CASE("nearest finds what a search in double finds") {
  constexpr std::size_t kRows = 5003;
  constexpr std::size_t kNearest = 40;
  for (const std::size_t dim : {1, 12, 16, 37, 300}) {
    CAPTURE(dim);
    const WordVectors vectors = random_vectors(kRows, dim);
    const WordIndex index(vectors);
    const float* const query = &vectors.values[17 * dim];
    std::vector<double> cosines;
    for (std::size_t k = 0; k < kRows; ++k) {
      cosines.push_back(cosine(query, &vectors.values[k * dim], dim));
    }
    const std::vector<Neighbor> found = index.nearest({query, dim}, kNearest);
    REQUIRE(found.size() == kNearest);
    std::vector<double> best = cosines;
    std::sort(best.begin(), best.end(), std::greater<>());
    const double tolerance = static_cast<double>(dim + 4) * 0x1p-23;
    for (std::size_t k = 0; k < kNearest; ++k) {
      CHECK(std::abs(found[k].cosine - best[k]) < tolerance);
      CHECK(std::abs(found[k].cosine - cosines[found[k].row]) < tolerance);
    }
    if (dim > 1) CHECK(found.front().row == 17);
  }
}

TEST_CASE("equal cosines come in row order in every block") {
  // Two directions, each in every block of the search.
  std::vector<float> values;
  for (int k = 0; k < 10000; ++k) {
    values.insert(values.end(), {k % 1000 == 7 ? 1.0f : 0.0f, k % 1000 == 7 ? 0.0f : 2.0f});
  }
  const WordIndex index(plane(values));
  const std::vector<float> query = {5, 0};
  CHECK(rows_of(index.nearest(query, 5)) == Rows{7, 1007, 2007, 3007, 4007});
  CHECK(rows_of(index.nearest(query, 12)) ==
        Rows{7, 1007, 2007, 3007, 4007, 5007, 6007, 7007, 8007, 9007, 0, 1});
}

TEST_CASE("excluded rows are left out and k may be anything") {
  const WordIndex index(plane({1, 0, 2, 1, 1, 1, 0, 1, -1, 0}));
  const std::vector<float> query = {1, 0};
  CHECK(rows_of(index.nearest(query, 10)) == Rows{0, 1, 2, 3, 4});
  CHECK(rows_of(index.nearest(query, 2)) == Rows{0, 1});
  CHECK(rows_of(index.nearest(query, 2, Rows{1, 0, 1})) == Rows{2, 3});
  CHECK(rows_of(index.nearest(query, static_cast<std::size_t>(-1), Rows{0})) == Rows{1, 2, 3, 4});
  CHECK(index.nearest(query, 0).empty());
  CHECK(index.nearest(query, 9, Rows{0, 1, 2, 3, 4}).empty());
}

TEST_CASE("the length of a query and of a row does not count") {
  const WordIndex index(plane({1e-3f, 2e-3f, 3e8f, 1e8f}));
  const std::vector<float> small = {1e-6f, 2e-6f};
  const std::vector<float> large = {1e6f, 2e6f};
  REQUIRE(index.nearest(small, 2).size() == 2);
  CHECK(index.nearest(small, 1).front().cosine == doctest::Approx(1));
  CHECK(index.nearest(large, 2).back().cosine == doctest::Approx(std::sqrt(0.5)));
  CHECK(rows_of(index.nearest(large, 2)) == Rows{0, 1});
}

TEST_CASE("rows without a direction break nothing") {
  const float inf = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const WordIndex index(plane({0, 0, nan, 1, inf, 1, 1, -inf, 1e30f, 1e30f, -1, 0, 1, 0}));
  const std::vector<float> query = {1, 0};
  const std::vector<Neighbor> found = index.nearest(query, 10);
  CHECK(std::none_of(found.begin(), found.end(),
                     [](const Neighbor& neighbor) { return std::isnan(neighbor.cosine); }));
  REQUIRE(found.size() >= 3);
  CHECK(found.front().row == 6);
  CHECK(found.back().row == 5);
  CHECK(index.unit_vector(0)[0] == 0);
  CHECK(index.unit_vector(0)[1] == 0);
}

TEST_CASE("a query without a direction has no neighbors") {
  const float inf = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const WordIndex index(plane({1, 0, 0, 1}));
  for (const std::vector<float>& query :
       {std::vector<float>{0, 0}, std::vector<float>{nan, 1}, std::vector<float>{inf, 1},
        std::vector<float>{1e30f, 1e30f}}) {
    CHECK(index.nearest(query, 2).empty());
  }
}

TEST_CASE("unit vectors have length 1 and the direction of their row") {
  const WordVectors vectors = random_vectors(50, 37);
  const WordIndex index(vectors);
  CHECK(index.size() == 50);
  CHECK(index.dim() == 37);
  for (std::size_t k = 0; k < 50; ++k) {
    const std::span<const float> unit = index.unit_vector(k);
    REQUIRE(unit.size() == 37);
    double length = 0;
    for (const float value : unit) length += static_cast<double>(value) * value;
    CHECK(std::abs(length - 1) < 37 * 0x1p-22);
    CHECK(cosine(unit.data(), &vectors.values[k * 37], 37) == doctest::Approx(1));
  }
}

TEST_CASE("of equal words the first row counts, and the others are told") {
  WordVectors vectors = random_vectors(6, 4);
  vectors.words = {"a", "b", "a", "long enough to lie outside", "b", "d"};
  const WordIndex index(vectors);
  REQUIRE(index.size() == 4);
  for (std::size_t row = 0; row < index.size(); ++row) {
    CHECK(index.find(index.word(row)) == row);
    const std::size_t from = std::array<std::size_t, 4>{0, 1, 3, 5}[row];
    CHECK(cosine(index.unit_vector(row).data(), &vectors.values[from * 4], 4) ==
          doctest::Approx(1));
  }
  CHECK(index.word(3) == "d");
  CHECK(index.nearest(index.unit_vector(0), 9).size() == 4);
  CHECK(index.repeated().rows == 2);
  CHECK(index.repeated().message() ==
        "2 rows are left out, as the word stands before; the first is row 3, \"a\"");
  CHECK(index.find("a") == 0);
  CHECK(index.find("b") == 1);
  CHECK(index.find("c") == WordIndex::kNotFound);
  CHECK(index.find("") == WordIndex::kNotFound);
}

TEST_CASE("a moved index still finds its words") {
  WordIndex first(random_vectors(100, 8));
  const WordIndex second = std::move(first);
  CHECK(second.find("w99") == 99);
}

TEST_CASE("an index of padded rows reads no padding") {
  const std::vector<float> values = {3, 4, 99, 99, 4, -3, 99, 99};
  const WordIndex index({"a", "b"}, {values.data(), 2, 2, 4});
  CHECK(index.unit_vector(0)[1] == doctest::Approx(0.8));
  CHECK(index.nearest(index.unit_vector(0), 2).back().cosine == doctest::Approx(0));
}
