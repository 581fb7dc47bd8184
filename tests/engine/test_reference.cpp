// The double references of full softmax skip-gram and of logistic outputs.
//
// Claims: every analytic derivative, of all of W and all of W', is the two-sided difference
// quotient of the loss; the loss is the paper's formula with bare exps; a step is the model minus
// alpha times the gradient at the *old* model. Sizes: V = 7, D = 5, several random models; context
// words that repeat, the center in its own context, rows of a block that stand twice, counts N > A
// > 0 and N = 0. Tolerance: see kStep, kFloor. Out of scope: the kernels (tests/simd) and float.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "engine/reference/reference.hpp"

namespace {

using hogvec::reference::CbowPairs;
using hogvec::reference::Gradient;
using hogvec::reference::LogisticPairs;
using hogvec::reference::Model;
using Words = std::vector<std::uint32_t>;

constexpr std::size_t kWords = 7;
constexpr std::size_t kDim = 5;

// The error of (E(x + s) - E(x - s)) / 2s is s^2 E''' / 6 from the series and about 2^-52 E / s
// from rounding. With E''' about 1 and E about 10 they are least together near the cube root of
// 2^-52, 6e-6; at 1e-5 each is below 3e-10.
constexpr double kStep = 1e-5;
// That error is absolute, so a derivative smaller than this is compared as if it were this large:
// 1e-6 * 1e-3 is three times the 3e-10 above, and the random models' derivatives are about 1.
constexpr double kFloor = 1e-3;
constexpr double kTolerance = 1e-6;

Model random_model(std::uint64_t seed) {
  std::mt19937_64 bits(seed);
  std::normal_distribution<double> normal(0.0, 0.8);  // scores of about 0.8^2 sqrt(5) = 1.4
  Model model{kWords, kDim, std::vector<double>(kWords * kDim), {}};
  model.output = model.input;
  for (double& x : model.input) x = normal(bits);
  for (double& x : model.output) x = normal(bits);
  return model;
}

/// Moves each of `parameters`, which belong to what `loss` reads, to both sides.
template <class Loss>
void check_difference_quotients(std::vector<double>& parameters,
                                const std::vector<double>& gradient, const Loss& loss) {
  REQUIRE(parameters.size() == gradient.size());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const double old = parameters[i];
    const double above = old + kStep;
    const double below = old - kStep;
    parameters[i] = above;
    const double loss_above = loss();
    parameters[i] = below;
    const double loss_below = loss();
    parameters[i] = old;
    const double quotient = (loss_above - loss_below) / (above - below);
    const double scale = std::max({std::abs(quotient), std::abs(gradient[i]), kFloor});
    CAPTURE(i);
    CAPTURE(quotient);
    CAPTURE(gradient[i]);
    CHECK(std::abs(quotient - gradient[i]) < kTolerance * scale);
  }
}

/// Both matrices, and that neither is all zeros: a quotient of nothing proves nothing.
template <class Loss>
void check_gradient(Model& model, const Gradient& gradient, const Loss& loss) {
  const auto not_zero = [](double x) { return x != 0.0; };
  CHECK(std::any_of(gradient.input.begin(), gradient.input.end(), not_zero));
  CHECK(std::any_of(gradient.output.begin(), gradient.output.end(), not_zero));
  INFO("dE/dW");
  check_difference_quotients(model.input, gradient.input, loss);
  INFO("dE/dW'");
  check_difference_quotients(model.output, gradient.output, loss);
}

/// stepped == old - alpha * gradient, to the last bit but one: the compiler may fuse one of them.
void check_step(const Model& old, const Model& stepped, const Gradient& gradient, double alpha) {
  for (std::size_t i = 0; i < old.input.size(); ++i) {
    CHECK(stepped.input[i] ==
          doctest::Approx(old.input[i] - alpha * gradient.input[i]).epsilon(1e-15));
    CHECK(stepped.output[i] ==
          doctest::Approx(old.output[i] - alpha * gradient.output[i]).epsilon(1e-15));
  }
}

