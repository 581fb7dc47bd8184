// logistic_block on every table, against the double reference (engine/reference/logistic.cpp).
//
// Sizes: every U in 1..20 with every M in 1..26 at one D, and some U x M, whole and broken
// multiples of any blocking, at every D of kDims. Counts: N > 1, N = 0, fractions, A = 0.
// Tolerance: see kTolerance. Alpha is 0.1, so an update made from a new row instead of an old one
// is off by about alpha^2 = 0.01, a pair left out by alpha times a row, 0.01 or more. Blocks that
// say what their inputs gain, with own rows and without, are held against the same reference. Rows
// are scattered and lie between guards; counts are not aligned; scratch starts as NaN. Out of
// scope: a row given twice (the contract rules it out) and blocks that race (Hogwild).
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "engine/reference/reference.hpp"
#include "simd/kernels.hpp"
#include "tests/simd/kernels_under_test.hpp"

namespace {

using namespace hogvec::testing;  // NOLINT(google-build-using-namespace): one file, one subject
namespace reference = hogvec::reference;
namespace simd = hogvec::simd;

/// A block of packed rows; what is trained, and what training gave.
struct Block {
  std::size_t inputs_count, outputs_count, dim;  // U, M, D
  float alpha;
  std::vector<float> inputs, outputs;    // U x D, M x D
  std::vector<float> positives, trials;  // A, N
  bool gains = false;
  std::vector<float> own{};  // U x D, or none; their A and N stand before the others

