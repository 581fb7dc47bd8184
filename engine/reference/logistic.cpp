// Logistic outputs in plain double, an equation a line: Xin Rong, word2vec Parameter Learning
// Explained (arXiv 1411.2738 v4), section 3.2. A pair that occurs N times, A of them as a positive,
// stands for N terms of eq. (55): sum t = A.
#include <cstddef>
#include <vector>

#include "engine/reference/logistic_functions.hpp"
#include "engine/reference/reference.hpp"

namespace hogvec::reference {
namespace {

/// s = v'_m . v_u, the score that eq. (55) calls v'_wj . h.
double score(const Model& model, std::size_t input, std::size_t output) {
  double s = 0.0;
  for (std::size_t i = 0; i < model.dim; ++i) {
    s += model.output[output * model.dim + i] * model.input[input * model.dim + i];
  }
  return s;
}

}  // namespace

double logistic_loss(const Model& model, const LogisticPairs& pairs) {
  double loss = 0.0;
  for (std::size_t u = 0; u < pairs.inputs.size(); ++u) {
    for (std::size_t m = 0; m < pairs.outputs.size(); ++m) {
      const std::size_t pair = u * pairs.outputs.size() + m;
      const double s = score(model, pairs.inputs[u], pairs.outputs[m]);
      // Rong eq. (55): A times -log sigmoid(s) = softplus(s) - s, N - A times -log sigmoid(-s).
      loss += pairs.trials[pair] * softplus(s) - pairs.positives[pair] * s;
    }
  }
  return loss;
}

Gradient logistic_gradient(const Model& model, const LogisticPairs& pairs, LogisticTrace* trace) {
  const std::size_t d = model.dim;
  Gradient gradient{std::vector<double>(model.input.size(), 0.0),
                    std::vector<double>(model.output.size(), 0.0)};
  begin_trace(trace, pairs.inputs.size(), pairs.outputs.size(), d);
  for (std::size_t u = 0; u < pairs.inputs.size(); ++u) {
    const std::size_t in = pairs.inputs[u];
    std::vector<double> eh(d, 0.0);
    for (std::size_t m = 0; m < pairs.outputs.size(); ++m) {
      const std::size_t pair = u * pairs.outputs.size() + m;
      const std::size_t out = pairs.outputs[m];
      const double s = score(model, in, out);
      const double e = pairs.trials[pair] * sigmoid(s) - pairs.positives[pair];  // Rong eq. (57)
      trace_pair(trace, pair, s, e);
      for (std::size_t i = 0; i < d; ++i) {
        gradient.output[out * d + i] += e * model.input[in * d + i];  // Rong eq. (58)
        eh[i] += e * model.output[out * d + i];                       // Rong eq. (61), EH
      }
    }
    for (std::size_t i = 0; i < d; ++i) gradient.input[in * d + i] += eh[i];
    trace_hidden(trace, u, d, &model.input[in * d], eh.data());
  }
  return gradient;
}

double logistic_step(Model& model, const LogisticPairs& pairs, double alpha, LogisticTrace* trace) {
  const double loss = logistic_loss(model, pairs);
  // The whole gradient comes before either update: both are made from the old W and W'.
  const Gradient gradient = logistic_gradient(model, pairs, trace);
  for (std::size_t i = 0; i < model.output.size(); ++i) {
    model.output[i] -= alpha * gradient.output[i];  // Rong eq. (59)
  }
  for (std::size_t i = 0; i < model.input.size(); ++i) {
    model.input[i] -= alpha * gradient.input[i];  // as Rong eq. (35)
  }
  return loss;
}

}  // namespace hogvec::reference