double dot(const Model& model, std::size_t input, std::size_t output) {
  double sum = 0.0;
  for (std::size_t i = 0; i < kDim; ++i) {
    sum += model.input[input * kDim + i] * model.output[output * kDim + i];
  }
  return sum;
}

struct SoftmaxExample {
  std::uint32_t center;
  Words context;
};

const std::vector<SoftmaxExample> kSoftmaxExamples = {
    {2, {5}},                    // one pair
    {2, {0, 1, 3, 6}},           // a plain window, first and last row among it
    {0, {4, 4, 1, 4}},           // a word three times
    {3, {3, 1}},                 // the center in its own context
    {6, {6, 6, 0, 5, 5, 6, 2}},  // both, more words than the vocabulary has
};

/// A block with its counts: what LogisticPairs looks at.
struct LogisticExample {
  Words inputs, outputs;
  std::vector<double> positives, trials;

  LogisticPairs pairs() const { return {inputs, outputs, positives, trials}; }
};

const std::vector<LogisticExample> kLogisticExamples = {
    {{1}, {4}, {1}, {1}},                             // a positive alone
    {{1}, {4}, {0}, {1}},                             // a noise word alone
    {{2}, {5, 0, 6, 3}, {1, 0, 0, 0}, {1, 1, 1, 1}},  // eq. (55) as it stands
    {{2, 0, 6},
     {2, 1},
     {1, 0, 2, 1, 0, 3},
     {3, 2, 2, 4, 0, 5}},                          // counts; a pair that never occurs
    {{3, 3}, {1, 5}, {1, 0, 0, 2}, {1, 2, 1, 3}},  // an input row twice
    {{3, 4}, {5, 5, 3}, {1, 1, 0, 0, 2, 1}, {2, 1, 1, 1, 3, 2}},  // an output row twice
    {{6, 0, 6}, {2, 2}, {1, 0, 0, 1, 1, 1}, {1, 2, 3, 1, 1, 2}},  // both twice
};

/// Hidden vectors with their contexts and counts: what CbowPairs looks at.
struct CbowExample {
  std::vector<Words> contexts;
  Words outputs;
  std::vector<double> positives, trials;

  CbowPairs pairs() const { return {contexts, outputs, positives, trials}; }
};

const std::vector<CbowExample> kCbowExamples = {
    {{{4}}, {2}, {1}, {1}},                                       // one word, its center
    {{{0, 3, 5}}, {2, 1, 6}, {1, 0, 0}, {1, 1, 2}},               // eq. (55) as it stands
    {{{5, 5, 1}}, {5, 0}, {1, 0}, {1, 1}},                        // a context word twice
    {{{0, 3}, {3, 4, 6}}, {2, 1}, {1, 0, 0, 1}, {1, 3, 0.5, 1}},  // two that share a word
    {{{1, 2}, {2, 1}}, {6, 6}, {1, 0, 1, 1}, {1, 2, 2, 1}},       // an output row twice
};

}  // namespace

TEST_CASE("full softmax: the gradient is the difference quotient for every parameter") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    for (std::size_t example = 0; example < kSoftmaxExamples.size(); ++example) {
      CAPTURE(seed);
      CAPTURE(example);
      const auto& [center, context] = kSoftmaxExamples[example];
      Model model = random_model(seed);
      const Gradient gradient = full_softmax_gradient(model, center, context);
      const auto loss = [&model, c = center, &words = context] {
        return full_softmax_loss(model, c, words);
      };
      check_gradient(model, gradient, loss);
    }
  }
}

TEST_CASE("full softmax: the loss is the paper's formula") {
  const Model model = random_model(5);
  for (const auto& [center, context] : kSoftmaxExamples) {
    double z = 0.0;
    for (std::size_t j = 0; j < kWords; ++j) z += std::exp(dot(model, center, j));
    double likelihood = 1.0;  // Rong eq. (27), before the logarithm is taken apart
    for (const std::uint32_t word : context) likelihood *= std::exp(dot(model, center, word)) / z;
    // Up to seven factors and a logarithm near 10: rounding of about 1e-15.
    CHECK(full_softmax_loss(model, center, context) ==
          doctest::Approx(-std::log(likelihood)).epsilon(1e-13));
  }
}

