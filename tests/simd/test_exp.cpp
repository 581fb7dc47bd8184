// exp and sigmoid on every table, over the whole range of float, against std::exp in double.
//
// Arguments: every 499th of the 2^32 bit patterns (a prime, so that all signs, exponents and last
// bits come up), and every float of bands around 0, 1 and the limits. Then the special values, in
// place, and every n up to 20 registers.
// Tolerance: the header's, 2 ulp for exp and 4 ulp for sigmoid, in spacings of the floats at the
// true value. The largest error found is reported.
// The header gives the limits to two decimals: between 88.72 and the true overflow at 88.7228, and
// between -87.33 and the true underflow at -87.3365, both answers are right. Below -87.33 only the
// size of sigmoid is checked: there are no denormals.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "simd/kernels.hpp"
#include "tests/simd/kernels_under_test.hpp"

namespace {

using namespace hogvec::testing;  // NOLINT(google-build-using-namespace): one file, one subject
namespace simd = hogvec::simd;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr double kSmallestNormal = std::numeric_limits<float>::min();
constexpr double kWrong = std::numeric_limits<double>::infinity();  // worse than any tolerance

/// In spacings of the floats at `want`, which is no denormal.
double ulps(double got, double want) {
  return std::abs(got - want) / std::ldexp(1.0, std::max(std::ilogb(want), -126) - 23);
}

/// The error of exp in ulp; 0 where the contract gives the answer and `got` is it.
double exp_error(float x, float got) {
  const double want = std::exp(double{x});
  const bool infinite = got == kInfinity;
  if (want >= 0x1.ffffffp127 && infinite) return 0.0;  // rounds to more than the largest float
  if (x >= 88.72F && infinite) return 0.0;
  const bool zero = got == 0.0F && !std::signbit(got);
  if (x <= -87.33F && zero) return 0.0;
  if (want < kSmallestNormal || !std::isfinite(got)) return kWrong;
  return ulps(got, want);
}

/// The error of sigmoid in ulp, likewise.
double sigmoid_error(float x, float got) {
  if (!(got >= 0.0F && got <= 1.0F)) return kWrong;
  if (x < -87.33F) return got < 1.01 * kSmallestNormal ? 0.0 : kWrong;
  return ulps(got, 1.0 / (1.0 + std::exp(-double{x})));
}

/// All but NaN.
const std::vector<float>& arguments() {
  static const std::vector<float> all = [] {
    std::vector<float> values;
    for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << 32); bits += 499) {
      const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
      if (!std::isnan(value)) values.push_back(value);
    }
    // 2^16 neighbours to each side, both signs. Those of 0 are denormals, so 1e-7 stands for it
    // too; log(2) / 2 is where a reduction to |r| <= log(2) / 2 changes its exponent.
    for (const float center : {0.0F, 1e-7F, 0.34657359F, 1.0F, 87.33F, 88.72F}) {
      for (std::int32_t i = -65536; i <= 65536; ++i) {
        const std::int32_t bits = std::bit_cast<std::int32_t>(center) + i;
        if (bits < 0) continue;
        const auto value = std::bit_cast<float>(bits);
        values.insert(values.end(), {value, -value});
      }
    }
    values.resize(simd::padded(values.size()), 0.5F);
    return values;
  }();
  return all;
}

using Kernel = void (*)(const float*, float*, std::size_t) noexcept;

/// Checks that `kernel` is within `allowed` ulp everywhere and reports its worst.
template <class Error>
void check_whole_range(Kernel kernel, double allowed, const Error& error) {
  const std::vector<float>& x = arguments();
  Guarded<float> y(x.size());
  kernel(x.data(), y.data(), x.size());
  double worst = 0.0;
  float at = 0.0F;
  float got = 0.0F;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double e = error(x[i], y[i]);
    if (!(e <= worst)) {
      worst = e;
      at = x[i];
      got = y[i];
    }
  }
  CAPTURE(got);
  MESSAGE("largest error ", worst, " ulp, at x = ", at);
  CHECK(worst <= allowed);
  CHECK(y.intact());
}

