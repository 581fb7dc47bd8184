// How far a picture can be trusted: a plane cannot show what is near to what among many dimensions.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "io/matrix_view.hpp"
#include "tools/map/plane.hpp"

namespace hogvec::tools {

/// Trustworthiness and continuity of Venna and Kaski (Neural Networks 19, 2006), of the `neighbors`
/// nearest: with r(i, j) the rank of j among the words nearest to i by cosine, trustworthiness is
/// 1 - 2 / (n k (2n - 3k - 1)) times the sum of r(i, j) - k over those of the k nearest in the
/// picture that are not among the k nearest by cosine; continuity the same with both exchanged. 1
/// is the best; places by chance come to about 0.5.
struct MapQuality {
  double trustworthiness = 0;
  double continuity = 0;
  std::size_t neighbors = 0;  // k: 12, or fewer than half of the words
  std::size_t asked = 0;      // words i that were summed over; ranks are always among all
};

/// Of rows of length 1 and their points. Sums over all words, or over `most` that `seed` chooses
/// where there are more, so that it is an estimate then. Ties go to the lower row. None below three
/// words. The same figures with any number of threads.
std::optional<MapQuality> map_quality(ConstMatrixView unit, const std::vector<Point>& points,
                                      std::size_t most, std::size_t seed, int threads);

}  // namespace hogvec::tools
