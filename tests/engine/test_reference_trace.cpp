// What the double references say that they compute on their way: softmax_view shows it.
//
// Claims: a trace is the paper's quantities, by plain formulas written here again; the gradient and
// the step are made of exactly those numbers; asking for a trace changes no bit of the step.
// Sizes: V = 7, D = 5; context words that repeat, the center in its own context, one output panel
// and more than V. Tolerance: see kTolerance; equality where the same expression is meant. Out of
// scope: that the gradients are right, which test_reference.cpp asks finite differences.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "engine/reference/reference.hpp"

namespace {

using hogvec::reference::CbowPairs;
using hogvec::reference::LogisticPairs;
using hogvec::reference::LogisticTrace;
using hogvec::reference::Model;
using hogvec::reference::SoftmaxTrace;
using Words = std::vector<std::uint32_t>;
using Numbers = std::vector<double>;

constexpr std::size_t kWords = 7;
constexpr std::size_t kDim = 5;
// Sums of at most seven products of values of about 1, in another order: a few times 2^-52.
constexpr double kTolerance = 1e-14;
constexpr double kAlpha = 0.5;

Model random_model(std::uint64_t seed) {
  std::mt19937_64 bits(seed);
  std::normal_distribution<double> normal(0.0, 0.8);
  Model model{kWords, kDim, Numbers(kWords * kDim), Numbers(kWords * kDim)};
  for (double& x : model.input) x = normal(bits);
  for (double& x : model.output) x = normal(bits);
  return model;
}

struct Example {
  std::uint32_t center;
  Words context;
};
const std::vector<Example> kExamples = {
    {2, {5}}, {2, {0, 1, 3, 6}}, {0, {4, 4, 1, 4}}, {3, {3, 1}}, {6, {6, 6, 0, 5, 5, 6, 2, 1}}};

void check_near(double a, double b) { CHECK(std::abs(a - b) < kTolerance); }

double row_times(const Numbers& matrix, std::size_t row, const Numbers& h) {
  double sum = 0.0;
  for (std::size_t i = 0; i < kDim; ++i) sum += matrix[row * kDim + i] * h[i];
  return sum;
}

/// h, u, y, EI and EH, of the words that `targets` predict.
void check_softmax(const Model& old, const SoftmaxTrace& trace, const Numbers& h,
                   const Words& targets) {
  double z = 0.0;
  double y_sum = 0.0;
  for (std::size_t i = 0; i < kDim; ++i) check_near(trace.hidden[i], h[i]);
  for (std::size_t j = 0; j < kWords; ++j) z += std::exp(row_times(old.output, j, h));
  Numbers eh(kDim, 0.0);
  REQUIRE(trace.panel_errors.size() == targets.size() * kWords);
  for (std::size_t j = 0; j < kWords; ++j) {
    const double u = row_times(old.output, j, h);
    check_near(trace.scores[j], u);
    check_near(trace.predictions[j], std::exp(u) / z);
    y_sum += trace.predictions[j];
    double n = 0.0;
    double ei = 0.0;
    for (std::size_t c = 0; c < targets.size(); ++c) {
      const double t = targets[c] == j ? 1.0 : 0.0;
      CHECK(trace.panel_errors[c * kWords + j] == trace.predictions[j] - t);
      n += t;
      ei += trace.panel_errors[c * kWords + j];
    }
    CHECK(trace.truths[j] == n);
    check_near(trace.errors[j], ei);
    for (std::size_t i = 0; i < kDim; ++i) eh[i] += trace.errors[j] * old.output[j * kDim + i];
  }
  check_near(y_sum, 1.0);
  // EH is what moves W: sum EI_j v'_j by the old rows, in the order of the reference.
  for (std::size_t i = 0; i < kDim; ++i) check_near(trace.hidden_error[i], eh[i]);
}

/// Every v'_j moved by -alpha EI_j h.
void check_output_moved(const Model& old, const Model& now, const SoftmaxTrace& trace) {
  for (std::size_t j = 0; j < kWords; ++j) {
    for (std::size_t i = 0; i < kDim; ++i) {
      check_near(now.output[j * kDim + i],
                 old.output[j * kDim + i] - kAlpha * trace.errors[j] * trace.hidden[i]);
    }
  }
}

}  // namespace

TEST_CASE("trace: full softmax skip-gram is eqs. (24) to (36)") {
  for (const auto& [center, context] : kExamples) {
    const Model old = random_model(31);
    Model now = old;
    SoftmaxTrace trace;
    const double loss = full_softmax_step(now, center, context, kAlpha, &trace);
    const Numbers h(old.input.begin() + center * kDim, old.input.begin() + (center + 1) * kDim);
    check_softmax(old, trace, h, context);
    check_output_moved(old, now, trace);
    for (std::size_t k = 0; k < kWords * kDim; ++k) {
      const double moved = k / kDim == center ? kAlpha * trace.hidden_error[k % kDim] : 0.0;
      check_near(now.input[k], old.input[k] - moved);  // eq. (35)
    }
    Model plain = old;
    CHECK(full_softmax_step(plain, center, context, kAlpha) == loss);
    CHECK(plain.input == now.input);
    CHECK(plain.output == now.output);
  }
}

