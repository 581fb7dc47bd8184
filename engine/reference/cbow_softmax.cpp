// Full softmax CBOW in plain double, an equation a line: Xin Rong, word2vec Parameter Learning
// Explained (arXiv 1411.2738 v4), section 1.2.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
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

/// log y_j = u_j - log sum_j' exp(u_j') of every word j.
std::vector<double> log_predictions(const Model& model, const std::vector<double>& h) {
  std::vector<double> u(model.vocabulary_size, 0.0);
  for (std::size_t j = 0; j < u.size(); ++j) {
    for (std::size_t i = 0; i < model.dim; ++i) u[j] += model.output[j * model.dim + i] * h[i];
  }
  const double largest = *std::max_element(u.begin(), u.end());
  double sum = 0.0;
  for (const double score : u) sum += std::exp(score - largest);
  for (double& score : u) score -= largest + std::log(sum);
  return u;
}

}  // namespace

double cbow_softmax_loss(const Model& model, std::uint32_t center, Words context) {
  return -log_predictions(model, hidden(model, context))[center];  // Rong eq. (19)
}

Gradient cbow_softmax_gradient(const Model& model, std::uint32_t center, Words context) {
  const std::size_t d = model.dim;
  const std::vector<double> h = hidden(model, context);
  const std::vector<double> log_y = log_predictions(model, h);
  Gradient gradient{std::vector<double>(model.input.size(), 0.0),
                    std::vector<double>(model.output.size(), 0.0)};
  std::vector<double> eh(d, 0.0);
  for (std::size_t j = 0; j < log_y.size(); ++j) {
    const double e = std::exp(log_y[j]) - (j == center ? 1.0 : 0.0);  // Rong eq. (8)
    for (std::size_t i = 0; i < d; ++i) {
      gradient.output[j * d + i] = e * h[i];  // Rong eq. (22)
      eh[i] += e * model.output[j * d + i];   // Rong eq. (12)
    }
  }
  for (const std::uint32_t word : context) {
    for (std::size_t i = 0; i < d; ++i) {
      gradient.input[word * d + i] += eh[i] / static_cast<double>(context.size());  // Rong eq. (23)
    }
  }
  return gradient;
}

}  // namespace hogvec::reference
