// The visit of the full softmax: a batch of B centers, and the update of the one before, over all V
// rows.
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

/// A batch that meets the same rows again and again.
class Sweep {
 public:
  Sweep(const simd::SoftmaxKernels& kernels, std::size_t rows, std::size_t dim, std::size_t batch)
      : kernels_(kernels),
        batch_(batch),
        output_(random_matrix(rows, dim, element_size(dim), 1)),
        hidden_(random_matrix(batch, dim, element_size(dim), 2)),
        shape_{output_.stride(), dim, batch},
        packed_(kernels_.hidden_size(shape_)),
        steps_(kernels_.steps_size(shape_)),
        sums_(kernels_.sums_size(shape_)),
        shift_(batch),
        max_score_(batch),
        scales_(batch),
        exp_scores_(kernels_.exp_scores_size(shape_, rows)),
        scratch_(kernels_.scratch_size(shape_)),
        z_(batch) {}

  /// What a trainer does for the batch, but for the few rows of the context words: takes the update
  /// that the time before has left, and leaves one.
  void train() {
    std::fill(z_.begin(), z_.end(), 0.0);
    std::fill(max_score_.begin(), max_score_.end(), -std::numeric_limits<float>::infinity());
    std::fill(sums_.begin(), sums_.end(), 0.0F);
    kernels_.pack_hidden(shape_, hidden_.data(), batch_, packed_.data());
    visit(batch_);
    for (std::size_t b = 0; b < batch_; ++b) {
      scales_[b] = static_cast<float>(kAlphaTimesContext / z_[b]);
    }
    kernels_.pack_steps(shape_, hidden_.data(), scales_.data(), batch_, steps_.data());
    left_ = batch_;
  }

  /// Trains once, and says whether plain loops over doubles do the same, to `slack` times what
  /// single precision is off by.
  bool trains_right(double slack) {
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
    train();
    visit(0);
    Matrix weighted_rows(batch_, dim);
    std::fill_n(weighted_rows.data(), batch_ * shape_.stride, 0.0F);
    for (std::size_t b = 0; b < batch_; ++b) {
      kernels_.add_sums(shape_, sums_.data(), b, 1, weighted_rows.row(b));
    }
    // Float sums of a few hundred terms of about 1.
    return all_close(z_, z, 0, 1e-5 * slack) && all_close(max_score_, max_score, 1e-5 * slack, 0) &&
           all_close(packed(weighted_rows, batch_), weighted, 1e-3 * slack, 1e-4 * slack) &&
           all_close(packed(output_, row_count), updated, 1e-5 * slack, 1e-5 * slack);
  }

 private:
  void visit(std::size_t count) {
    kernels_.visit({.shape = shape_,
                    .rows = output_.data(),
                    .row_count = output_.rows(),
                    .count_before = left_,
                    .steps = steps_.data(),
                    .count = count,
                    .hidden = packed_.data(),
                    .shift = shift_.data(),
                    .exp_scores = exp_scores_.data(),
                    .z = z_.data(),
                    .max_score = max_score_.data(),
                    .sums = sums_.data(),
                    .scratch = scratch_.data()});
  }

  const simd::SoftmaxKernels& kernels_;
  std::size_t batch_;
  std::size_t left_ = 0;
  Matrix output_, hidden_;
  simd::SoftmaxShape shape_;
  Aligned<float> packed_, steps_, sums_, shift_, max_score_, scales_, exp_scores_, scratch_;
  Aligned<double> z_;
};

// Several tiles and a broken one: all V rows in plain loops would take longer than the benchmark.
constexpr std::size_t kCheckedRows = 245;

void bench_sweep(benchmark::State& state, const simd::KernelTable& kernels,
                 const simd::SoftmaxKernels& softmax, std::size_t rows, std::size_t dim,
                 std::size_t batch) {
  constexpr double kBf16 = 0x1p-9 / 0x1p-24 / 10;  // sums of numbers that are off by chance
  const bool single = &softmax == &kernels.softmax;
  if (!Sweep(softmax, kCheckedRows, dim, batch).trains_right(single ? 1 : kBf16)) {
    return state.SkipWithError("wrong result");
  }
  Sweep sweep(softmax, rows, dim, batch);
  sweep.train();  // pages of the exponentials
  for (auto _ : state) {
    sweep.train();
    benchmark::ClobberMemory();
  }
  count(state, "centers", batch);
  count_flop(state, kernels, 6 * rows * dim * batch);  // three products
  // Of a single center all that is done with a row is to read it and to write it.
  const std::size_t bytes = rows * simd::padded(dim) * sizeof(float);
  if (batch == 1) count_bytes(state, 2 * bytes, bytes);
}

/// Each of the processor's products of bf16, and that by conversion on every table.
void register_bf16(const std::string& name, std::size_t rows, std::size_t dim, std::size_t batch) {
  for (const simd::KernelTable* table : simd::available_kernels()) {
    for (const simd::SoftmaxKernels* softmax : simd::bf16_softmax_kernels(*table)) {
      const std::string_view of = softmax == &table->softmax_bf16 ? table->name : softmax->name;
      benchmark::RegisterBenchmark((name + "/" + std::string(of)).c_str(), [=](auto& state) {
        bench_sweep(state, *table, *softmax, rows, dim, batch);
      });
    }
  }
}

}  // namespace

void register_softmax_sweep() {
  // Rows of which half a MiB at D = 300 stays in the second-level cache.
  for_every_table_and_dim("softmax_visit", [](auto& state, const auto& kernels, std::size_t dim) {
    bench_sweep(state, kernels, kernels.softmax, 480, dim, 32);
  });
  for (const std::size_t rows : {10'000, 30'000, 70'000}) {
    for (const std::size_t dim : {100, 300}) {
      for (const std::size_t batch : {1, 8, 32, 128}) {
        const std::string sizes = "/V:" + std::to_string(rows) + "/D:" + std::to_string(dim) +
                                  "/B:" + std::to_string(batch);
        for_every_table("softmax_sweep" + sizes, [=](auto& state, const auto& kernels) {
          bench_sweep(state, kernels, kernels.softmax, rows, dim, batch);
        });
        if (batch >= 32) register_bf16("softmax_sweep_bf16" + sizes, rows, dim, batch);
      }
    }
  }
}

}  // namespace hogvec::bench
