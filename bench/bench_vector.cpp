// dot, axpy, normalize on rows that lie in the first-level cache; exp and sigmoid on a block.
#include <cmath>
#include <cstddef>
#include <vector>

#include "bench/support.hpp"

namespace hogvec::bench {
namespace {

constexpr std::size_t kRows = 16;      // of at most 2 KiB
constexpr std::size_t kValues = 1024;  // of exp and sigmoid

double reference_dot(const float* a, const float* b, std::size_t n) {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += double{a[i]} * double{b[i]};
  return sum;
}

void bench_dot(benchmark::State& state, const simd::KernelTable& kernels, std::size_t dim) {
  const Matrix rows = random_matrix(kRows, dim, 1, 1);
  const Matrix other = random_matrix(1, dim, 1, 2);
  std::vector<float> got;
  std::vector<double> want;
  for (std::size_t k = 0; k < kRows; ++k) {
    got.push_back(kernels.dot(rows.row(k), other.row(0), rows.stride()));
    want.push_back(reference_dot(rows.row(k), other.row(0), rows.stride()));
  }
  if (!all_close(got, want, 1e-4, 0)) return state.SkipWithError("wrong result");
  for (auto _ : state) {
    for (std::size_t k = 0; k < kRows; ++k) {
      benchmark::DoNotOptimize(kernels.dot(rows.row(k), other.row(0), rows.stride()));
    }
  }
  count_flop(state, kernels, kRows * 2 * dim);
}

void bench_axpy(benchmark::State& state, const simd::KernelTable& kernels, std::size_t dim) {
  const Matrix x = random_matrix(1, dim, 1, 1);
  const Matrix rows = random_matrix(kRows, dim, 1, 2);
  std::vector<double> want = packed(rows, kRows);
  for (std::size_t i = 0; i < want.size(); ++i) want[i] += 0.5 * x.row(0)[i % dim];
  for (std::size_t k = 0; k < kRows; ++k) kernels.axpy(0.5F, x.row(0), rows.row(k), rows.stride());
  if (!all_close(packed(rows, kRows), want, 1e-6, 0)) return state.SkipWithError("wrong result");
  for (auto _ : state) {
    for (std::size_t k = 0; k < kRows; ++k) {
      kernels.axpy(1e-6F, x.row(0), rows.row(k), rows.stride());
    }
    benchmark::ClobberMemory();
  }
  count_flop(state, kernels, kRows * 2 * dim);
}

void bench_normalize(benchmark::State& state, const simd::KernelTable& kernels, std::size_t dim) {
  const Matrix rows = random_matrix(kRows, dim, 1, 1);
  std::vector<double> want = packed(rows, kRows);
  for (std::size_t k = 0; k < kRows; ++k) {
    const double length = std::sqrt(reference_dot(rows.row(k), rows.row(k), dim));
    for (std::size_t d = 0; d < dim; ++d) want[k * dim + d] /= length;
    if (!all_close(std::vector{kernels.normalize(rows.row(k), rows.stride())}, std::vector{length},
                   0, 1e-5)) {
      return state.SkipWithError("wrong length");
    }
  }
  if (!all_close(packed(rows, kRows), want, 1e-6, 0)) return state.SkipWithError("wrong result");
  for (auto _ : state) {
    for (std::size_t k = 0; k < kRows; ++k) {
      benchmark::DoNotOptimize(kernels.normalize(rows.row(k), rows.stride()));
    }
  }
  count_flop(state, kernels, kRows * 3 * dim);
}

using Map = void (*)(const float*, float*, std::size_t) noexcept;

void bench_map(benchmark::State& state, Map map, double (*reference)(double)) {
  const Aligned<float> x = random_values(kValues, 20, 1);
  Aligned<float> y(kValues);
  map(x.data(), y.data(), kValues);
  std::vector<double> want;
  for (const float value : x) want.push_back(reference(value));
  // 4 ulp are 5e-7 at most.
  if (!all_close(y, want, 0, 5e-7)) return state.SkipWithError("wrong result");
  for (auto _ : state) {
    map(x.data(), y.data(), kValues);
    benchmark::ClobberMemory();
  }
  count(state, "values", kValues);
}

}  // namespace

void register_vector() {
  for_every_table_and_dim("dot", bench_dot);
  for_every_table_and_dim("axpy", bench_axpy);
  for_every_table_and_dim("normalize", bench_normalize);
  for_every_table("exp", [](auto& state, const auto& kernels) {
    bench_map(state, kernels.exp, [](double x) { return std::exp(x); });
  });
  for_every_table("sigmoid", [](auto& state, const auto& kernels) {
    bench_map(state, kernels.sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); });
  });
}

}  // namespace hogvec::bench
