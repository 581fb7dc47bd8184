// logistic_block at the sizes of training.
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

struct Shape {
  std::size_t inputs;   // U
  std::size_t outputs;  // M, that all inputs meet
  std::size_t centers;  // the first outputs, each a positive example of some inputs
  bool own;             // each input has an output of its own, and what it gains is wanted

  std::size_t own_pairs() const noexcept { return own ? inputs : 0; }
  std::size_t pairs() const noexcept { return own_pairs() + inputs * outputs; }
};

constexpr Shape kSkipGram{12, 9, 4, false};  // four centers, a window of 5, 5 noise rows
constexpr Shape kCbow{4, 6, 0, true};        // four centers, 6 noise rows
constexpr Shape kPath{3, 17, 17, false};     // three context words, a path of the tree

/// Rows in no order within their matrices, as words are; up to D = 300 they fit the first-level
/// cache.
class Block {
 public:
  Block(const Shape& shape, std::size_t dim)
      : shape_(shape),
        input_(random_matrix(shape.inputs, dim, element_size(dim), 1)),
        output_(random_matrix(shape.own_pairs() + shape.outputs, dim, element_size(dim), 2)),
        positives_(simd::padded(shape.pairs() + simd::kRowPadding)),
        trials_(positives_.size()),
        scratch_(simd::logistic_scratch(shape.inputs, shape.outputs)) {
    scatter(input_, inputs_);
    scatter(output_, outputs_);
    std::fill_n(positives_.data(), shape.own_pairs(), 1.0F);
    std::fill_n(trials_.data(), shape.own_pairs(), 1.0F);
    for (std::size_t u = 0; u < shape.inputs; ++u) {
      for (std::size_t m = 0; m < shape.outputs; ++m) {
        // About two thirds of the windows hold a place: centers are positive pairs, or none.
        const bool held = (u + m) % 3 != 0;
        const std::size_t pair = shape.own_pairs() + u * shape.outputs + m;
        positives_[pair] = m < shape.centers && held ? 1 : 0;
        trials_[pair] = m < shape.centers ? positives_[pair] : static_cast<float>(1 + (u + m) % 3);
      }
    }
  }

  double train(const simd::KernelTable& kernels, float alpha) {
    return kernels.logistic_block({.inputs = inputs_.data(),
                                   .own = shape_.own ? outputs_.data() : nullptr,
                                   .outputs = outputs_.data() + shape_.own_pairs(),
                                   .positives = positives_.data(),
                                   .trials = trials_.data(),
                                   .scratch = scratch_.data(),
                                   .input_count = shape_.inputs,
                                   .output_count = shape_.outputs,
                                   .stride = input_.stride(),
                                   .alpha = alpha,
                                   .gains = shape_.own});
  }

  /// Trains once, and says whether the reference does the same.
  bool trains_right(const simd::KernelTable& kernels) {
    constexpr float kAlpha = 0.1F;
    const std::vector<double> old_inputs = gather(inputs_);
    const std::size_t rows = std::max(inputs_.size(), outputs_.size());
    reference::Model model{rows, input_.dim(), old_inputs, gather(outputs_)};
    const std::size_t outputs_size = model.output.size();
    model.input.resize(rows * input_.dim());  // rows in no pair: W and W' have one size
    model.output.resize(model.input.size());
    std::vector<std::uint32_t> numbers(rows);
    std::iota(numbers.begin(), numbers.end(), 0U);
    const double want_loss = reference::logistic_step(
        model,
        {std::span(numbers).first(inputs_.size()), std::span(numbers).first(outputs_.size()),
         of_all_pairs(positives_), of_all_pairs(trials_)},
        double{kAlpha});
    const double loss = train(kernels, kAlpha);
    model.input.resize(old_inputs.size());
    model.output.resize(outputs_size);
    for (std::size_t i = 0; shape_.own && i < old_inputs.size(); ++i) {
      model.input[i] -= old_inputs[i];
    }
    return all_close(std::vector{loss}, std::vector{want_loss}, 1e-5, 1e-6) &&
           all_close(gather(inputs_), model.input, 2e-6, 1e-6) &&
           all_close(gather(outputs_), model.output, 2e-6, 1e-6);
  }

 private:
  void scatter(const Matrix& rows, std::vector<float*>& pointers) {
    // 7 shares no factor with any of the counts: every row once.
    for (std::size_t k = 0; k < rows.rows(); ++k) pointers.push_back(rows.row(k * 7 % rows.rows()));
  }

  /// Counts of each input with each output, its own among them.
  std::vector<double> of_all_pairs(const Aligned<float>& counts) const {
    const std::size_t own = shape_.own_pairs();
    std::vector<double> all;
    for (std::size_t u = 0; u < shape_.inputs; ++u) {
      for (std::size_t m = 0; m < own; ++m) all.push_back(m == u ? counts[u] : 0);
      const float* const row = counts.data() + own + u * shape_.outputs;
      all.insert(all.end(), row, row + shape_.outputs);
    }
    return all;
  }

  std::vector<double> gather(const std::vector<float*>& rows) const {
    std::vector<double> values;
    for (const float* row : rows) values.insert(values.end(), row, row + input_.dim());
    return values;
  }

  Shape shape_;
  Matrix input_, output_;
  std::vector<float*> inputs_, outputs_;
  Aligned<float> positives_, trials_, scratch_;
};

template <const Shape& kShape>
void bench_block(benchmark::State& state, const simd::KernelTable& kernels, std::size_t dim) {
  Block block(kShape, dim);
  if (!block.trains_right(kernels)) return state.SkipWithError("not the reference's result");
  // A small rate: the same pairs a million times over must not run away.
  for (auto _ : state) benchmark::DoNotOptimize(block.train(kernels, 1e-6F));
  count_flop(state, kernels, 6 * kShape.pairs() * dim);  // three products
}

}  // namespace

void register_logistic_block() {
  // Rows of 4 KiB, whose columns all lie in one set of the first-level cache, and a little less.
  std::vector<std::size_t> dims(kDims.begin(), kDims.end());
  dims.insert(dims.end(), {256, 1000, 1024});
  for_every_table_and_dim("logistic_block", bench_block<kSkipGram>, dims);
  for_every_table_and_dim("own_block", bench_block<kCbow>, dims);
  for_every_table_and_dim("path_block", bench_block<kPath>, dims);
}

}  // namespace hogvec::bench
