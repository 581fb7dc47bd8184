// Word classes: k-means over word vectors, as the reference clusters them (TrainModel of
// word2vec.c).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/model/matrix.hpp"

namespace hogvec {

/// The class, 0 to classes - 1, of every row of `vectors` after ten rounds of k-means. Row k starts
/// in class k % classes; a centroid is the mean of its rows scaled to length 1; a row goes to the
/// centroid with the largest dot product above -10, the first where there are several, and to class
/// 0 where there is none. A centroid without a direction (no rows, a sum of zero or beyond a float)
/// is never chosen. A row with a value that is infinite or not a number is of class 0 and moves no
/// centroid.
///
/// The same classes with any number of threads, and on every instruction set where dot products
/// neither overflow nor underflow.
///
/// Errors: Error where `classes` or `threads` is below 1; std::bad_alloc.
std::vector<std::uint32_t> kmeans_classes(ConstMatrixView vectors, std::size_t classes,
                                          int threads);

/// Bytes that kmeans_classes() takes beside the vectors. Errors: std::bad_alloc where the centroids
/// would pass 2^63.
std::size_t kmeans_memory(std::size_t rows, std::size_t dim, std::size_t classes, int threads);

}  // namespace hogvec