  bool has_own() const { return !own.empty(); }
};

struct Trained {
  double loss;
  std::vector<float> inputs, outputs, own;
};

// A score is a sum of D products whose rounding errors, each at most 2^-24 of a partial sum of
// about 2, are as likely up as down: about sqrt(512) * 2^-24 * 2 = 3e-6 at the largest D. Sigmoid
// takes a quarter of it; N <= 4, alpha = 0.1 and a row's element (0.4 at that D) leave 1e-7, and 26
// such terms of either sign make five times that. Small D have larger elements, up to 3, which
// round at 2e-7. Four times those 5e-7 are allowed.
constexpr Tolerance kTolerance = {2e-6, 0.0};
// The same score errors, times N, next to U M terms of about 1.
constexpr Tolerance kLossTolerance = {1e-5, 1e-6};

/// Elements for scores of about 1.5 at every D, the bend of the sigmoid: rms 0.64 of the size, so
/// 0.41 size^2 sqrt(D).
double element_size(std::size_t dim) { return 1.9 / std::pow(static_cast<double>(dim), 0.25); }

Block random_block(std::size_t inputs, std::size_t outputs, std::size_t dim, Random& random) {
  Block block{inputs, outputs, dim, 0.1F, {}, {}, {}, {}};
  block.inputs.resize(inputs * dim);
  block.outputs.resize(outputs * dim);
  for (float& x : block.inputs) x = random.signed_value(element_size(dim));
  for (float& x : block.outputs) x = random.signed_value(element_size(dim));
  for (std::size_t pair = 0; pair < inputs * outputs; ++pair) {
    const auto positives = static_cast<float>(random.below(3));
    // Halves: noise rows weighted by K / R.
    const auto negatives = 0.5F * static_cast<float>(random.below(5));
    block.positives.push_back(positives);
    block.trials.push_back(positives + negatives);
  }
  return block;
}

/// The same block with an own row of each input.
Block with_own_rows(Block block, Random& random) {
  block.gains = true;
  for (std::size_t i = 0; i < block.inputs_count * block.dim; ++i) {
    block.own.push_back(random.signed_value(element_size(block.dim)));
  }
  for (std::size_t u = 0; u < block.inputs_count; ++u) {
    const auto positives = static_cast<float>(random.below(3));
    block.positives.insert(block.positives.begin(), positives);
    block.trials.insert(block.trials.begin(), positives + static_cast<float>(random.below(2)));
  }
  return block;
}

/// With what may be read behind A and N, and must not count.
std::vector<float> followed_by_nan(std::vector<float> counts) {
  counts.resize(counts.size() + simd::kRowPadding, std::numeric_limits<float>::quiet_NaN());
  return counts;
}

Trained train(const simd::KernelTable& kernels, const Block& block) {
  Random random(block.inputs.size());
  const ScatteredRows inputs(block.inputs, block.inputs_count, block.dim, random);
  const ScatteredRows outputs(block.outputs, block.outputs_count, block.dim, random);
  const ScatteredRows own(block.own, block.has_own() ? block.inputs_count : 0, block.dim, random);
  const Guarded<float> positives(followed_by_nan(block.positives), 1);
  const Guarded<float> trials(followed_by_nan(block.trials), 1);
  const std::size_t stride = simd::padded(block.dim);
  Guarded<float> scratch(simd::logistic_scratch(block.inputs_count, block.outputs_count));
  Trained trained;
  trained.loss = kernels.logistic_block({.inputs = inputs.pointers(),
                                         .own = block.has_own() ? own.pointers() : nullptr,
                                         .outputs = outputs.pointers(),
                                         .positives = positives.data(),
                                         .trials = trials.data(),
                                         .scratch = scratch.data(),
                                         .input_count = block.inputs_count,
                                         .output_count = block.outputs_count,
                                         .stride = stride,
                                         .alpha = block.alpha,
                                         .gains = block.gains});
  trained.inputs = inputs.packed();
  trained.outputs = outputs.packed();
  trained.own = own.packed();
  CHECK(own.intact());
  CHECK(inputs.intact());
  CHECK(outputs.intact());
  CHECK(positives.intact());
  CHECK(trials.intact());
  CHECK(scratch.intact());
  CHECK(same_bits(positives, followed_by_nan(block.positives)));
  CHECK(same_bits(trials, followed_by_nan(block.trials)));
  return trained;
}

struct Wanted {
  double loss;
  std::vector<double> inputs, outputs, own;
};

/// A or N of all inputs with all output rows, the own ones last.
std::vector<double> counts_with_own(const Block& block, const std::vector<float>& counts) {
  const std::size_t own = block.has_own() ? block.inputs_count : 0;
  std::vector<double> all;
  for (std::size_t u = 0; u < block.inputs_count; ++u) {
    const auto row = counts.begin() + static_cast<std::ptrdiff_t>(own + u * block.outputs_count);
    all.insert(all.end(), row, row + static_cast<std::ptrdiff_t>(block.outputs_count));
    for (std::size_t m = 0; m < own; ++m) all.push_back(m == u ? counts[u] : 0);
  }
  return all;
}

Wanted train_reference(const Block& block) {
  // Rows of W beyond U, or of W' beyond M, are in no pair: they only make the matrices one size.
  const std::size_t output_rows = block.outputs_count + (block.has_own() ? block.inputs_count : 0);
  const std::size_t rows = std::max(block.inputs_count, output_rows);
  reference::Model model{rows, block.dim, {}, {}};
  model.input.assign(block.inputs.begin(), block.inputs.end());
  model.output.assign(block.outputs.begin(), block.outputs.end());
  model.output.insert(model.output.end(), block.own.begin(), block.own.end());
  model.input.resize(rows * block.dim);
  model.output.resize(rows * block.dim);
  std::vector<std::uint32_t> inputs(block.inputs_count), outputs(output_rows);
  std::iota(inputs.begin(), inputs.end(), 0U);
  std::iota(outputs.begin(), outputs.end(), 0U);
  Wanted wanted;
  wanted.loss = logistic_step(model,
                              {inputs, outputs, counts_with_own(block, block.positives),
                               counts_with_own(block, block.trials)},
                              double{block.alpha});
  const auto own_rows = model.output.begin() + static_cast<std::ptrdiff_t>(block.outputs.size());
  wanted.inputs.assign(model.input.begin(),
                       model.input.begin() + static_cast<std::ptrdiff_t>(block.inputs.size()));
  for (std::size_t i = 0; block.gains && i < block.inputs.size(); ++i) {
    wanted.inputs[i] -= double{block.inputs[i]};
  }
  wanted.outputs.assign(model.output.begin(), own_rows);
  wanted.own.assign(own_rows, own_rows + static_cast<std::ptrdiff_t>(block.own.size()));
  return wanted;
}

void check_loss(double got, double want, Tolerance tolerance) {
  check_close(std::vector{got}, std::vector{want}, tolerance);
}

void check_against_reference(const Block& block) {
  const Wanted wanted = train_reference(block);
  on_every_table([&](const simd::KernelTable& kernels) {
    CAPTURE(block.inputs_count);
    CAPTURE(block.outputs_count);
    CAPTURE(block.dim);
    const Trained trained = train(kernels, block);
    {
      INFO("loss");
      check_loss(trained.loss, wanted.loss, kLossTolerance);
    }
    {
      INFO("inputs, X");
      check_close(trained.inputs, wanted.inputs, kTolerance);
    }
    {
      INFO("own rows");
      check_close(trained.own, wanted.own, kTolerance);
    }
    INFO("outputs, O");
    check_close(trained.outputs, wanted.outputs, kTolerance);
  });
}

}  // namespace

