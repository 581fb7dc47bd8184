// mean_row and add_to_rows, what CBOW does to the context rows of a center, and merge_row, which
// brings workers together: in the first-level cache.
#include <cstddef>
#include <vector>

#include "bench/support.hpp"

namespace hogvec::bench {
namespace {

constexpr std::size_t kContext = 6;  // rows: what a window of 5 words to each side holds on average

std::vector<float*> pointers(MatrixView rows) {
  std::vector<float*> all;
  for (std::size_t k = 0; k < kContext; ++k) all.push_back(rows.row(k));
  return all;
}

void bench_mean_row(benchmark::State& state, const simd::KernelTable& kernels, std::size_t dim) {
  const Matrix rows = random_matrix(kContext, dim, 1, 1);
  const Matrix mean = random_matrix(1, dim, 1, 2);
  const std::vector<float*> context = pointers(rows);
  std::vector<double> want(dim);
  for (std::size_t k = 0; k < kContext; ++k) {
    for (std::size_t i = 0; i < dim; ++i) want[i] += static_cast<double>(rows.row(k)[i]) / kContext;
  }
  kernels.mean_row(context.data(), kContext, rows.stride(), mean.row(0));
  if (!all_close(packed(mean, 1), want, 1e-6, 0)) return state.SkipWithError("wrong result");
  for (auto _ : state) {
    kernels.mean_row(context.data(), kContext, rows.stride(), mean.row(0));
    benchmark::ClobberMemory();
  }
  count_flop(state, kernels, kContext * dim);
}

void bench_add_to_rows(benchmark::State& state, const simd::KernelTable& kernels, std::size_t dim) {
  const Matrix rows = random_matrix(kContext, dim, 1, 1);
  const Matrix gain = random_matrix(1, dim, 1, 2);
  const std::vector<float*> context = pointers(rows);
  std::vector<double> want = packed(rows, kContext);
  for (std::size_t i = 0; i < want.size(); ++i) want[i] += 0.5 * double{gain.row(0)[i % dim]};
  kernels.add_to_rows(0.5F, gain.row(0), context.data(), kContext, rows.stride());
  if (!all_close(packed(rows, kContext), want, 1e-6, 0)) return state.SkipWithError("wrong result");
  for (auto _ : state) {
    kernels.add_to_rows(1e-6F, gain.row(0), context.data(), kContext, rows.stride());
    benchmark::ClobberMemory();
  }
  count_flop(state, kernels, (kContext + 1) * dim);
}

/// The hot rows of a worker go to those that all share.
void bench_merge_row(benchmark::State& state, const simd::KernelTable& kernels, std::size_t dim) {
  constexpr std::size_t kRows = 4;  // three times as many of 2 KiB at most
  const Matrix shared = random_matrix(kRows, dim, 1, 1);
  const Matrix replica = random_matrix(kRows, dim, 1, 2);
  const Matrix merged = random_matrix(kRows, dim, 1, 3);
  std::vector<double> want = packed(shared, kRows);
  for (std::size_t i = 0; i < want.size(); ++i) {
    want[i] += double{replica.row(i / dim)[i % dim]} - double{merged.row(i / dim)[i % dim]};
  }
  const auto merge = [&] {
    for (std::size_t k = 0; k < kRows; ++k) {
      kernels.merge_row(shared.row(k), replica.row(k), merged.row(k), shared.stride());
    }
  };
  merge();
  for (const Matrix* matrix : {&shared, &replica, &merged}) {
    if (!all_close(packed(*matrix, kRows), want, 1e-6, 0)) {
      return state.SkipWithError("wrong result");
    }
  }
  for (auto _ : state) {
    merge();
    benchmark::ClobberMemory();
  }
  count_flop(state, kernels, kRows * 2 * dim);
}

}  // namespace

void register_context() {
  for_every_table_and_dim("mean_row", bench_mean_row);
  for_every_table_and_dim("add_to_rows", bench_add_to_rows);
  for_every_table_and_dim("merge_row", bench_merge_row);
}

}  // namespace hogvec::bench
