// random_bits on every table: the same numbers everywhere, different for every key, and good ones.
//
// Sizes: every n up to 20 registers, and 2^20 numbers for the statistics. Keys as the trainer makes
// them, from small neighbouring numbers, and keys that differ in one bit.
// Thresholds: each statistic is a sum of so many independent terms that it is normal, and is given
// 6 standard deviations. A good generator is beyond that once in 5e8 statistics, and there are
// about 1e4; the keys are fixed, so the test passes always or never. A chi-square of 255 degrees of
// freedom is a little skewed, and is below 255 + 7 sqrt(510) = 413 with about the same certainty.
// Out of scope: more than 2^20 numbers of a stream; a full test battery (PractRand, TestU01).
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "simd/kernels.hpp"
#include "tests/simd/kernels_under_test.hpp"

namespace {

using namespace hogvec::testing;  // NOLINT(google-build-using-namespace): one file, one subject
namespace simd = hogvec::simd;

using Numbers = std::vector<std::uint32_t>;

constexpr std::size_t kCount = std::size_t{1} << 20;
constexpr double kDeviations = 6.0;
const double kRootCount = std::sqrt(static_cast<double>(kCount));

constexpr std::array<std::uint64_t, 7> kKeys = {
    0, 1, 2, 0x00000001'00000000, 0x9e3779b9'7f4a7c15, 0xffffffff'fffffffe, 0xffffffff'ffffffff};

/// Pairs of keys that a weak mixing of the key would confuse: neighbours, and single bits apart.
std::vector<std::pair<std::uint64_t, std::uint64_t>> neighbouring_keys() {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> pairs = {
      {0, 1}, {1, 2}, {1000, 1001}, {0xffffffff, 0x1'00000000}, {0xffffffff'ffffffff, 0}};
  for (const int bit : {1, 7, 15, 16, 31, 32, 40, 63}) {
    pairs.emplace_back(12345, std::uint64_t{12345} ^ (std::uint64_t{1} << bit));
  }
  return pairs;
}

Numbers numbers(const simd::KernelTable& kernels, std::uint64_t key, std::size_t n = kCount) {
  Numbers out(n);
  kernels.random_bits(key, out.data(), n);
  return out;
}

/// The statistics are of the numbers, which are the same on every table.
Numbers numbers(std::uint64_t key) { return numbers(*simd::available_kernels().front(), key); }

/// In -1/2..1/2, mean 0, variance 1/12.
double centered(std::uint32_t x) { return (x + 0.5) * 0x1p-32 - 0.5; }

/// Correlation of a with b shifted by `lag`: mean 0, deviation 1 / sqrt(n) for independent ones.
double correlation(const Numbers& a, const Numbers& b, std::size_t lag) {
  double sum = 0.0;
  for (std::size_t i = lag; i < a.size(); ++i) sum += centered(a[i]) * centered(b[i - lag]);
  return 12.0 * sum / static_cast<double>(a.size() - lag);
}

/// Checks that 256 classes come up alike often: chi-square, 255 degrees of freedom, deviation 22.6.
template <class Class>
void check_even(std::size_t n, const Class& class_of) {
  std::array<double, 256> counts{};
  for (std::size_t i = 0; i < n; ++i) counts[class_of(i)] += 1.0;
  const double expected = static_cast<double>(n) / 256.0;
  double chi_square = 0.0;
  for (const double count : counts)
    chi_square += (count - expected) * (count - expected) / expected;
  CHECK(chi_square < 255.0 + 7.0 * 22.6);
  CHECK(chi_square > 255.0 - kDeviations * 22.6);  // too even is no better
}

/// How many numbers of the sorted `a` are in the sorted `b`.
std::size_t common(Numbers a, Numbers b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  Numbers both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both.size();
}

}  // namespace

TEST_CASE("random_bits gives the same numbers on every table") {
  for (const std::uint64_t key : kKeys) {
    const Numbers want = numbers(key);
    on_every_table([&](const simd::KernelTable& kernels) {
      CAPTURE(key);
      CHECK(numbers(kernels, key) == want);
    });
  }
}

TEST_CASE("random_bits: number i depends on the key and i alone") {
  const Numbers want = numbers(42);
  on_every_table([&](const simd::KernelTable& kernels) {
    for (std::size_t n = simd::kRowPadding; n <= 20 * simd::kRowPadding; n += simd::kRowPadding) {
      CAPTURE(n);
      Guarded<std::uint32_t> out(n, 3);
      kernels.random_bits(42, out.data(), n);
      CHECK(std::equal(out.begin(), out.end(), want.begin()));
      CHECK(out.intact());
    }
    Guarded<std::uint32_t> none(0);
    kernels.random_bits(42, none.data(), 0);
    CHECK(none.intact());
  });
}