TEST_CASE("logistic_block trains every U x M as the reference does") {
  Random random(1);
  for (std::size_t inputs = 1; inputs <= 20; ++inputs) {
    for (std::size_t outputs = 1; outputs <= 26; ++outputs) {
      check_against_reference(random_block(inputs, outputs, 33, random));
    }
  }
}

TEST_CASE("logistic_block trains every D as the reference does") {
  Random random(2);
  struct Size {
    std::size_t inputs, outputs;
  };
  constexpr Size kSizes[] = {{1, 1},  {1, 6},   {2, 5},  {3, 4},   {4, 12},  {5, 9},
                             {7, 13}, {8, 16},  {10, 5}, {11, 19}, {12, 12}, {16, 24},
                             {17, 9}, {20, 26}, {20, 1}, {13, 17}, {6, 25}};
  for (const std::size_t dim : kDims) {
    for (const Size size : kSizes) {
      check_against_reference(random_block(size.inputs, size.outputs, dim, random));
    }
  }
}

TEST_CASE("logistic_block says what every U x M gains, with own rows and without") {
  Random random(8);
  for (std::size_t inputs = 1; inputs <= 9; ++inputs) {
    for (std::size_t outputs = 1; outputs <= 26; ++outputs) {
      Block block = random_block(inputs, outputs, 33, random);
      block.gains = true;
      check_against_reference(block);
      check_against_reference(with_own_rows(block, random));
    }
  }
}

TEST_CASE("logistic_block says what every D gains, with own rows and without") {
  Random random(9);
  for (const std::size_t dim : kDims) {
    for (const std::size_t outputs : {1, 5, 6, 7, 13, 16, 24}) {
      Block block = random_block(4, outputs, dim, random);
      block.gains = true;
      check_against_reference(block);
      check_against_reference(with_own_rows(block, random));
    }
  }
}

TEST_CASE("logistic_block trains a window with shared noise words as the reference does") {
  // Columns as the trainer makes them: four centers with A = N, then noise words with A = 0 whose N
  // counts the windows they lie in and how often they were drawn.
  Random random(3);
  for (const std::size_t dim : {50, 100, 300}) {
    Block block = random_block(14, 9, dim, random);
    for (std::size_t u = 0; u < block.inputs_count; ++u) {
      for (std::size_t m = 0; m < block.outputs_count; ++m) {
        const auto count = static_cast<float>(random.below(4));
        block.positives[u * block.outputs_count + m] = m < 4 ? count : 0.0F;
        block.trials[u * block.outputs_count + m] = count;
      }
    }
    check_against_reference(block);
  }
}

