// logistic_block at the size of a skip-gram block: four centers with a window of 5 and 5 noise
// rows.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "bench/support.hpp"
#include "engine/reference/reference.hpp"

namespace hogvec::bench {
namespace {

constexpr std::size_t kInputs = 12;  // U
constexpr std::size_t kOutputs = 9;  // M
constexpr std::size_t kCenters = 4;

/// Rows in no order within their matrices, as words are; they fit the first-level cache.
class Block {
 public:
  explicit Block(std::size_t dim)
      : input_(random_matrix(kInputs, dim, element_size(dim), 1)),
        output_(random_matrix(kOutputs, dim, element_size(dim), 2)),
        positives_(simd::padded(kInputs * kOutputs)),
        trials_(positives_.size()),
        scratch_(simd::logistic_scratch(kInputs, kOutputs)) {
    // 5 and 2 share no factor with the counts: every row once.
    for (std::size_t u = 0; u < kInputs; ++u) inputs_.push_back(input_.row(u * 5 % kInputs));
    for (std::size_t m = 0; m < kOutputs; ++m) outputs_.push_back(output_.row(m * 2 % kOutputs));
    for (std::size_t u = 0; u < kInputs; ++u) {
      for (std::size_t m = 0; m < kOutputs; ++m) {
        // About two thirds of the windows hold a place: centers are positive pairs, or none.
        const bool held = (u + m) % 3 != 0;
        const std::size_t pair = u * kOutputs + m;
        positives_[pair] = m < kCenters && held ? 1 : 0;
        trials_[pair] = m < kCenters ? positives_[pair] : static_cast<float>(1 + (u + m) % 3);
      }
    }
  }

  double train(const simd::KernelTable& kernels, float alpha) {
    return kernels.logistic_block({.inputs = inputs_.data(),
                                   .outputs = outputs_.data(),
                                   .positives = positives_.data(),
                                   .trials = trials_.data(),
                                   .scratch = scratch_.data(),
                                   .input_count = kInputs,
                                   .output_count = kOutputs,
                                   .stride = input_.stride(),
                                   .alpha = alpha});
  }

  /// Trains once, and says whether the reference does the same.
  bool trains_right(const simd::KernelTable& kernels) {
    constexpr float kAlpha = 0.1F;
    reference::Model model{kInputs, input_.dim(), gather(inputs_), gather(outputs_)};
    model.output.resize(model.input.size());  // rows in no pair: W and W' have one size
    std::vector<std::uint32_t> rows(kInputs);
    std::iota(rows.begin(), rows.end(), 0U);
    const std::vector<double> positives(positives_.begin(), positives_.end());
    const std::vector<double> trials(trials_.begin(), trials_.end());
    const std::size_t pairs = kInputs * kOutputs;
    const double want_loss = reference::logistic_step(
        model,
        {rows, std::span(rows).first(kOutputs), std::span(positives).first(pairs),
         std::span(trials).first(pairs)},
        double{kAlpha});
    const double loss = train(kernels, kAlpha);
    model.output.resize(kOutputs * input_.dim());
    return all_close(std::vector{loss}, std::vector{want_loss}, 1e-5, 1e-6) &&
           all_close(gather(inputs_), model.input, 2e-6, 1e-6) &&
           all_close(gather(outputs_), model.output, 2e-6, 1e-6);
  }

 private:
  std::vector<double> gather(const std::vector<float*>& rows) const {
    std::vector<double> values;
    for (const float* row : rows) values.insert(values.end(), row, row + input_.dim());
    return values;
  }

  Matrix input_, output_;
  std::vector<float*> inputs_, outputs_;
  Aligned<float> positives_, trials_, scratch_;
};

void bench_block(benchmark::State& state, const simd::KernelTable& kernels, std::size_t dim) {
  Block block(dim);
  if (!block.trains_right(kernels)) return state.SkipWithError("not the reference's result");
  // A small rate: the same pairs a million times over must not run away.
  for (auto _ : state) benchmark::DoNotOptimize(block.train(kernels, 1e-6F));
  count_flop(state, kernels, 6 * kInputs * kOutputs * dim);  // three products
}

}  // namespace

void register_logistic_block() { for_every_table_and_dim("logistic_block", bench_block); }

}  // namespace hogvec::bench
