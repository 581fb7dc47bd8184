// What is made of the changes that ranks have made of one row: a sum where little is trained, a
// mean where each has gone the whole way, along each direction of the other side for itself.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/cluster/combination.hpp"
#include "engine/model/model.hpp"

namespace {

using namespace hogvec;

constexpr std::size_t kDim = 43;  // no whole registers

/// Rows that have a large first component in common, and are random in all others.
Matrix rows_with_common_part(float common) {
  Matrix rows(300, kDim);
  std::uint64_t r = 7;
  for (std::size_t k = 0; k < rows.rows(); ++k) {
    for (std::size_t d = 0; d < kDim; ++d) {
      r = r * 25214903917u + 11;
      rows.row(k)[d] = static_cast<float>((r >> 20) % 1000) / 1000 - 0.5f;
    }
    rows.row(k)[0] = common;
  }
  return rows;
}

OtherSide looked_at(const Matrix& rows) {
  const RowTouches touches{std::vector<float>(rows.rows(), 0.001f), 6, 6};
  return {rows, touches, touches};
}

std::vector<float> combined(const OtherSide& side, const std::vector<float>& sum,
                            std::uint32_t ranks, double steps) {
  const Matrix row(1, kDim);  // padded, and where kernels want it
  std::copy(sum.begin(), sum.end(), row.row(0));
  std::vector<float> change(kDim);
  side.combine(row.row(0), ranks, steps, change.data());
  return change;
}

TEST_CASE("a change of one rank stays what it is") {
  const OtherSide side = looked_at(rows_with_common_part(3));
  std::vector<float> sum(kDim, 0.25f);
  for (const double steps : {0.0, 1e-3, 1.0, 1e6}) {
    const std::vector<float> change = combined(side, sum, 1, steps);
    for (std::size_t d = 0; d < kDim; ++d) CHECK(change[d] == doctest::Approx(0.25).epsilon(1e-4));
  }
}

TEST_CASE("little training adds up, much is a mean, and in between it falls") {
  const OtherSide side = looked_at(rows_with_common_part(3));
  std::vector<float> sum(kDim, 0.0f);
  sum[5] = 1;
  CHECK(combined(side, sum, 8, 1e-9)[5] == doctest::Approx(1).epsilon(1e-3));
  CHECK(combined(side, sum, 8, 1e9)[5] == doctest::Approx(0.125).epsilon(1e-3));
  float last = 1.01f;
  for (double steps = 0.01; steps < 20; steps *= 3) {
    const float value = combined(side, sum, 8, steps)[5];
    CHECK(value < last);
    CHECK(value > 0.125f);
    last = value;
  }
}

TEST_CASE("what all rows have in common is a mean long before the rest is") {
  const OtherSide side = looked_at(rows_with_common_part(5));
  std::vector<float> sum(kDim, 0.0f);
  sum[0] = sum[9] = 1;
  const std::vector<float> change = combined(side, sum, 16, 0.1);
  CHECK(change[0] < 0.2f);
  CHECK(change[9] > 0.8f);
}

TEST_CASE("rows that are nothing yet lead nobody") {
  const Matrix zero(100, kDim);
  const OtherSide side = looked_at(zero);
  const std::vector<float> sum(kDim, 2.0f);
  for (const float value : combined(side, sum, 4, 100)) CHECK(value == doctest::Approx(2));
}

}  // namespace