TEST_CASE("random_bits is uniform: mean, variance, every bit, bytes") {
  const auto n = static_cast<double>(kCount);
  for (const std::uint64_t key : kKeys) {
    CAPTURE(key);
    const Numbers x = numbers(key);
    double sum = 0.0;
    double squares = 0.0;
    std::array<double, 32> ones{};
    for (const std::uint32_t number : x) {
      sum += centered(number);
      squares += centered(number) * centered(number);
      for (std::size_t bit = 0; bit < 32; ++bit) ones[bit] += number >> bit & 1;
    }
    CHECK(std::abs(sum / n) < kDeviations * std::sqrt(1.0 / 12.0) / kRootCount);
    // The square of a centered uniform number has variance 1/80 - 1/144 = 1/180.
    CHECK(std::abs(squares / n - 1.0 / 12.0) < kDeviations * std::sqrt(1.0 / 180.0) / kRootCount);
    for (std::size_t bit = 0; bit < 32; ++bit) {
      CAPTURE(bit);
      CHECK(std::abs(ones[bit] - n / 2.0) < kDeviations * kRootCount / 2.0);
    }
    for (const int shift : {0, 8, 16, 24}) {
      CAPTURE(shift);
      check_even(kCount, [&](std::size_t i) { return x[i] >> shift & 0xff; });
    }
  }
}

TEST_CASE("random_bits: numbers of one stream are independent of each other") {
  // Near neighbours, and the lags at which the lanes of a register, or of several, come round.
  for (const std::uint64_t key : kKeys) {
    const Numbers x = numbers(key);
    for (const std::size_t lag : {1, 2, 3, 4, 8, 16, 32, 64, 256, 65536}) {
      CAPTURE(key);
      CAPTURE(lag);
      CHECK(std::abs(correlation(x, x, lag)) < kDeviations / kRootCount);
      check_even(kCount - lag, [&](std::size_t i) { return (x[i] >> 28) << 4 | x[i + lag] >> 28; });
      check_even(kCount - lag, [&](std::size_t i) { return (x[i] & 15) << 4 | (x[i + lag] & 15); });
    }
  }
}

TEST_CASE("random_bits has no short repeats") {
  // Among n random 32-bit numbers n^2 / 2^33 pairs are equal: 128, deviation 11. Fewer is no fault:
  // a permutation of the counter has none.
  for (const std::uint64_t key : kKeys) {
    CAPTURE(key);
    Numbers x = numbers(key);
    std::sort(x.begin(), x.end());
    const auto distinct = std::unique(x.begin(), x.end()) - x.begin();
    CHECK(x.size() - static_cast<std::size_t>(distinct) < 128 + kDeviations * 11.4);
  }
}

TEST_CASE("random_bits: streams of neighbouring keys are different and independent") {
  for (const auto& keys : neighbouring_keys()) {
    const std::uint64_t first = keys.first;
    const std::uint64_t second = keys.second;
    CAPTURE(first);
    CAPTURE(second);
    const Numbers a = numbers(first);
    const Numbers b = numbers(second);
    CHECK(a != b);
    // No stream is another one shifted or shuffled: n^2 / 2^32 = 256 numbers in common,
    // deviation 16.
    CHECK(common(a, b) < 256 + kDeviations * 16.0);
    for (const std::size_t lag : {0, 1, 4, 8, 16}) {
      CAPTURE(lag);
      CHECK(std::abs(correlation(a, b, lag)) < kDeviations / kRootCount);
      CHECK(std::abs(correlation(b, a, lag)) < kDeviations / kRootCount);
    }
    std::array<double, 32> different{};
    for (std::size_t i = 0; i < kCount; ++i) {
      for (std::size_t bit = 0; bit < 32; ++bit) different[bit] += (a[i] ^ b[i]) >> bit & 1;
    }
    for (std::size_t bit = 0; bit < 32; ++bit) {
      CAPTURE(bit);
      CHECK(std::abs(different[bit] - static_cast<double>(kCount) / 2.0) <
            kDeviations * kRootCount / 2.0);
    }
    check_even(kCount, [&](std::size_t i) { return (a[i] >> 28) << 4 | b[i] >> 28; });
    check_even(kCount, [&](std::size_t i) { return (a[i] & 15) << 4 | (b[i] & 15); });
  }
}

TEST_CASE("random_bits: number i of consecutive keys is a random sequence too") {
  // A chunk has a key of its own and often takes few numbers: what counts then is how the first
  // numbers of neighbouring keys hang together.
  for (const std::size_t i : {0, 1, 15}) {
    CAPTURE(i);
    Numbers x(std::size_t{1} << 18);
    for (std::size_t key = 0; key < x.size(); ++key) {
      std::array<std::uint32_t, simd::kRowPadding> out;
      simd::available_kernels().front()->random_bits(key, out.data(), out.size());
      x[key] = out[i];
    }
    const double root = std::sqrt(static_cast<double>(x.size()));
    double sum = 0.0;
    for (const std::uint32_t number : x) sum += centered(number);
    CHECK(std::abs(sum) < kDeviations * std::sqrt(1.0 / 12.0) * root);
    for (const std::size_t lag : {1, 2, 256}) {
      CAPTURE(lag);
      CHECK(std::abs(correlation(x, x, lag)) < kDeviations / root);
      check_even(x.size() - lag,
                 [&](std::size_t k) { return (x[k] >> 28) << 4 | x[k + lag] >> 28; });
      check_even(x.size() - lag,
                 [&](std::size_t k) { return (x[k] & 15) << 4 | (x[k + lag] & 15); });
    }
    for (const int shift : {0, 8, 16, 24}) {
      CAPTURE(shift);
      check_even(x.size(), [&](std::size_t k) { return x[k] >> shift & 0xff; });
    }
  }
}