TEST_CASE("trace: full softmax CBOW is eqs. (17) to (23), with one panel") {
  for (const auto& [center, context] : kExamples) {
    const Model old = random_model(32);
    Model now = old;
    SoftmaxTrace trace;
    const double loss = cbow_softmax_step(now, center, context, kAlpha, &trace);
    const auto c = static_cast<double>(context.size());
    Numbers h(kDim, 0.0);
    for (const std::uint32_t word : context) {
      for (std::size_t i = 0; i < kDim; ++i) h[i] += old.input[word * kDim + i] / c;
    }
    check_softmax(old, trace, h, {center});
    check_output_moved(old, now, trace);
    for (std::size_t k = 0; k < kWords * kDim; ++k) {
      double times = 0.0;
      for (const std::uint32_t word : context) times += word == k / kDim ? 1.0 : 0.0;
      check_near(now.input[k], old.input[k] - kAlpha * trace.hidden_error[k % kDim] * times / c);
    }
    CHECK(loss == cbow_softmax_loss(old, center, context));
    check_near(loss, -std::log(trace.predictions[center]));  // eq. (19)
  }
}

TEST_CASE("trace: CBOW of one context word is skip-gram of it that predicts the center") {
  Model cbow = random_model(33);
  Model skip_gram = cbow;
  SoftmaxTrace a;
  SoftmaxTrace b;
  check_near(cbow_softmax_step(cbow, 2, Words{5}, kAlpha, &a),
             full_softmax_step(skip_gram, 5, Words{2}, kAlpha, &b));
  for (std::size_t k = 0; k < kWords * kDim; ++k) {
    check_near(cbow.input[k], skip_gram.input[k]);
    check_near(cbow.output[k], skip_gram.output[k]);
  }
  for (std::size_t j = 0; j < kWords; ++j) check_near(a.errors[j], b.errors[j]);
}

TEST_CASE("trace: logistic outputs are scores, sigmoids, errors and EH, eqs. (57), (61)") {
  const Words inputs{1, 4, 1};
  const Words outputs{0, 6, 6, 2};
  const Numbers positives{1, 0, 0, 2, 0, 0, 1, 0, 0, 1, 0, 0};
  const Numbers trials{1, 1, 2, 3, 1, 0, 1, 1, 2, 1, 1, 0.5};
  const std::vector<Words> contexts{{1}, {4, 4, 0}, {2, 3}};
  const Model old = random_model(34);
  for (const bool cbow : {false, true}) {
    CAPTURE(cbow);
    Model now = old;
    Model plain = old;
    LogisticTrace trace;
    if (cbow) {
      const CbowPairs pairs{contexts, outputs, positives, trials};
      CHECK(cbow_step(now, pairs, kAlpha, false, &trace) == cbow_step(plain, pairs, kAlpha, false));
    } else {
      const LogisticPairs pairs{inputs, outputs, positives, trials};
      CHECK(logistic_step(now, pairs, kAlpha, &trace) == logistic_step(plain, pairs, kAlpha));
    }
    CHECK(plain.input == now.input);
    CHECK(plain.output == now.output);
    Numbers output = old.output;
    for (std::size_t u = 0; u < inputs.size(); ++u) {
      const Words rows = cbow ? contexts[u] : Words{inputs[u]};
      Numbers h(kDim, 0.0);
      for (const std::uint32_t word : rows) {
        for (std::size_t i = 0; i < kDim; ++i) {
          h[i] += old.input[word * kDim + i] / static_cast<double>(rows.size());
        }
      }
      Numbers eh(kDim, 0.0);
      for (std::size_t m = 0; m < outputs.size(); ++m) {
        const std::size_t pair = u * outputs.size() + m;
        const double s = row_times(old.output, outputs[m], h);
        const double sigma = 1.0 / (1.0 + std::exp(-s));
        check_near(trace.scores[pair], s);
        check_near(trace.predictions[pair], sigma);
        check_near(trace.errors[pair], trials[pair] * sigma - positives[pair]);
        for (std::size_t i = 0; i < kDim; ++i) {
          eh[i] += trace.errors[pair] * old.output[outputs[m] * kDim + i];
          output[outputs[m] * kDim + i] -= kAlpha * trace.errors[pair] * h[i];
        }
      }
      for (std::size_t i = 0; i < kDim; ++i) {
        check_near(trace.hidden[u * kDim + i], h[i]);
        check_near(trace.hidden_error[u * kDim + i], eh[i]);
      }
    }
    for (std::size_t k = 0; k < output.size(); ++k) check_near(now.output[k], output[k]);
  }
}
