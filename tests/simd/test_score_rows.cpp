// score_rows on every table, against plain double sums.
//
// Sizes: every D of kDims; 1 to 5 input rows, which are and are not pairs, and 1 to 25 output rows
// and 256, which are below, at and past the widths of a tile (6 to 12) and its multiples.
// Tolerance: a sum of D products is off by at most D roundings of the sum of their sizes.
#include <doctest/doctest.h>

#include <vector>

#include "simd/kernels.hpp"
#include "tests/simd/kernels_under_test.hpp"

namespace {

using namespace hogvec::testing;  // NOLINT(google-build-using-namespace): one file, one subject
namespace simd = hogvec::simd;

constexpr std::size_t kSpill = 3;  // floats that may be written behind the scores

std::vector<float> random_rows(std::size_t count, std::size_t dim, Random& random) {
  std::vector<float> rows(count * dim);
  for (float& x : rows) x = random.signed_value(1.0);
  return rows;
}

void check_scores(const simd::KernelTable& kernels, std::size_t inputs, std::size_t outputs,
                  std::size_t dim) {
  CAPTURE(inputs);
  CAPTURE(outputs);
  CAPTURE(dim);
  Random random(inputs * 1000 + outputs);
  const std::vector<float> x = random_rows(inputs, dim, random);
  const std::vector<float> o = random_rows(outputs, dim, random);
  const ScatteredRows x_rows(x, inputs, dim, random);
  const ScatteredRows o_rows(o, outputs, dim, random);
  Guarded<float> scores(inputs * outputs + kSpill);
  kernels.score_rows(x_rows.pointers(), inputs, o_rows.pointers(), outputs, simd::padded(dim),
                     scores.data());
  const std::vector<float> rows_x = x_rows.packed();
  const std::vector<float> rows_o = o_rows.packed();
  std::vector<Sum> want(inputs * outputs);
  for (std::size_t u = 0; u < inputs; ++u) {
    for (std::size_t m = 0; m < outputs; ++m) {
      for (std::size_t d = 0; d < dim; ++d) {
        want[u * outputs + m].add(double{rows_x[u * dim + d]} * double{rows_o[m * dim + d]});
      }
    }
  }
  const std::vector<float> got(scores.begin(), scores.begin() + inputs * outputs);
  check_sums(got, want, dim);
  CHECK((scores.intact() && x_rows.intact() && o_rows.intact()));
}

}  // namespace

TEST_CASE("score_rows is the product of the rows") {
  on_every_table([](const simd::KernelTable& kernels) {
    for (const std::size_t dim : kDims) check_scores(kernels, 3, 13, dim);
    for (std::size_t inputs = 1; inputs <= 5; ++inputs) {
      for (std::size_t outputs = 1; outputs <= 25; ++outputs) {
        check_scores(kernels, inputs, outputs, 33);
      }
    }
    check_scores(kernels, 24, 256, 100);
  });
}
