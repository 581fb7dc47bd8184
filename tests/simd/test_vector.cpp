// dot, axpy, normalize on every table, against plain double loops.
//
// Sizes: rows of every D of kDims, padded; and every multiple of kRowPadding up to 20 of them, for
// loops that take several registers at a time.
// Tolerances: a sum of n products is off by at most n roundings of the sum of their sizes, in
// whatever order it is taken; the rest is counted operation by operation.
// Out of scope: n that is no multiple of kRowPadding, unaligned rows (the contract rules out both);
// lengths whose square is no normal float.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "simd/kernels.hpp"
#include "tests/simd/kernels_under_test.hpp"

namespace {

using namespace hogvec::testing;  // NOLINT(google-build-using-namespace): one file, one subject
namespace simd = hogvec::simd;

/// Every D, then every number of registers.
std::vector<std::size_t> dims() {
  std::vector<std::size_t> all(kDims.begin(), kDims.end());
  for (std::size_t n = 1; n <= 20; ++n) all.push_back(n * simd::kRowPadding);
  return all;
}

std::vector<float> random_row(std::size_t dim, double size, Random& random) {
  std::vector<float> row(dim);
  for (float& x : row) x = random.signed_value(size);
  return row;
}

}  // namespace

TEST_CASE("dot is the sum of the products") {
  on_every_table([](const simd::KernelTable& kernels) {
    Random random(1);
    for (const std::size_t dim : dims()) {
      CAPTURE(dim);
      const std::vector<float> a = random_row(dim, 2.0, random);
      const std::vector<float> b = random_row(dim, 3.0, random);
      const Guarded<float> padded_a = padded_rows(a, 1, dim);
      const Guarded<float> padded_b = padded_rows(b, 1, dim);
      Sum sum;
      for (std::size_t i = 0; i < dim; ++i) sum.add(double{a[i]} * double{b[i]});
      const float got = kernels.dot(padded_a.data(), padded_b.data(), padded_a.size());
      check_sums(std::vector{got}, {sum}, dim);
      CHECK(packed_rows(padded_a, dim) == a);
      CHECK(packed_rows(padded_b, dim) == b);
      CHECK(kernels.dot(padded_a.data(), padded_a.data(), padded_a.size()) > 0.0F);  // aliased
      CHECK((padded_a.intact() && padded_b.intact()));
    }
  });
}

TEST_CASE("dot of small integers is exact") {
  // Sums below 2^24 of integers: no rounding, so every element must have been counted once.
  on_every_table([](const simd::KernelTable& kernels) {
    Random random(2);
    for (const std::size_t dim : dims()) {
      CAPTURE(dim);
      std::vector<float> a(dim), b(dim);
      double sum = 0.0;
      for (std::size_t i = 0; i < dim; ++i) {
        a[i] = static_cast<float>(random.below(100));
        b[i] = static_cast<float>(random.below(100));
        sum += double{a[i]} * double{b[i]};
      }
      const Guarded<float> padded_a = padded_rows(a, 1, dim);
      const Guarded<float> padded_b = padded_rows(b, 1, dim);
      CHECK(kernels.dot(padded_a.data(), padded_b.data(), padded_a.size()) == sum);
    }
  });
}

TEST_CASE("axpy adds a times x to y and leaves x alone") {
  on_every_table([](const simd::KernelTable& kernels) {
    Random random(3);
    for (const std::size_t dim : dims()) {
      for (const float a : {1.0F, -0.75F, 0.025F, 1e-3F}) {
        CAPTURE(dim);
        CAPTURE(a);
        const std::vector<float> x = random_row(dim, 2.0, random);
        const std::vector<float> y = random_row(dim, 1.0, random);
        const Guarded<float> padded_x = padded_rows(x, 1, dim);
        Guarded<float> padded_y = padded_rows(y, 1, dim);
        kernels.axpy(a, padded_x.data(), padded_y.data(), padded_y.size());
        std::vector<double> want(dim);
        for (std::size_t i = 0; i < dim; ++i) want[i] = double{y[i]} + double{a} * double{x[i]};
        // One rounding of the product, at most 2, and one of the sum.
        check_close(packed_rows(padded_y, dim), want, {2.0 * kRounding, 1.01 * kRounding});
        CHECK(packed_rows(padded_x, dim) == x);
        CHECK((padded_x.intact() && padded_y.intact()));
      }
    }
  });
}

TEST_CASE("axpy with a = 0 leaves every bit of y") {
  on_every_table([](const simd::KernelTable& kernels) {
    Random random(4);
    for (const std::size_t dim : dims()) {
      const std::vector<float> y = random_row(dim, 1.0, random);
      const Guarded<float> x = padded_rows(random_row(dim, 2.0, random), 1, dim);
      Guarded<float> padded_y = padded_rows(y, 1, dim);
      kernels.axpy(0.0F, x.data(), padded_y.data(), padded_y.size());
      CHECK(same_bits(packed_rows(padded_y, dim), y));
    }
  });
}

TEST_CASE("normalize scales to length 1 and returns the old length") {
  on_every_table([](const simd::KernelTable& kernels) {
    Random random(5);
    for (const std::size_t dim : dims()) {
      // Far from 1, while the squares are still normal floats.
      for (const double size : {1.0, 1e-15, 1e15}) {
        CAPTURE(dim);
        CAPTURE(size);
        const std::vector<float> x = random_row(dim, size, random);
        Guarded<float> row = padded_rows(x, 1, dim);
        double sum = 0.0;
        for (const float value : x) sum += double{value} * double{value};
        const double length = std::sqrt(sum);
        std::vector<double> want(dim);
        for (std::size_t i = 0; i < dim; ++i) want[i] = x[i] / length;

        // A sum of D squares is off by D roundings, its root by half of that and one more; the
        // division, or the reciprocal and the product, by two.
        const double roundings = static_cast<double>(dim) / 2.0 + 3.0;
        const double got = kernels.normalize(row.data(), row.size());
        CHECK(got == doctest::Approx(length).scale(0.0).epsilon(roundings * kRounding));
        check_close(packed_rows(row, dim), want, {0.0, roundings * kRounding});
        CHECK(row.intact());
      }
    }
  });
}

TEST_CASE("normalize leaves a zero row as it is") {
  on_every_table([](const simd::KernelTable& kernels) {
    for (const std::size_t dim : dims()) {
      const std::vector<float> zeros(dim, 0.0F);
      Guarded<float> row = padded_rows(zeros, 1, dim);
      CHECK(kernels.normalize(row.data(), row.size()) == 0.0F);
      CHECK(packed_rows(row, dim) == zeros);
      CHECK(row.intact());
    }
  });
}
