// Full softmax skip-gram in plain double, an equation a line: Xin Rong, word2vec Parameter Learning
// Explained (arXiv 1411.2738 v4), section 2. All C output panels share W', so they share one score
// vector and one softmax.
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

/// u_j = v'_j . h for every word j.
std::vector<double> scores(const Model& model, std::uint32_t center) {
  const std::size_t d = model.dim;
  const double* h = &model.input[center * d];  // Rong eq. (24)
  std::vector<double> u(model.vocabulary_size, 0.0);
  for (std::size_t j = 0; j < u.size(); ++j) {
    for (std::size_t i = 0; i < d; ++i) u[j] += model.output[j * d + i] * h[i];  // Rong eq. (26)
  }
  return u;
}

/// log sum_j exp(u_j). The largest term becomes exp(0): nothing overflows, and the sum is at
/// least 1.
double log_sum_exp(const std::vector<double>& u) {
  const double largest = *std::max_element(u.begin(), u.end());
  double sum = 0.0;
  for (const double score : u) sum += std::exp(score - largest);
  return largest + std::log(sum);
}

}  // namespace

double full_softmax_loss(const Model& model, std::uint32_t center, Words context) {
  const std::vector<double> u = scores(model, center);
  double loss = static_cast<double>(context.size()) * log_sum_exp(u);  // Rong eq. (29), 2nd term
  for (const std::uint32_t word : context) loss -= u[word];            // Rong eq. (29), 1st term
  return loss;
}

Gradient full_softmax_gradient(const Model& model, std::uint32_t center, Words context,
                               SoftmaxTrace* trace) {
  const std::size_t d = model.dim;
  const std::size_t v = model.vocabulary_size;
  const auto c = static_cast<double>(context.size());
  SoftmaxTrace seen(d, v, context.size());
  auto& [h, u, y, n, e, ei, eh] = seen;

  for (std::size_t i = 0; i < d; ++i) h[i] = model.input[center * d + i];  // Rong eq. (24)
  u = scores(model, center);                                               // Rong eq. (26)
  for (const std::uint32_t word : context) n[word] += 1.0;                 // n_j = sum_c t_{c,j}
  const double log_z = log_sum_exp(u);
  Gradient gradient{std::vector<double>(model.input.size(), 0.0),
                    std::vector<double>(model.output.size(), 0.0)};
  for (std::size_t j = 0; j < v; ++j) {
    y[j] = std::exp(u[j] - log_z);  // Rong eq. (25)
    for (std::size_t panel = 0; panel < context.size(); ++panel) {
      e[panel * v + j] = y[j] - (context[panel] == j ? 1.0 : 0.0);  // Rong eq. (30)
    }
    ei[j] = c * y[j] - n[j];  // Rong eq. (31), the sum of these
    for (std::size_t i = 0; i < d; ++i) {
      gradient.output[j * d + i] = ei[j] * h[i];  // Rong eq. (32)
      eh[i] += ei[j] * model.output[j * d + i];   // Rong eq. (36)
    }
  }
  std::copy(eh.begin(), eh.end(), &gradient.input[center * d]);
  if (trace != nullptr) *trace = std::move(seen);
  return gradient;
}

double full_softmax_step(Model& model, std::uint32_t center, Words context, double alpha,
                         SoftmaxTrace* trace) {
  const double loss = full_softmax_loss(model, center, context);
  // The whole gradient comes before either update: both are made from the old W and W'.
  const Gradient gradient = full_softmax_gradient(model, center, context, trace);
  for (std::size_t i = 0; i < model.output.size(); ++i) {
    model.output[i] -= alpha * gradient.output[i];  // Rong eqs. (33), (34)
  }
  for (std::size_t i = 0; i < model.input.size(); ++i) {
    model.input[i] -= alpha * gradient.input[i];  // Rong eq. (35)
  }
  return loss;
}

}  // namespace hogvec::reference
