// The words nearest to a vector, by all cores: of a WordIndex, and of rows as they lie.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/support.hpp"
#include "engine/kernels.hpp"
#include "engine/query/nearest.hpp"
#include "engine/query/row_search.hpp"

namespace hogvec::bench {
namespace {

constexpr std::size_t kNearest = 10;
constexpr std::size_t kDim = 300;

/// The cosines of the nearest rows by plain loops, highest first.
std::vector<double> nearest_cosines(MatrixView rows, const float* query) {
  std::vector<double> cosines(rows.rows());
  for (std::size_t k = 0; k < rows.rows(); ++k) {
    const float* const row = rows.row(k);
    double product = 0, length = 0, query_length = 0;
    for (std::size_t d = 0; d < rows.dim(); ++d) {
      product += double{row[d]} * double{query[d]};
      length += double{row[d]} * double{row[d]};
      query_length += double{query[d]} * double{query[d]};
    }
    cosines[k] = product / std::sqrt(length * query_length);
  }
  std::partial_sort(cosines.begin(), cosines.begin() + kNearest, cosines.end(), std::greater<>());
  cosines.resize(kNearest);
  return cosines;
}

void bench_nearest(benchmark::State& state, std::size_t words) {
  const Matrix rows = random_matrix(words, kDim, 1, 1);
  const Aligned<float> query = random_values(kDim, 1, 2);
  std::vector<std::string> names(words);
  for (std::size_t k = 0; k < words; ++k) names[k] = std::to_string(k);
  const WordIndex index(std::move(names), rows.view());
  std::vector<float> cosines;
  for (const Neighbor& neighbor : index.nearest(query, kNearest)) {
    cosines.push_back(neighbor.cosine);
  }
  if (!all_close(cosines, nearest_cosines(rows, query.data()), 1e-5, 0)) {
    return state.SkipWithError("wrong result");
  }
  for (auto _ : state) benchmark::DoNotOptimize(index.nearest(query, kNearest));
  count(state, "queries", 1);
  const auto cores = static_cast<int>(std::thread::hardware_concurrency());
  count_flop(state, active_kernels(), 2 * words * kDim, cores);
  const std::size_t bytes = words * rows.stride() * sizeof(float);
  count_bytes(state, bytes, bytes / static_cast<std::size_t>(cores), cores);
}

void bench_row_search(benchmark::State& state, std::size_t words, std::size_t queries) {
  const Matrix rows = random_matrix(words, kDim, 1, 1);
  const Matrix asked = random_matrix(queries, kDim, 1, 2);
  const auto cores = static_cast<int>(std::thread::hardware_concurrency());
  const RowSearch search{rows, RowSelection::range(0, words), asked, cores};
  const std::vector<Neighbor> last = nearest_rows(search, kNearest).at(queries - 1);
  std::vector<float> cosines;
  cosines.reserve(last.size());
  for (const Neighbor& neighbor : last) {
    cosines.push_back(neighbor.cosine);
  }
  if (!all_close(cosines, nearest_cosines(rows, asked.row(queries - 1)), 1e-5, 0)) {
    return state.SkipWithError("wrong result");
  }
  for (auto _ : state) benchmark::DoNotOptimize(nearest_rows(search, kNearest));
  count(state, "queries", queries);
  count_flop(state, active_kernels(), 2 * words * kDim * queries, cores);
  const std::size_t bytes = words * rows.stride() * sizeof(float);
  count_bytes(state, bytes, bytes / static_cast<std::size_t>(cores), cores);
}

}  // namespace

void register_nearest() {
  for (const std::size_t queries : {1, 100}) {
    benchmark::RegisterBenchmark(
        ("row_search/V:300000/D:" + std::to_string(kDim) + "/Q:" + std::to_string(queries) +
         "/k:" + std::to_string(kNearest) + "/" + std::string(active_kernels().name))
            .c_str(),
        [queries](auto& state) { bench_row_search(state, 300'000, queries); })
        ->UseRealTime()
        ->Unit(benchmark::kMicrosecond);
  }
  for (const std::size_t words : {30'000, 300'000}) {
    benchmark::RegisterBenchmark(
        ("nearest/V:" + std::to_string(words) + "/D:" + std::to_string(kDim) +
         "/k:" + std::to_string(kNearest) + "/" + std::string(active_kernels().name))
            .c_str(),
        [words](auto& state) { bench_nearest(state, words); })
        ->UseRealTime()
        ->Unit(benchmark::kMicrosecond);
  }
}

}  // namespace hogvec::bench
