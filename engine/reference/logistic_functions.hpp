// The functions of logistic outputs in double.
#pragma once

#include <algorithm>
#include <cmath>

namespace hogvec::reference {

/// log(1 + exp(s)) = -log sigmoid(-s); only exp of what is not positive, so nothing overflows.
inline double softplus(double s) { return std::max(s, 0.0) + std::log1p(std::exp(-std::abs(s))); }

inline double sigmoid(double s) {
  const double e = std::exp(-std::abs(s));
  return (s < 0.0 ? e : 1.0) / (1.0 + e);
}

}  // namespace hogvec::reference