TEST_CASE("full softmax: a step is the model minus alpha times the old gradient") {
  for (const auto& [center, context] : kSoftmaxExamples) {
    const Model old = random_model(6);
    Model model = old;
    // A large alpha: an update from new values would be off by about alpha^2 = 0.25.
    const double loss = full_softmax_step(model, center, context, 0.5);
    CHECK(loss == full_softmax_loss(old, center, context));
    check_step(old, model, full_softmax_gradient(old, center, context), 0.5);
  }
}

TEST_CASE("full softmax: only the center's row of W moves and every row of W' does") {
  const Model model = random_model(7);
  const Gradient gradient = full_softmax_gradient(model, 4, Words{1, 2});
  for (std::size_t i = 0; i < gradient.input.size(); ++i) {
    CHECK((gradient.input[i] != 0.0) == (i / kDim == 4));
    CHECK(gradient.output[i] != 0.0);
  }
  // The errors of a softmax sum to nothing, Rong eq. (30): so do the rows of dE/dW'.
  for (std::size_t i = 0; i < kDim; ++i) {
    double sum = 0.0;
    for (std::size_t j = 0; j < kWords; ++j) sum += gradient.output[j * kDim + i];
    CHECK(std::abs(sum) < 1e-14);  // seven summands below 4
  }
}

TEST_CASE("full softmax: scores of 1e6 stay finite") {
  Model model = random_model(8);
  const Words context{1, 3};
  for (double& x : model.output) x *= 1e6;
  CHECK(std::isfinite(full_softmax_loss(model, 2, context)));
  const Gradient gradient = full_softmax_gradient(model, 2, context);
  for (const double g : gradient.input) CHECK(std::isfinite(g));
  for (const double g : gradient.output) CHECK(std::isfinite(g));
}

TEST_CASE("CBOW full softmax: the gradient is the difference quotient for every parameter") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    for (std::size_t example = 0; example < kSoftmaxExamples.size(); ++example) {
      CAPTURE(seed);
      CAPTURE(example);
      const auto& [center, context] = kSoftmaxExamples[example];
      Model model = random_model(seed);
      const Gradient gradient = cbow_softmax_gradient(model, center, context);
      const auto loss = [&model, c = center, &words = context] {
        return cbow_softmax_loss(model, c, words);
      };
      check_gradient(model, gradient, loss);
    }
  }
}

TEST_CASE("logistic: the gradient is the difference quotient for every parameter") {
  for (std::uint64_t seed = 11; seed <= 14; ++seed) {
    for (std::size_t example = 0; example < kLogisticExamples.size(); ++example) {
      CAPTURE(seed);
      CAPTURE(example);
      const LogisticPairs pairs = kLogisticExamples[example].pairs();
      Model model = random_model(seed);
      const Gradient gradient = logistic_gradient(model, pairs);
      check_gradient(model, gradient, [&] { return logistic_loss(model, pairs); });
    }
  }
}

TEST_CASE("logistic: the loss is the paper's formula") {
  const Model model = random_model(15);
  for (const LogisticExample& example : kLogisticExamples) {
    double loss = 0.0;
    for (std::size_t u = 0; u < example.inputs.size(); ++u) {
      for (std::size_t m = 0; m < example.outputs.size(); ++m) {
        const double s = dot(model, example.inputs[u], example.outputs[m]);
        const std::size_t pair = u * example.outputs.size() + m;
        const double positives = example.positives[pair];
        const double negatives = example.trials[pair] - positives;
        // Rong eq. (55), a term for every occurrence of the pair.
        loss -= positives * std::log(1.0 / (1.0 + std::exp(-s)));
        loss -= negatives * std::log(1.0 / (1.0 + std::exp(s)));
      }
    }
    // A dozen terms of about 1: rounding of about 1e-15.
    CHECK(logistic_loss(model, example.pairs()) == doctest::Approx(loss).epsilon(1e-13));
  }
}

