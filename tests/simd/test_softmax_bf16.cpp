// The visit of the full softmax with bf16 products, on every table and by every processor's own.
//
// Sizes: B of {1, 2, 5, 16, 17, 31, 32, 33, 64}, row counts around a tile of scores and a pair of
// rows, D of {1, 3, 16, 17, 50, 100, 300}: odd numbers leave a pair with one.
// Tolerance: of numbers that are bf16 already, scores are as good as single ones, and sums and
// steps are off by what exponentials and steps are rounded, 2^-8 of each at most, and signs that
// cancel may double it. What a kernel of its own makes is bit by bit what single products of the
// same numbers make. Out of scope: a training run (tests/engine/test_full_softmax.cpp).
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "simd/blocks_in_memory.hpp"
#include "simd/kernels.hpp"
#include "tests/simd/kernels_under_test.hpp"
#include "tests/simd/sweep_under_test.hpp"
#include "tests/simd/visit_under_test.hpp"

namespace {

using namespace hogvec::testing;  // NOLINT(google-build-using-namespace): one file, one subject
namespace simd = hogvec::simd;

constexpr std::size_t kBatches[] = {1, 2, 5, 16, 17, 31, 32, 33, 64};
constexpr std::size_t kRowCounts[] = {1, 2, 11, 12, 13, 65, 200};
constexpr std::size_t kSomeDims[] = {1, 3, 16, 17, 50, 100, 300};

/// Two batches that meet the same rows, the second with what the first has left.
struct Case {
  Case(std::size_t row_count, std::size_t batch, std::size_t dim, Random& random)
      : rows(random_values(row_count * dim, element_size(dim), random)),
        first(random_values(batch * dim, element_size(dim), random)),
        second(random_values(next_of(batch) * dim, element_size(dim), random)),
        // Together they move no score far.
        scales(random_values(batch, 0.01 / static_cast<double>(batch), random)) {}

  static std::size_t next_of(std::size_t batch) { return 1 + batch / 2; }

  std::vector<float> rows, first, second, scales;
};

struct Result {
  std::vector<double> z;
  std::vector<float> max_score, sums, rows;
};

Result result_of(const Visit& visit, std::size_t count) {
  const auto size = static_cast<std::ptrdiff_t>(count);
  CHECK(visit.intact());
  Result result{{visit.z.begin(), visit.z.begin() + size},
                {visit.max_score.begin(), visit.max_score.begin() + size},
                {},
                packed_rows(visit.rows, visit.shape.dim)};
  for (std::size_t b = 0; b < count; ++b) {
    const std::vector<float> row = visit.weighted_rows(b);
    result.sums.insert(result.sums.end(), row.begin(), row.end());
  }
  return result;
}

/// Of the first batch, and the rows when they have what it leaves.
Result run_one(const simd::SoftmaxKernels& kernels, const Case& c, std::size_t row_count,
               std::size_t batch, std::size_t dim) {
  Visit visit(kernels, c.rows, row_count, batch, dim);
  visit.take_hidden(c.first, batch);
  visit.run();
  visit.take_steps(c.first, c.scales);
  visit.view.count = 0;
  visit.run();
  return result_of(visit, batch);
}

/// Of the second batch.
Result run_two(const simd::SoftmaxKernels& kernels, const Case& c, std::size_t row_count,
               std::size_t batch, std::size_t dim) {
  Visit visit(kernels, c.rows, row_count, batch, dim);
  visit.take_hidden(c.first, batch);
  visit.run();
  visit.restart();
  visit.take_steps(c.first, c.scales);
  visit.take_hidden(c.second, Case::next_of(batch));
  visit.run();
  return result_of(visit, Case::next_of(batch));
}

/// Numbers that have a bf16.
void round_all(std::vector<float>& values) {
  for (float& x : values) {
    x = std::ldexp(std::nearbyint(std::ldexp(x, 7 - std::ilogb(x))), std::ilogb(x) - 7);
  }
}

/// The root mean square of the differences, of that of `want`.
template <class Got, class Want>
double error_of(const Got& got, const Want& want) {
  REQUIRE(got.size() == want.size());
  double error = 0;
  double size = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double difference = static_cast<double>(got[i]) - static_cast<double>(want[i]);
    error += difference * difference;
    size += static_cast<double>(want[i]) * static_cast<double>(want[i]);
  }
  return std::sqrt(error / size);
}

