// Classes of words, by which a map is coloured.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "io/matrix_view.hpp"

namespace hogvec::tools {

/// Of k-means (kmeans_classes()) over rows of length 1.
struct WordClasses {
  std::vector<std::uint32_t> of;                  // every word
  std::vector<std::vector<std::size_t>> typical;  // of every class: the words nearest its mean
};

/// Errors: those of kmeans_classes().
WordClasses word_classes(ConstMatrixView unit, std::size_t classes, int threads);

}  // namespace hogvec::tools