TEST_CASE("logistic_block starts from zero output rows") {
  // The first block of a run: W' is zero, so scores are 0 and sigmoid is 1/2 exactly.
  Random random(4);
  Block block = random_block(10, 6, 100, random);
  std::fill(block.outputs.begin(), block.outputs.end(), 0.0F);
  check_against_reference(block);
  on_every_table([&](const simd::KernelTable& kernels) {
    CHECK(same_bits(train(kernels, block).inputs, block.inputs));
  });
}

TEST_CASE("logistic_block with alpha = 0 only measures") {
  Random random(5);
  for (const std::size_t dim : kDims) {
    Block block = random_block(7, 13, dim, random);
    block.alpha = 0.0F;
    const double loss = train_reference(block).loss;
    on_every_table([&](const simd::KernelTable& kernels) {
      CAPTURE(dim);
      const Trained trained = train(kernels, block);
      check_loss(trained.loss, loss, kLossTolerance);
      CHECK(same_bits(trained.inputs, block.inputs));
      CHECK(same_bits(trained.outputs, block.outputs));
    });
  }
}

TEST_CASE("logistic_block leaves rows alone that are in no pair") {
  Random random(6);
  for (const std::size_t dim : {15, 100}) {
    Block block = random_block(9, 10, dim, random);
    constexpr std::size_t kInput = 4;
    constexpr std::size_t kOutput = 7;
    for (std::size_t u = 0; u < block.inputs_count; ++u) {
      for (std::size_t m = 0; m < block.outputs_count; ++m) {
        if (u != kInput && m != kOutput) continue;
        block.positives[u * block.outputs_count + m] = 0.0F;
        block.trials[u * block.outputs_count + m] = 0.0F;
      }
    }
    check_against_reference(block);
    on_every_table([&](const simd::KernelTable& kernels) {
      const Trained trained = train(kernels, block);
      const auto row = [&](const std::vector<float>& rows, std::size_t k) {
        return std::span(rows).subspan(k * dim, dim);
      };
      CHECK(same_bits(row(trained.inputs, kInput), row(block.inputs, kInput)));
      CHECK(same_bits(row(trained.outputs, kOutput), row(block.outputs, kOutput)));
    });
  }
}

TEST_CASE("logistic_block stays finite and right at extreme scores") {
  // The first element makes the score, a_u b_m: 1e4 to both sides, around the limits of exp, and
  // ordinary. The rest is small.
  const std::vector<float> a = {100.0F, -100.0F, 1.0F, -1.0F, 0.01F};
  const std::vector<float> b = {100.0F, -100.0F, 88.7F, -88.7F, 87.3F, -87.3F, 30.0F, -17.0F, 1.0F};
  Random random(7);
  for (const std::size_t dim : {1, 16, 100}) {
    Block block = random_block(a.size(), b.size(), dim, random);
    for (float& x : block.inputs) x *= 1e-3F;
    for (float& x : block.outputs) x *= 1e-3F;
    for (std::size_t u = 0; u < a.size(); ++u) block.inputs[u * dim] = a[u];
    for (std::size_t m = 0; m < b.size(); ++m) block.outputs[m * dim] = b[m];
    const Wanted wanted = train_reference(block);
    on_every_table([&](const simd::KernelTable& kernels) {
      CAPTURE(dim);
      const Trained trained = train(kernels, block);
      CHECK(std::isfinite(trained.loss));
      // Scores of 1e4 are known to 1e4 * 2^-24 = 6e-4 and enter as they are.
      check_loss(trained.loss, wanted.loss, {1e-3, 1e-6});
      // Updates of up to 0.1 * 4 * 100 a pair, nine pairs: a few float roundings of 360.
      check_close(trained.inputs, wanted.inputs, {1e-4, 1e-6});
      check_close(trained.outputs, wanted.outputs, {1e-4, 1e-6});
    });
  }
}
