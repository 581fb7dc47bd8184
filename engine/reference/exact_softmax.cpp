// Successive steps of full softmax skip-gram with products over the old W' alone, in plain double.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

#include "engine/reference/reference.hpp"

namespace hogvec::reference {
namespace {

using Vector = std::vector<double>;

double dot(const Vector& x, const Vector& y) {
  return std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
}

void add(double scale, const Vector& x, Vector& y) {
  for (std::size_t i = 0; i < x.size(); ++i) y[i] += scale * x[i];
}

/// Turns scores into errors EI, Rong eqs. (25), (30), (31), and returns the loss, eq. (29).
double scores_to_errors(const SoftmaxExample& example, Vector& u) {
  const auto c = static_cast<double>(example.context.size());
  const double largest = *std::max_element(u.begin(), u.end());
  double z = 0.0;
  for (const double score : u) z += std::exp(score - largest);
  double loss = c * (largest + std::log(z));
  for (const std::uint32_t word : example.context) loss -= u[word];
  for (double& score : u) score = c * std::exp(score - largest) / z;
  for (const std::uint32_t word : example.context) u[word] -= 1.0;
  return loss;
}

}  // namespace

double full_softmax_exact_steps(Model& model, std::span<const SoftmaxExample> examples,
                                double alpha) {
  const std::size_t d = model.dim;
  const Vector old_output = model.output;
  std::vector<Vector> hiddens;
  std::vector<Vector> errors;
  double loss = 0.0;
  for (const SoftmaxExample& example : examples) {
    const auto row = model.input.begin() + static_cast<std::ptrdiff_t>(example.center * d);
    const Vector h(row, row + static_cast<std::ptrdiff_t>(d));  // Rong eq. (24)
    Vector e(model.vocabulary_size, 0.0);
    for (std::size_t j = 0; j < e.size(); ++j) {
      for (std::size_t i = 0; i < d; ++i) e[j] += old_output[j * d + i] * h[i];  // Rong eq. (26)
    }
    for (std::size_t a = 0; a < errors.size(); ++a) add(-alpha * dot(hiddens[a], h), errors[a], e);
    loss += scores_to_errors(example, e);
    Vector eh(d, 0.0);
    for (std::size_t j = 0; j < e.size(); ++j) {
      for (std::size_t i = 0; i < d; ++i) eh[i] += e[j] * old_output[j * d + i];  // Rong eq. (36)
    }
    for (std::size_t a = 0; a < errors.size(); ++a) add(-alpha * dot(errors[a], e), hiddens[a], eh);
    for (std::size_t j = 0; j < e.size(); ++j) {
      for (std::size_t i = 0; i < d; ++i) {
        model.output[j * d + i] -= alpha * e[j] * h[i];  // Rong eqs. (33), (34)
      }
    }
    for (std::size_t i = 0; i < d; ++i) row[static_cast<std::ptrdiff_t>(i)] -= alpha * eh[i];
    hiddens.push_back(h);
    errors.push_back(e);
  }
  return loss;
}

}  // namespace hogvec::reference
