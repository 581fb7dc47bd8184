// How the changes that several ranks have made of one row become one change.
//
// A row that is trained t times goes, along any direction, the share 1 - exp(-a) of the way to
// where the rows that it meets want it: a = t * alpha * curvature there. n ranks that begin at the
// same place go that way each for itself, where one machine would have gone 1 - exp(-n a) of it. So
// the sum of their changes is multiplied by
//
//     f(a, n) = (1 - exp(-n a)) / (n (1 - exp(-a)))
//
// which is 1 where little is trained, and the sum is right, and 1 / n where every rank has come to
// the end of the way, and the mean is. The curvature is not the same in all directions: the rows on
// the other side have a large part in common, along which a row is led there soon, and with all
// rows at once; across it the way is a hundred times as long. A mean of whole rows forgets what
// each rank has learned of rare words, a sum goes beyond all bounds along the common part. So both
// parts of a change have a factor of their own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/model/model.hpp"
#include "engine/train/plan.hpp"
#include "engine/train/run_tables.hpp"
#include "engine/train/scratch.hpp"

namespace hogvec {

/// How often the rows of a matrix are trained.
struct RowTouches {
  std::vector<float> each;  // of each row, expected, for each word of the text
  double along = 0;   // pairs that one of them trains, as the common part of the row feels them
  double across = 0;  // and as the rest of it does
};

/// W, W' and the nodes of the tree; of what the plan does not train, none.
std::array<RowTouches, 3> expected_touches(const Vocabulary& vocabulary, const TrainPlan& plan,
                                           const RunTables& tables);

/// The rows on the other side, as the rows of one matrix meet them.
class OtherSide {
 public:
  OtherSide() = default;
  /// Looks at the most frequent of its rows, whose touches are `touches`, for rows that are touched
  /// as `met` says.
  OtherSide(ConstMatrixView rows, const RowTouches& touches, const RowTouches& met);

  /// Makes of `sum`, what so many ranks have changed in all, the one change: `steps` is how often
  /// each of them has touched the row, times alpha. `dim` values each; the sum is a padded row.
  void combine(const float* sum, std::uint32_t ranks, double steps, float* change) const noexcept;

 private:
  const simd::KernelTable* kernels_ = nullptr;
  std::size_t dim_ = 0;
  Scratch<float> common_;  // direction of their mean, of length 1, padded
  double along_ = 0;       // curvature of a step along it
  double across_ = 0;      // and in any other direction
};

}  // namespace hogvec