/// Every n, apart and in place, agrees bit for bit with one register's worth at a time.
void check_sizes(Kernel kernel) {
  Random random(1);
  for (std::size_t n = simd::kRowPadding; n <= 20 * simd::kRowPadding; n += simd::kRowPadding) {
    CAPTURE(n);
    Guarded<float> x(n);
    for (float& value : x) value = static_cast<float>(random.uniform(-100.0, 100.0));
    const std::vector<float> before(x.begin(), x.end());
    std::vector<float> want(n);
    for (std::size_t i = 0; i < n; i += simd::kRowPadding) {
      alignas(simd::kRowAlignment) float in[simd::kRowPadding];
      alignas(simd::kRowAlignment) float out[simd::kRowPadding];
      std::copy_n(x.begin() + i, simd::kRowPadding, in);
      kernel(in, out, simd::kRowPadding);
      std::copy_n(out, simd::kRowPadding, want.begin() + static_cast<std::ptrdiff_t>(i));
    }
    Guarded<float> y(n);
    kernel(x.data(), y.data(), n);
    CHECK(same_bits(y, want));
    CHECK(same_bits(x, before));
    kernel(x.data(), x.data(), n);
    CHECK(same_bits(x, want));
    CHECK((x.intact() && y.intact()));
  }
}

/// kernel(x), in every lane, among ordinary arguments that a special value must not disturb.
float value_at(Kernel kernel, float x) {
  alignas(simd::kRowAlignment) float in[simd::kRowPadding];
  alignas(simd::kRowAlignment) float out[simd::kRowPadding];
  std::fill_n(in, simd::kRowPadding, 0.25F);
  kernel(in, out, simd::kRowPadding);
  const float ordinary = out[0];
  std::fill_n(in, simd::kRowPadding, x);
  kernel(in, out, simd::kRowPadding);
  const float special = out[0];
  for (std::size_t lane = 0; lane < simd::kRowPadding; ++lane) {
    CAPTURE(lane);
    std::fill_n(in, simd::kRowPadding, 0.25F);
    in[lane] = x;
    kernel(in, out, simd::kRowPadding);
    CHECK(same_bits(std::span(&out[lane], 1), std::span(&special, 1)));
    out[lane] = ordinary;
    CHECK(std::count(out, out + simd::kRowPadding, ordinary) == simd::kRowPadding);
  }
  return special;
}

}  // namespace

TEST_CASE("exp is within 2 ulp over the whole range") {
  on_every_table(
      [](const simd::KernelTable& kernels) { check_whole_range(kernels.exp, 2.0, exp_error); });
}

TEST_CASE("sigmoid is within 4 ulp over the whole range") {
  on_every_table([](const simd::KernelTable& kernels) {
    check_whole_range(kernels.sigmoid, 4.0, sigmoid_error);
  });
}

TEST_CASE("exp and sigmoid treat every element alike whatever n is and in place") {
  on_every_table([](const simd::KernelTable& kernels) {
    check_sizes(kernels.exp);
    check_sizes(kernels.sigmoid);
  });
}

TEST_CASE("exp and sigmoid of the special values") {
  on_every_table([](const simd::KernelTable& kernels) {
    CHECK(value_at(kernels.exp, 0.0F) == 1.0F);
    CHECK(value_at(kernels.exp, -0.0F) == 1.0F);
    CHECK(value_at(kernels.exp, kInfinity) == kInfinity);
    CHECK(value_at(kernels.exp, 89.0F) == kInfinity);
    CHECK(value_at(kernels.exp, 1e30F) == kInfinity);
    CHECK(value_at(kernels.exp, -kInfinity) == 0.0F);
    CHECK(value_at(kernels.exp, -88.0F) == 0.0F);
    CHECK(value_at(kernels.exp, -1e30F) == 0.0F);
    // A NaN score must reach Z, where the caller looks for it.
    CHECK(std::isnan(value_at(kernels.exp, kNan)));

    CHECK(value_at(kernels.sigmoid, 0.0F) == 0.5F);
    CHECK(value_at(kernels.sigmoid, kInfinity) == 1.0F);
    CHECK(value_at(kernels.sigmoid, 1e30F) == 1.0F);
    CHECK(value_at(kernels.sigmoid, -kInfinity) == 0.0F);
    CHECK(value_at(kernels.sigmoid, -1e30F) == 0.0F);
    CHECK(std::isnan(value_at(kernels.sigmoid, kNan)));
  });
}
