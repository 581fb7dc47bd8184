// kmeans_classes(): ten rounds of k-means over word vectors.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/support.hpp"
#include "engine/classes/kmeans.hpp"
#include "engine/kernels.hpp"

namespace hogvec::bench {
namespace {

constexpr std::size_t kRounds = 10;
constexpr std::size_t kDim = 100;

/// The same by plain loops in double.
std::vector<std::uint32_t> reference_classes(MatrixView vectors, std::size_t classes) {
  const std::size_t dim = vectors.dim();
  std::vector<std::uint32_t> class_of(vectors.rows());
  for (std::size_t k = 0; k < class_of.size(); ++k) {
    class_of[k] = static_cast<std::uint32_t>(k % classes);
  }
  for (std::size_t round = 0; round < kRounds; ++round) {
    std::vector<double> centroids(classes * dim);
    for (std::size_t k = 0; k < class_of.size(); ++k) {
      for (std::size_t d = 0; d < dim; ++d) {
        centroids[class_of[k] * dim + d] += double{vectors.row(k)[d]};
      }
    }
    std::vector<double> lengths(classes);
    for (std::size_t c = 0; c < classes; ++c) {
      for (std::size_t d = 0; d < dim; ++d) {
        lengths[c] += centroids[c * dim + d] * centroids[c * dim + d];
      }
    }
    for (std::size_t k = 0; k < class_of.size(); ++k) {
      double best = -10;
      for (std::size_t c = 0; c < classes; ++c) {
        double score = 0;
        for (std::size_t d = 0; d < dim; ++d) {
          score += double{vectors.row(k)[d]} * centroids[c * dim + d];
        }
        score /= std::sqrt(lengths[c]);
        if (score <= best) continue;
        best = score;
        class_of[k] = static_cast<std::uint32_t>(c);
      }
    }
  }
  return class_of;
}

void bench_kmeans(benchmark::State& state, std::size_t classes, int threads) {
  // So many rows that no class of a few becomes empty.
  const Matrix few = random_matrix(500, kDim, 0.1F, 1);
  if (kmeans_classes(few, 8, threads) != reference_classes(few, 8)) {
    return state.SkipWithError("wrong result");
  }
  constexpr std::size_t kWords = 10'000;
  const Matrix vectors = random_matrix(kWords, kDim, 0.1F, 2);
  for (auto _ : state) {
    benchmark::DoNotOptimize(kmeans_classes(vectors, classes, threads));
  }
  count(state, "words", kWords);
  count_flop(state, active_kernels(), kRounds * 2 * kWords * kDim * classes, threads);
}

}  // namespace

void register_kmeans() {
  for (const std::size_t classes : {100, 500}) {
    for (const int threads : thread_counts()) {
      benchmark::RegisterBenchmark(
          ("kmeans/classes:" + std::to_string(classes) + "/D:" + std::to_string(kDim) + "/" +
           std::string(active_kernels().name) + "/threads:" + std::to_string(threads))
              .c_str(),
          [=](auto& state) { bench_kmeans(state, classes, threads); })
          ->UseRealTime()
          ->Unit(benchmark::kMillisecond);
    }
  }
}

}  // namespace hogvec::bench
