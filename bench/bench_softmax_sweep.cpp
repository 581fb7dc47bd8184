// softmax_scores and softmax_update, each alone and together as one step of a batch of B centers
// over all V rows.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "bench/support.hpp"

namespace hogvec::bench {
namespace {

constexpr double kAlphaTimesContext = 0.025 * 6;  // eta C

class Sweep {
 public:
  Sweep(std::size_t rows, std::size_t dim, std::size_t batch)
      : batch_(batch),
        output_(random_matrix(rows, dim, element_size(dim), 1)),
        hidden_(random_matrix(batch, dim, element_size(dim), 2)),
        step_(batch, dim),
        weighted_rows_(batch, dim),
        hidden_transposed_(hidden_.stride() * simd::padded(batch)),
        shift_(batch),
        max_score_(batch),
        exp_scores_(rows * batch),
        z_(batch) {
    for (std::size_t b = 0; b < batch; ++b) {
      for (std::size_t d = 0; d < dim; ++d) {
        hidden_transposed_[d * simd::padded(batch) + b] = hidden_.row(b)[d];
      }
    }
  }

  void scores(const simd::KernelTable& kernels) {
    std::fill(z_.begin(), z_.end(), 0.0);
    std::fill(max_score_.begin(), max_score_.end(), -std::numeric_limits<float>::infinity());
    kernels.softmax_scores(view());
  }

  void update(const simd::KernelTable& kernels) {
    const std::size_t stride = output_.stride();
    std::fill_n(step_.data(), batch_ * stride, 0.0F);
    std::fill_n(weighted_rows_.data(), batch_ * stride, 0.0F);
    for (std::size_t b = 0; b < batch_; ++b) {
      const auto scale = static_cast<float>(kAlphaTimesContext / z_[b]);
      kernels.axpy(scale, hidden_.row(b), step_.row(b), stride);
    }
    kernels.softmax_update(view());
  }

  /// What a trainer does for the batch, but for the few rows of the context words.
  void train(const simd::KernelTable& kernels) {
    scores(kernels);
    update(kernels);
  }

  /// Trains once, and says whether plain loops over doubles do the same.
  bool trains_right(const simd::KernelTable& kernels) {
    const std::size_t dim = output_.dim();
    const std::size_t row_count = output_.rows();
    const std::vector<double> rows = packed(output_, row_count);
    const std::vector<double> hidden = packed(hidden_, batch_);
    std::vector<double> exp_scores(row_count * batch_), z(batch_), weighted(batch_ * dim);
    std::vector<double> max_score(batch_, -std::numeric_limits<double>::infinity());
    for (std::size_t j = 0; j < row_count; ++j) {
      for (std::size_t b = 0; b < batch_; ++b) {
        double score = 0;  // Rong eq. (26)
        for (std::size_t d = 0; d < dim; ++d) score += rows[j * dim + d] * hidden[b * dim + d];
        const double e = std::exp(score);
        exp_scores[j * batch_ + b] = e;
        z[b] += e;
        max_score[b] = std::max(max_score[b], score);
        for (std::size_t d = 0; d < dim; ++d) weighted[b * dim + d] += e * rows[j * dim + d];
      }
    }
    std::vector<double> updated = rows;
    for (std::size_t j = 0; j < row_count; ++j) {
      for (std::size_t b = 0; b < batch_; ++b) {
        const double step = kAlphaTimesContext / z[b] * exp_scores[j * batch_ + b];
        for (std::size_t d = 0; d < dim; ++d) updated[j * dim + d] -= step * hidden[b * dim + d];
      }
    }
    train(kernels);
    // Float sums of a few hundred terms of about 1.
    return all_close(exp_scores_, exp_scores, 0, 1e-5) && all_close(z_, z, 0, 1e-5) &&
           all_close(max_score_, max_score, 1e-5, 0) &&
           all_close(packed(weighted_rows_, batch_), weighted, 1e-3, 1e-4) &&
           all_close(packed(output_, row_count), updated, 1e-5, 1e-5);
  }

 private:
  simd::SoftmaxSweep view() {
    return {.rows = output_.data(),
            .row_count = output_.rows(),
            .stride = output_.stride(),
            .dim = output_.dim(),
            .batch = batch_,
            .hidden = hidden_.data(),
            .hidden_transposed = hidden_transposed_.data(),
            .shift = shift_.data(),
            .step = step_.data(),
            .exp_scores = exp_scores_.data(),
            .z = z_.data(),
            .max_score = max_score_.data(),
            .weighted_rows = weighted_rows_.data()};
  }

  std::size_t batch_;
  Matrix output_, hidden_, step_, weighted_rows_;
  Aligned<float> hidden_transposed_, shift_, max_score_, exp_scores_;
  Aligned<double> z_;
};

// Several tiles and a broken one: all V rows in plain loops would take longer than the benchmark.
constexpr std::size_t kCheckedRows = 245;

void bench_sweep(benchmark::State& state, const simd::KernelTable& kernels, std::size_t rows,
                 std::size_t dim, std::size_t batch) {
  if (!Sweep(kCheckedRows, dim, batch).trains_right(kernels)) {
    return state.SkipWithError("wrong result");
  }
  Sweep sweep(rows, dim, batch);
  sweep.train(kernels);  // pages of the scores
  for (auto _ : state) {
    sweep.train(kernels);
    benchmark::ClobberMemory();
  }
  count(state, "centers", batch);
  count_flop(state, kernels, 6 * rows * dim * batch);  // three products
  // Of a single center all that is done with a row is to read it twice and to write it once.
  const std::size_t bytes = rows * simd::padded(dim) * sizeof(float);
  if (batch == 1) count_bytes(state, 3 * bytes, bytes);
}

/// One of the two kernels, on rows of which half a MiB at D = 300 stays in the second-level cache.
void bench_kernel(benchmark::State& state, const simd::KernelTable& kernels, std::size_t dim,
                  void (Sweep::*run)(const simd::KernelTable&), std::size_t products) {
  constexpr std::size_t kRows = 480;
  constexpr std::size_t kBatch = 32;
  if (!Sweep(kCheckedRows, dim, kBatch).trains_right(kernels)) {
    return state.SkipWithError("wrong result");
  }
  Sweep sweep(kRows, dim, kBatch);
  sweep.scores(kernels);
  for (auto _ : state) {
    (sweep.*run)(kernels);
    benchmark::ClobberMemory();
  }
  count_flop(state, kernels, products * 2 * kRows * dim * kBatch);
}

}  // namespace

void register_softmax_sweep() {
  for_every_table_and_dim("softmax_scores", [](auto& state, const auto& kernels, std::size_t dim) {
    bench_kernel(state, kernels, dim, &Sweep::scores, 1);
  });
  for_every_table_and_dim("softmax_update", [](auto& state, const auto& kernels, std::size_t dim) {
    bench_kernel(state, kernels, dim, &Sweep::update, 2);
  });
  for (const std::size_t rows : {10'000, 30'000, 70'000}) {
    for (const std::size_t dim : {100, 300}) {
      for (const std::size_t batch : {1, 8, 32, 128}) {
        for_every_table("softmax_sweep/V:" + std::to_string(rows) + "/D:" + std::to_string(dim) +
                            "/B:" + std::to_string(batch),
                        [=](auto& state, const auto& kernels) {
                          bench_sweep(state, kernels, rows, dim, batch);
                        });
      }
    }
  }
}

}  // namespace hogvec::bench
