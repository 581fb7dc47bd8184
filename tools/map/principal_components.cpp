#include "tools/map/principal_components.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

#include "engine/workers.hpp"

namespace hogvec::tools {

namespace {

/// Vectors of one length, one behind the other.
struct Columns {
  Columns(std::size_t count, std::size_t size) : length(size), values(count * size) {}
  double* operator[](std::size_t k) { return values.data() + k * length; }
  const double* operator[](std::size_t k) const { return values.data() + k * length; }
  std::size_t length;
  std::vector<double> values;
};

double product(const double* a, const double* b, std::size_t length) {
  return std::inner_product(a, a + length, b, 0.0);
}

std::vector<double> mean_of(ConstMatrixView rows) {
  std::vector<double> mean(rows.dim());
  for (std::size_t k = 0; k < rows.rows(); ++k) {
    for (std::size_t i = 0; i < rows.dim(); ++i) mean[i] += rows.row(k)[i];
  }
  for (double& value : mean) value /= static_cast<double>(rows.rows());
  return mean;
}

/// dim x dim. A worker has some rows of it and sees all rows of the data, in their order.
Columns covariance_of(ConstMatrixView rows, const std::vector<double>& mean, int threads) {
  constexpr std::size_t kTogether = 8;
  const std::size_t dim = rows.dim();
  Columns covariance(dim, dim);
  for_each_index(threads, (dim + kTogether - 1) / kTogether, [&](std::size_t task, int) {
    const std::size_t first = task * kTogether;
    const std::size_t last = std::min(dim, first + kTogether);
    std::vector<double> row(dim);
    for (std::size_t k = 0; k < rows.rows(); ++k) {
      for (std::size_t i = 0; i < dim; ++i) row[i] = rows.row(k)[i] - mean[i];
      for (std::size_t a = first; a < last; ++a) {
        double* const sums = covariance[a];
        for (std::size_t b = 0; b < dim; ++b) sums[b] += row[a] * row[b];
      }
    }
  });
  for (double& value : covariance.values) value /= static_cast<double>(rows.rows());
  return covariance;
}

/// Gram and Schmidt, twice, since once leaves errors; a vector that depends on those before it
/// becomes zero.
void make_orthonormal(Columns& vectors, std::size_t count) {
  const std::size_t length = vectors.length;
  for (std::size_t k = 0; k < count; ++k) {
    const double before = std::sqrt(product(vectors[k], vectors[k], length));
    for (int time = 0; time < 2; ++time) {
      for (std::size_t j = 0; j < k; ++j) {
        const double along = product(vectors[k], vectors[j], length);
        for (std::size_t i = 0; i < length; ++i) vectors[k][i] -= along * vectors[j][i];
      }
    }
    const double after = std::sqrt(product(vectors[k], vectors[k], length));
    const double scale = after > before * 1e-13 ? 1 / after : 0;
    for (std::size_t i = 0; i < length; ++i) vectors[k][i] *= scale;
  }
}

Columns times(const Columns& matrix, const Columns& vectors, std::size_t count, int threads) {
  const std::size_t length = vectors.length;
  Columns products(count, length);
  constexpr std::size_t kRows = 32;
  for_each_index(threads, (length + kRows - 1) / kRows, [&](std::size_t task, int) {
    for (std::size_t a = task * kRows; a < std::min(length, (task + 1) * kRows); ++a) {
      for (std::size_t k = 0; k < count; ++k) {
        products[k][a] = product(matrix[a], vectors[k], length);
      }
    }
  });
  return products;
}

void rotate(Columns& columns, std::size_t a, std::size_t b, double c, double s) {
  for (std::size_t i = 0; i < columns.length; ++i) {
    const double x = columns[a][i];
    const double y = columns[b][i];
    columns[a][i] = c * x - s * y;
    columns[b][i] = s * x + c * y;
  }
}

/// Turns the vectors, of which products[k] = matrix * vectors[k], and the products with them,
/// within the space that they span, to the eigenvectors of the matrix in it (Rayleigh and Ritz),
/// the largest first, by Jacobi's rotations of the small matrix. Returns the eigenvalues.
std::vector<double> turn_to_eigenvectors(Columns& vectors, Columns& products, std::size_t count) {
  const std::size_t length = vectors.length;
  Columns small(count, count);
  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t b = 0; b < count; ++b) small[a][b] = product(vectors[a], products[b], length);
  }
  constexpr int kSweeps = 20;  // it converges quadratically: six are enough
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    for (std::size_t a = 0; a < count; ++a) {
      for (std::size_t b = a + 1; b < count; ++b) {
        if (small[a][b] == 0) continue;
        const double angle = 0.5 * std::atan2(2 * small[a][b], small[b][b] - small[a][a]);
        const double c = std::cos(angle);
        const double s = std::sin(angle);
        for (Columns* const columns : {&small, &vectors, &products}) {
          rotate(*columns, a, b, c, s);
        }
        for (std::size_t k = 0; k < count; ++k) {  // and the other side of the small one
          const double x = small[k][a];
          const double y = small[k][b];
          small[k][a] = c * x - s * y;
          small[k][b] = s * x + c * y;
        }
      }
    }
  }
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return small[a][a] > small[b][b]; });
  std::vector<double> eigenvalues(count);
  for (std::size_t k = 0; k < count; ++k) eigenvalues[k] = small[order[k]][order[k]];
  for (Columns* const columns : {&vectors, &products}) {
    const Columns turned = *columns;
    for (std::size_t k = 0; k < count; ++k) std::copy_n(turned[order[k]], length, (*columns)[k]);
  }
  return eigenvalues;
}