TEST_CASE("logistic: a step is the model minus alpha times the old gradient") {
  for (const LogisticExample& example : kLogisticExamples) {
    const Model old = random_model(16);
    Model model = old;
    const double loss = logistic_step(model, example.pairs(), 0.5);  // large, as above
    CHECK(loss == logistic_loss(old, example.pairs()));
    check_step(old, model, logistic_gradient(old, example.pairs()), 0.5);
  }
}

TEST_CASE("logistic: a row that stands twice is one row whose counts add up") {
  const Model model = random_model(17);
  const LogisticExample twice{{3, 3}, {1, 5, 1}, {1, 0, 2, 0, 1, 0}, {2, 1, 2, 1, 3, 4}};
  const LogisticExample once{{3}, {1, 5}, {3, 1}, {9, 4}};
  const Gradient a = logistic_gradient(model, twice.pairs());
  const Gradient b = logistic_gradient(model, once.pairs());
  // Sums of at most six products of about 1, in another order.
  CHECK(logistic_loss(model, twice.pairs()) ==
        doctest::Approx(logistic_loss(model, once.pairs())).epsilon(1e-14));
  for (std::size_t i = 0; i < a.input.size(); ++i) {
    CHECK(std::abs(a.input[i] - b.input[i]) < 1e-13);
    CHECK(std::abs(a.output[i] - b.output[i]) < 1e-13);
  }
}

TEST_CASE("CBOW: the gradient is the difference quotient for every parameter") {
  for (const CbowExample& example : kCbowExamples) {
    Model model = random_model(21);
    const Gradient gradient = cbow_gradient(model, example.pairs());
    check_gradient(model, gradient, [&] { return cbow_loss(model, example.pairs()); });
  }
}

TEST_CASE("CBOW: a step is the model minus alpha times the old gradient") {
  for (const CbowExample& example : kCbowExamples) {
    const Model old = random_model(22);
    Model model = old;
    const double loss = cbow_step(model, example.pairs(), 0.5, false);  // large, as above
    CHECK(loss == cbow_loss(old, example.pairs()));
    check_step(old, model, cbow_gradient(old, example.pairs()), 0.5);
  }
}

TEST_CASE("CBOW: undivided, a context row moves C times as far, and W' as before") {
  const CbowExample& example = kCbowExamples[1];
  const auto c = static_cast<double>(example.contexts[0].size());
  const Model old = random_model(23);
  Model undivided = old;
  Model paper = old;
  cbow_step(undivided, example.pairs(), 0.1, true);
  cbow_step(paper, example.pairs(), 0.1, false);
  CHECK(undivided.output == paper.output);
  for (std::size_t i = 0; i < old.input.size(); ++i) {
    // Differences of values near 1, times C.
    CHECK(undivided.input[i] - old.input[i] ==
          doctest::Approx(c * (paper.input[i] - old.input[i])).epsilon(1e-12));
  }
}

TEST_CASE("CBOW: with one context word it is the logistic pair") {
  const Model model = random_model(24);
  const CbowExample one{{{4}}, {2, 6}, {1, 0}, {1, 2}};
  const LogisticExample pair{{4}, {2, 6}, {1, 0}, {1, 2}};
  CHECK(cbow_loss(model, one.pairs()) == doctest::Approx(logistic_loss(model, pair.pairs())));
}

TEST_CASE("logistic: scores of 1e6 stay finite") {
  Model model = random_model(18);
  for (double& x : model.output) x *= 1e6;
  for (const LogisticExample& example : kLogisticExamples) {
    CHECK(std::isfinite(logistic_loss(model, example.pairs())));
    const Gradient gradient = logistic_gradient(model, example.pairs());
    for (const double g : gradient.input) CHECK(std::isfinite(g));
    for (const double g : gradient.output) CHECK(std::isfinite(g));
  }
}
