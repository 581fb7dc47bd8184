// Full softmax CBOW in plain double, an equation a line: Xin Rong, word2vec Parameter Learning
// Explained (arXiv 1411.2738 v4), section 1.2.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "engine/reference/reference.hpp"

namespace hogvec::reference {
namespace {

using Words = std::span<const std::uint32_t>;

/// h = mean of the context rows, Rong eqs. (17), (18).
std::vector<double> hidden(const Model& model, Words context) {
  std::vector<double> h(model.dim, 0.0);
  for (const std::uint32_t word : context) {
    for (std::size_t i = 0; i < model.dim; ++i) h[i] += model.input[word * model.dim + i];
  }
  for (double& x : h) x /= static_cast<double>(context.size());
  return h;
}

/// u_j = v'_j . h for every word j, Rong eq. (2).
std::vector<double> scores(const Model& model, const std::vector<double>& h) {
  std::vector<double> u(model.vocabulary_size, 0.0);
  for (std::size_t j = 0; j < u.size(); ++j) {
    for (std::size_t i = 0; i < model.dim; ++i) u[j] += model.output[j * model.dim + i] * h[i];
  }
  return u;
}

/// log y_j = u_j - log sum_j' exp(u_j') of every word j, Rong eq. (3).
std::vector<double> log_predictions(std::vector<double> u) {
  const double largest = *std::max_element(u.begin(), u.end());
  double sum = 0.0;
  for (const double score : u) sum += std::exp(score - largest);
  for (double& score : u) score -= largest + std::log(sum);
  return u;
}

}  // namespace

double cbow_softmax_loss(const Model& model, std::uint32_t center, Words context) {
  return -log_predictions(scores(model, hidden(model, context)))[center];  // Rong eq. (19)
}

Gradient cbow_softmax_gradient(const Model& model, std::uint32_t center, Words context,
                               SoftmaxTrace* trace) {
  const std::size_t d = model.dim;
  SoftmaxTrace seen(d, model.vocabulary_size, 1);
  auto& [h, u, y, t, e, ei, eh] = seen;

  h = hidden(model, context);
  u = scores(model, h);
  t[center] = 1.0;
  const std::vector<double> log_y = log_predictions(u);
  Gradient gradient{std::vector<double>(model.input.size(), 0.0),
                    std::vector<double>(model.output.size(), 0.0)};
  for (std::size_t j = 0; j < log_y.size(); ++j) {
    y[j] = std::exp(log_y[j]);  // Rong eq. (3)
    e[j] = y[j] - t[j];         // Rong eq. (8)
    for (std::size_t i = 0; i < d; ++i) {
      gradient.output[j * d + i] = e[j] * h[i];  // Rong eq. (22)
      eh[i] += e[j] * model.output[j * d + i];   // Rong eq. (12)
    }
  }
  ei = e;
  for (const std::uint32_t word : context) {
    for (std::size_t i = 0; i < d; ++i) {
      gradient.input[word * d + i] += eh[i] / static_cast<double>(context.size());  // Rong eq. (23)
    }
  }
  if (trace != nullptr) *trace = std::move(seen);
  return gradient;
}

double cbow_softmax_step(Model& model, std::uint32_t center, Words context, double alpha,
                         SoftmaxTrace* trace) {
  const double loss = cbow_softmax_loss(model, center, context);
  // The whole gradient comes before either update: both are made from the old W and W'.
  const Gradient gradient = cbow_softmax_gradient(model, center, context, trace);
  for (std::size_t i = 0; i < model.output.size(); ++i) {
    model.output[i] -= alpha * gradient.output[i];  // Rong eqs. (11), (22)
  }
  for (std::size_t i = 0; i < model.input.size(); ++i) {
    model.input[i] -= alpha * gradient.input[i];  // Rong eq. (23)
  }
  return loss;
}

}  // namespace hogvec::reference
