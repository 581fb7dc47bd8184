// Principal component analysis, as far as a picture needs it.
#pragma once

#include <vector>

#include "io/matrix_view.hpp"
#include "tools/map/plane.hpp"

namespace hogvec::tools {

struct PrincipalPlane {
  std::vector<Point> points;  // rows minus their mean, along the first and the second component
  double kept = 0;            // share of the variance that these two have; 1 where there is none
};

/// Of finite rows, one or more. Sums are in double, in an order that does not depend on `threads`.
/// Of each component the value of the largest size is positive, the first where there are several;
/// rows of one value have 0 along the second.
PrincipalPlane principal_plane(ConstMatrixView rows, int threads);

}  // namespace hogvec::tools