template <class Test>
void at_every_size(const Test& test) {
  Random random(1);
  for (const std::size_t dim : kSomeDims) {
    for (const std::size_t batch : kBatches) {
      for (const std::size_t row_count : kRowCounts) {
        CAPTURE(dim);
        CAPTURE(batch);
        CAPTURE(row_count);
        test(row_count, batch, dim, Case(row_count, batch, dim, random));
      }
    }
  }
}

template <class T>
std::vector<T> differences(const std::vector<T>& a, const std::vector<T>& b) {
  std::vector<T> result(a.size());
  std::transform(a.begin(), a.end(), b.begin(), result.begin(), [](T x, T y) { return x - y; });
  return result;
}

}  // namespace

TEST_CASE("a visit with bf16 products is one with single ones of rounded numbers") {
  at_every_size([](std::size_t row_count, std::size_t batch, std::size_t dim, Case c) {
    round_all(c.rows);
    round_all(c.first);
    // Of one sign, that the changes of a row do not cancel.
    for (float& h : c.first) h = std::abs(h);
    for (float& scale : c.scales) scale = std::abs(scale);
    on_every_table([&](const simd::KernelTable& kernels) {
      const Result want = run_one(kernels.softmax, c, row_count, batch, dim);
      for (const auto* rounding : {&kernels.softmax_bf16, &simd::blocks_in_memory(kernels)}) {
        const std::string rounding_name(rounding->name);
        CAPTURE(rounding_name);
        const Result got = run_one(*rounding, c, row_count, batch, dim);
        CHECK(error_of(got.z, want.z) < 1e-5);
        CHECK(error_of(got.max_score, want.max_score) < 1e-5);
        CHECK(error_of(got.sums, want.sums) < 0x1p-7);
        CHECK(error_of(differences(got.rows, c.rows), differences(want.rows, c.rows)) < 0x1p-6);
      }
    });
  });
}

TEST_CASE("what the processor makes of bf16 pairs is what single products make") {
  at_every_size([](std::size_t row_count, std::size_t batch, std::size_t dim, const Case& c) {
    on_every_table([&](const simd::KernelTable& kernels) {
      const Result of_pairs = run_two(kernels.softmax_bf16, c, row_count, batch, dim);
      const Result of_tiles = run_two(simd::blocks_in_memory(kernels), c, row_count, batch, dim);
      for (const simd::SoftmaxKernels* own : simd::bf16_softmax_kernels(kernels)) {
        const Result& want = own->name == "amx-bf16" ? of_tiles : of_pairs;
        const std::string own_name(own->name);
        CAPTURE(own_name);
        const Result got = run_two(*own, c, row_count, batch, dim);
        CHECK(got.z == want.z);
        CHECK(got.max_score == want.max_score);
        CHECK(got.sums == want.sums);
        CHECK(got.rows == want.rows);
      }
    });
  });
}

TEST_CASE("visits of more threads than there are cores have the same bits") {
  Random random(2);
  constexpr std::size_t kRows = 200;
  constexpr std::size_t kBatch = 33;
  constexpr std::size_t kDim = 100;
  constexpr std::size_t kThreads = 6;
  constexpr int kTimes = 50;  // a thread is preempted now and then
  const Case c(kRows, kBatch, kDim, random);
  for (const simd::SoftmaxKernels* own :
       simd::bf16_softmax_kernels(*simd::available_kernels().front())) {
    const std::string own_name(own->name);
    CAPTURE(own_name);
    const Result want = run_two(*own, c, kRows, kBatch, kDim);
    std::vector<int> different(kThreads);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int k = 0; k < kTimes; ++k) {
          const Result got = run_two(*own, c, kRows, kBatch, kDim);
          different[t] += got.z != want.z || got.sums != want.sums || got.rows != want.rows;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(different == std::vector<int>(kThreads));
  }
}
