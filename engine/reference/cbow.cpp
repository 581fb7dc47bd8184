// CBOW with logistic outputs in plain double, an equation a line: Xin Rong, word2vec Parameter
// Learning Explained (arXiv 1411.2738 v4), sections 1.2 and 3.2.
#include <cstddef>
#include <vector>

#include "engine/reference/logistic_functions.hpp"
#include "engine/reference/reference.hpp"

namespace hogvec::reference {
namespace {

/// h = mean of the context rows, Rong eqs. (17), (18).
std::vector<double> hidden(const Model& model, const std::vector<std::uint32_t>& context) {
  std::vector<double> h(model.dim, 0.0);
  for (const std::uint32_t word : context) {
    for (std::size_t i = 0; i < model.dim; ++i) h[i] += model.input[word * model.dim + i];
  }
  for (double& x : h) x /= static_cast<double>(context.size());
  return h;
}

double score(const Model& model, const std::vector<double>& h, std::size_t output) {
  double s = 0.0;
  for (std::size_t i = 0; i < model.dim; ++i) s += model.output[output * model.dim + i] * h[i];
  return s;
}

/// The gradient, but that a context row gets `share(C)` of the hidden error.
template <class Share>
Gradient shared_gradient(const Model& model, const CbowPairs& pairs, const Share& share,
                         LogisticTrace* trace) {
  const std::size_t d = model.dim;
  Gradient gradient{std::vector<double>(model.input.size(), 0.0),
                    std::vector<double>(model.output.size(), 0.0)};
  begin_trace(trace, pairs.contexts.size(), pairs.outputs.size(), d);
  for (std::size_t b = 0; b < pairs.contexts.size(); ++b) {
    const std::vector<double> h = hidden(model, pairs.contexts[b]);
    std::vector<double> eh(d, 0.0);
    for (std::size_t m = 0; m < pairs.outputs.size(); ++m) {
      const std::size_t pair = b * pairs.outputs.size() + m;
      const std::size_t out = pairs.outputs[m];
      const double s = score(model, h, out);
      const double e = pairs.trials[pair] * sigmoid(s) - pairs.positives[pair];  // Rong eq. (57)
      trace_pair(trace, pair, s, e);
      for (std::size_t i = 0; i < d; ++i) {
        gradient.output[out * d + i] += e * h[i];  // Rong eq. (58)
        eh[i] += e * model.output[out * d + i];    // Rong eq. (61)
      }
    }
    trace_hidden(trace, b, d, h.data(), eh.data());
    for (const std::uint32_t word : pairs.contexts[b]) {
      for (std::size_t i = 0; i < d; ++i) {
        gradient.input[word * d + i] += share(pairs.contexts[b].size()) * eh[i];  // Rong eq. (23)
      }
    }
  }
  return gradient;
}

}  // namespace

double cbow_loss(const Model& model, const CbowPairs& pairs) {
  double loss = 0.0;
  for (std::size_t b = 0; b < pairs.contexts.size(); ++b) {
    const std::vector<double> h = hidden(model, pairs.contexts[b]);
    for (std::size_t m = 0; m < pairs.outputs.size(); ++m) {
      const std::size_t pair = b * pairs.outputs.size() + m;
      const double s = score(model, h, pairs.outputs[m]);
      loss += pairs.trials[pair] * softplus(s) - pairs.positives[pair] * s;  // Rong eq. (55)
    }
  }
  return loss;
}

Gradient cbow_gradient(const Model& model, const CbowPairs& pairs, LogisticTrace* trace) {
  return shared_gradient(
      model, pairs, [](std::size_t c) { return 1.0 / static_cast<double>(c); }, trace);
}

double cbow_step(Model& model, const CbowPairs& pairs, double alpha, bool undivided,
                 LogisticTrace* trace) {
  const double loss = cbow_loss(model, pairs);
  // The whole gradient comes before either update: both are made from the old W and W'.
  const Gradient gradient = undivided ? shared_gradient(
                                            model, pairs, [](std::size_t) { return 1.0; }, trace)
                                      : cbow_gradient(model, pairs, trace);
  for (std::size_t i = 0; i < model.output.size(); ++i) {
    model.output[i] -= alpha * gradient.output[i];  // Rong eq. (59)
  }
  for (std::size_t i = 0; i < model.input.size(); ++i) {
    model.input[i] -= alpha * gradient.input[i];  // Rong eq. (23)
  }
  return loss;
}

}  // namespace hogvec::reference
