// kmeans_classes against the reference's own classes, and against its loops in plain double on
// random rows, on rows that lie along few directions (ties), and on rows that are no vectors.
//
// Out of scope: whether the classes mean anything.
#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "engine/classes/kmeans.hpp"
#include "io/error.hpp"
#include "io/vectors_file.hpp"

namespace {

using namespace hogvec;
using Classes = std::vector<std::uint32_t>;

Matrix matrix_of(const std::vector<std::vector<float>>& rows) {
  Matrix matrix(rows.size(), rows.empty() ? 1 : rows.front().size());
  for (std::size_t k = 0; k < rows.size(); ++k) {
    std::copy(rows[k].begin(), rows[k].end(), matrix.row(k));
  }
  return matrix;
}

/// The loops of the reference's TrainModel, in double.
Classes slow_classes(MatrixView vectors, std::size_t classes) {
  const std::size_t dim = vectors.dim();
  Classes class_of(vectors.rows());
  for (std::size_t k = 0; k < class_of.size(); ++k) {
    class_of[k] = static_cast<std::uint32_t>(k % classes);
  }
  for (int round = 0; round < 10; ++round) {
    std::vector<std::vector<double>> centroids(classes, std::vector<double>(dim));
    std::vector<double> counts(classes, 1);
    for (std::size_t k = 0; k < class_of.size(); ++k) {
      for (std::size_t i = 0; i < dim; ++i) centroids[class_of[k]][i] += vectors.row(k)[i];
      ++counts[class_of[k]];
    }
    for (std::size_t c = 0; c < classes; ++c) {
      double squares = 0;
      for (double& x : centroids[c]) {
        x /= counts[c];
        squares += x * x;
      }
      for (double& x : centroids[c]) x /= std::sqrt(squares);
    }
    for (std::size_t k = 0; k < class_of.size(); ++k) {
      double best = -10;
      class_of[k] = 0;
      for (std::size_t c = 0; c < classes; ++c) {
        double sum = 0;
        for (std::size_t i = 0; i < dim; ++i) sum += centroids[c][i] * vectors.row(k)[i];
        if (sum > best) {
          best = sum;
          class_of[k] = static_cast<std::uint32_t>(c);
        }
      }
    }
  }
  return class_of;
}

Matrix random_rows(std::size_t rows, std::size_t dim, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Matrix matrix(rows, dim);
  for (std::size_t k = 0; k < rows; ++k) {
    for (std::size_t i = 0; i < dim; ++i) matrix.row(k)[i] = normal(random);
  }
  return matrix;
}

TEST_CASE("the reference's vectors fall into the reference's classes") {
  const io::WordVectors read = io::read_vectors(HOGVEC_GOLDEN "/vectors.bin");
  Matrix vectors(read.words.size(), read.dim);
  for (std::size_t k = 0; k < vectors.rows(); ++k) {
    std::copy_n(read.values.data() + k * read.dim, read.dim, vectors.row(k));
  }
  std::ifstream golden(HOGVEC_GOLDEN "/classes.txt");
  Classes expected;
  std::string word;
  for (std::uint32_t c; golden >> word >> c;) expected.push_back(c);
  REQUIRE(expected.size() == vectors.rows());
  for (const int threads : {1, 2, 5}) CHECK(kmeans_classes(vectors, 5, threads) == expected);
}

TEST_CASE("random rows fall into the classes of the slow loops, whatever the number of threads") {
  // Dimensions and classes around registers (4 to 16 floats) and what is looked at at once, rows
  // around blocks of 32.
  for (const std::size_t dim : {1u, 3u, 16u, 17u, 100u}) {
    for (const std::size_t classes : {1u, 2u, 7u, 15u, 16u, 33u, 400u}) {
      for (const std::size_t rows : {1u, 31u, 32u, 33u, 500u}) {
        CAPTURE(dim);
        CAPTURE(classes);
        CAPTURE(rows);
        const Matrix vectors = random_rows(rows, dim, static_cast<unsigned>(dim * classes + rows));
        const Classes one = kmeans_classes(vectors, classes, 1);
        CHECK(one == kmeans_classes(vectors, classes, 3));
        // In one dimension every centroid is 1 or -1, if rounding leaves it so: all are ties.
        if (dim > 1) CHECK(one == slow_classes(vectors, classes));
      }
    }
  }
}

TEST_CASE("of equal centroids the first wins") {
  // Two directions, four classes: 0 and 2 get the one, 1 and 3 the other.
  std::vector<std::vector<float>> rows;
  for (int k = 0; k < 40; ++k) {
    rows.push_back(k % 2 == 0 ? std::vector<float>{3, 4, 0} : std::vector<float>{0, 0, 2});
  }
  const Classes classes = kmeans_classes(matrix_of(rows), 4, 2);
  for (std::size_t k = 0; k < rows.size(); ++k) CHECK(classes[k] == k % 2);
}

TEST_CASE("more classes than rows leave the rest empty, and cost nothing") {
  // 2^62 centroids would not fit into any memory.
  for (const std::size_t classes : {std::size_t{5}, std::size_t{1} << 62}) {
    CHECK(kmeans_classes(matrix_of({{1, 0}, {0, 1}, {-1, 0}}), classes, 4) == Classes{0, 1, 2});
  }
  CHECK(kmeans_classes(matrix_of({{1, 0}, {0, 1}, {-1, 0}}), 1, 1) == Classes{0, 0, 0});
  CHECK(kmeans_classes(Matrix(0, 3), 5, 2).empty());
}

TEST_CASE("rows without a direction are of the first class that has one") {
  const std::vector<float> zero = {0, 0};
  // All centroids are 0 / 0.
  CHECK(kmeans_classes(matrix_of({zero, zero, zero}), 2, 1) == Classes{0, 0, 0});
  // Class 0 starts with zeros only, so it is never chosen: 0 to class 1, whose score is 0.
  CHECK(kmeans_classes(matrix_of({zero, {1, 2}, zero, {2, 1}}), 2, 1) == Classes{1, 1, 1, 1});
}

TEST_CASE("a row that is not finite is of class 0 and moves nothing") {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const Matrix whole = random_rows(60, 3, 1);
  // Zeros move nothing either.
  const Matrix without = random_rows(60, 3, 1);
  std::fill_n(without.row(31), 3, 0.0f);
  Classes expected = slow_classes(without, 4);
  expected[31] = 0;
  for (const float bad : {kNan, kInfinity, -kInfinity}) {
    CAPTURE(bad);
    whole.row(31)[1] = bad;
    CHECK(kmeans_classes(whole, 4, 2) == expected);
  }
  CHECK(kmeans_classes(matrix_of({{kNan}, {kNan}}), 2, 1) == Classes{0, 0});
}

TEST_CASE("a row that lies far from every centroid is of class 0") {
  // The scores of row 2 are -20 and below -10: the reference's start value.
  const Matrix vectors = matrix_of({{1, 1}, {1, 1}, {-20, -20}, {30, 30}, {30, 30}});
  CHECK(kmeans_classes(vectors, 2, 1) == slow_classes(vectors, 2));
  CHECK(kmeans_classes(vectors, 2, 1)[2] == 0);
}

TEST_CASE("no class and no thread are errors") {
  CHECK_THROWS_AS(kmeans_classes(Matrix(1, 1), 0, 1), Error);
  CHECK_THROWS_AS(kmeans_classes(Matrix(1, 1), 1, 0), Error);
}

}  // namespace
