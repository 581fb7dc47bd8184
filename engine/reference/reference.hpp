// The trainers in plain double, one line an equation: small enough to read beside the paper.
//
// Finite differences check these; these check the kernels. Rows are packed: row k of a V x D matrix
// starts at k * D. Nothing here is fast, and nothing here is shared with the fast code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hogvec::reference {

/// W and W' in double, row-major V x D.
struct Model {
  std::size_t vocabulary_size;  // V
  std::size_t dim;              // D
  std::vector<double> input;    // W
  std::vector<double> output;   // W', which logistic outputs allow any number of rows
};

/// dE/dW and dE/dW' of one example, of the shapes of the model.
struct Gradient {
  std::vector<double> input;
  std::vector<double> output;
};

/// What a full softmax computes on its way to the gradient, for who shows or tests it: the gradient
/// is made of these very numbers. Equation numbers of skip-gram, and of CBOW, of which the center
/// is the only output panel.
struct SoftmaxTrace {
  SoftmaxTrace() = default;
  /// Zeros, of so many panels.
  SoftmaxTrace(std::size_t d, std::size_t v, std::size_t c)
      : hidden(d),
        scores(v),
        predictions(v),
        truths(v),
        panel_errors(c * v),
        errors(v),
        hidden_error(d) {}

  std::vector<double> hidden;        // h, D: eq. (24); (17), (18)
  std::vector<double> scores;        // u_j, V: eq. (26); (2)
  std::vector<double> predictions;   // y_j, V: eq. (25); (3)
  std::vector<double> truths;        // n_j = sum_c t_{c,j}, V
  std::vector<double> panel_errors;  // e_{c,j}, row-major C x V: eq. (30); (8)
  std::vector<double> errors;        // EI_j, V: eq. (31); e_j itself
  std::vector<double> hidden_error;  // EH, D: eq. (36); (12)
};

// Full softmax skip-gram, Rong eqs. (24)-(36): one center, its C context words as outputs. Where a
// trace is given, it becomes what was computed from the old W and W'.
double full_softmax_loss(const Model& model, std::uint32_t center,
                         std::span<const std::uint32_t> context);
Gradient full_softmax_gradient(const Model& model, std::uint32_t center,
                               std::span<const std::uint32_t> context,
                               SoftmaxTrace* trace = nullptr);
/// One gradient step; returns the loss before it.
double full_softmax_step(Model& model, std::uint32_t center, std::span<const std::uint32_t> context,
                         double alpha, SoftmaxTrace* trace = nullptr);

/// A center and its context words.
struct SoftmaxExample {
  std::uint32_t center;
  std::vector<std::uint32_t> context;
};
/// Steps for centers, all distinct, one after the other, but with products over the old W' alone:
/// what a step finds changed by those before is made up for. With EI_a of eq. (31) and h_a,
///
///     u_b  = W'_0 h_b - alpha sum_{a<b} (h_a.h_b) EI_a
///     EH_b = W'_0^T EI_b - alpha sum_{a<b} (EI_a.EI_b) h_a
///     W'   = W'_0 - alpha sum_b EI_b h_b^T
///
/// Returns the sum of the losses, each before its own step.
double full_softmax_exact_steps(Model& model, std::span<const SoftmaxExample> examples,
                                double alpha);

// Full softmax CBOW, Rong eqs. (17)-(23): the mean of the context rows in, the center out.
double cbow_softmax_loss(const Model& model, std::uint32_t center,
                         std::span<const std::uint32_t> context);
Gradient cbow_softmax_gradient(const Model& model, std::uint32_t center,
                               std::span<const std::uint32_t> context,
                               SoftmaxTrace* trace = nullptr);
/// One gradient step, in which a context row gets EH / C; returns the loss before it.
double cbow_softmax_step(Model& model, std::uint32_t center, std::span<const std::uint32_t> context,
                         double alpha, SoftmaxTrace* trace = nullptr);

/// What logistic outputs compute on their way, of U hidden vectors and M output rows.
struct LogisticTrace {
  std::vector<double> hidden;        // h, U x D
  std::vector<double> scores;        // v'_m . h_u, U x M
  std::vector<double> predictions;   // sigmoid of the score, U x M
  std::vector<double> errors;        // N sigmoid - A, U x M: eq. (57); of the tree's nodes eq. (48)
  std::vector<double> hidden_error;  // EH, U x D: eq. (61); (54)
};

// A block of logistic outputs, Rong eqs. (55)-(61): every pair (u, m) of an input row and an output
// row, positives A and trials N row-major U x M. E = sum N log(1 + exp(s)) - A s, s = v'_m . v_u.
// A row may stand several times: its gradients add up.
struct LogisticPairs {
  std::span<const std::uint32_t> inputs;   // U rows of W
  std::span<const std::uint32_t> outputs;  // M rows of W'
  std::span<const double> positives;       // A
  std::span<const double> trials;          // N
};
double logistic_loss(const Model& model, const LogisticPairs& pairs);
Gradient logistic_gradient(const Model& model, const LogisticPairs& pairs,
                           LogisticTrace* trace = nullptr);
/// One gradient step; returns the loss before it.
double logistic_step(Model& model, const LogisticPairs& pairs, double alpha,
                     LogisticTrace* trace = nullptr);

// CBOW with logistic outputs, Rong eqs. (17)-(23) with (55)-(61): hidden vector b is the mean of
// the rows contexts[b] of W, and A and N are row-major contexts.size() x M.
struct CbowPairs {
  std::span<const std::vector<std::uint32_t>> contexts;
  std::span<const std::uint32_t> outputs;
  std::span<const double> positives;
  std::span<const double> trials;
};
double cbow_loss(const Model& model, const CbowPairs& pairs);
Gradient cbow_gradient(const Model& model, const CbowPairs& pairs, LogisticTrace* trace = nullptr);
/// One gradient step; returns the loss before it. Where `undivided`, a context row gets the whole
/// hidden error, C times its gradient, as word2vec.c:490 does.
double cbow_step(Model& model, const CbowPairs& pairs, double alpha, bool undivided,
                 LogisticTrace* trace = nullptr);

}  // namespace hogvec::reference
