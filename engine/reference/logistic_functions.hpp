// The functions of logistic outputs in double.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "engine/reference/reference.hpp"

namespace hogvec::reference {

/// log(1 + exp(s)) = -log sigmoid(-s); only exp of what is not positive, so nothing overflows.
inline double softplus(double s) { return std::max(s, 0.0) + std::log1p(std::exp(-std::abs(s))); }

inline double sigmoid(double s) {
  const double e = std::exp(-std::abs(s));
  return (s < 0.0 ? e : 1.0) / (1.0 + e);
}

/// A trace, where there is one, of so many hidden vectors, output rows and values a row.
inline void begin_trace(LogisticTrace* trace, std::size_t u, std::size_t m, std::size_t dim) {
  if (trace == nullptr) return;
  for (auto* values : {&trace->scores, &trace->predictions, &trace->errors}) {
    values->assign(u * m, 0.0);
  }
  for (auto* values : {&trace->hidden, &trace->hidden_error}) values->assign(u * dim, 0.0);
}

/// What a pair, of its number, is.
inline void trace_pair(LogisticTrace* trace, std::size_t pair, double s, double e) {
  if (trace == nullptr) return;
  trace->scores[pair] = s;
  trace->predictions[pair] = sigmoid(s);
  trace->errors[pair] = e;
}

/// h and EH of hidden vector u, of so many values.
inline void trace_hidden(LogisticTrace* trace, std::size_t u, std::size_t dim, const double* h,
                         const double* eh) {
  if (trace == nullptr) return;
  std::copy_n(h, dim, trace->hidden.data() + u * dim);
  std::copy_n(eh, dim, trace->hidden_error.data() + u * dim);
}

}  // namespace hogvec::reference