/// How far matrix * vector is from eigenvalue * vector.
double residual(const double* vector, const double* product, double eigenvalue,
                std::size_t length) {
  double squares = 0;
  for (std::size_t i = 0; i < length; ++i) {
    const double off = product[i] - eigenvalue * vector[i];
    squares += off * off;
  }
  return std::sqrt(squares);
}

/// The eigenvectors of the two largest eigenvalues, those first, and the eigenvalues: subspace
/// iteration with a few vectors more than are wanted, so that it goes as fast as the next
/// eigenvalues are smaller.
std::vector<double> find_components(const Columns& covariance, Columns& vectors, int threads) {
  constexpr int kMostRounds = 2000;
  constexpr double kSettled = 1e-11;  // of the largest: what the picture cannot show by far
  const std::size_t count = vectors.values.size() / vectors.length;
  for (std::size_t k = 0; k < vectors.values.size(); ++k) {
    vectors.values[k] = std::ldexp(static_cast<double>(chance(1, k)), -64) - 0.5;
  }
  for (int round = 0;; ++round) {
    make_orthonormal(vectors, count);
    Columns products = times(covariance, vectors, count, threads);
    std::vector<double> eigenvalues = turn_to_eigenvectors(vectors, products, count);
    double off = 0;
    for (std::size_t k = 0; k < std::min<std::size_t>(2, count); ++k) {
      off = std::max(off, residual(vectors[k], products[k], eigenvalues[k], vectors.length));
    }
    if (round == kMostRounds || off <= kSettled * eigenvalues[0]) return eigenvalues;
    vectors = std::move(products);
  }
}

void fix_sign(double* vector, std::size_t length) {
  const double* const largest = std::max_element(
      vector, vector + length, [](double a, double b) { return std::abs(a) < std::abs(b); });
  if (*largest >= 0) return;
  for (std::size_t i = 0; i < length; ++i) vector[i] = -vector[i];
}

}  // namespace

PrincipalPlane principal_plane(ConstMatrixView rows, int threads) {
  constexpr std::size_t kVectors = 10;
  const std::size_t dim = rows.dim();
  const std::vector<double> mean = mean_of(rows);
  const Columns covariance = covariance_of(rows, mean, threads);
  double variance = 0;
  for (std::size_t i = 0; i < dim; ++i) variance += covariance[i][i];

  PrincipalPlane plane;
  plane.points.resize(rows.rows());
  plane.kept = 1;
  if (variance <= 0) return plane;
  const std::size_t count = std::min(dim, kVectors);
  Columns vectors(count, dim);
  const std::vector<double> eigenvalues = find_components(covariance, vectors, threads);
  const std::size_t shown = std::min<std::size_t>(2, count);
  plane.kept = 0;
  for (std::size_t k = 0; k < shown; ++k) {
    fix_sign(vectors[k], dim);
    plane.kept += std::max(0.0, eigenvalues[k]) / variance;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      double along = 0;
      for (std::size_t i = 0; i < dim; ++i) along += (rows.row(row)[i] - mean[i]) * vectors[k][i];
      plane.points[row][k] = along;
    }
  }
  plane.kept = std::min(1.0, plane.kept);
  return plane;
}

}  // namespace hogvec::tools
