// How the vectors of a map come to lie in a plane.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tools/map/map_data.hpp"

namespace hogvec::tools {

enum class Projection { kPca, kTsne };

struct ProjectionSettings {
  Projection projection = Projection::kPca;
  double perplexity = 30;  // of t-SNE
  std::size_t seed = 1;
  std::string python;
  std::string library;  // version of scikit-learn
  int threads = 1;
};

/// Below so many words a neighborhood means nothing to t-SNE.
inline constexpr std::size_t kFewestForTsne = 10;

/// The perplexity that so many words allow: a third of the others at most.
double possible_perplexity(double wanted, std::size_t words) noexcept;

/// Fills `points` of all models, the second's to be compared with the first's: with t-SNE it begins
/// where the first ended; then it is laid onto the first. Says in data.projection what was done.
/// `nearest` must have what t-SNE needs. Errors: those of tsne().
void project(MapData& data, const ProjectionSettings& settings);

}  // namespace hogvec::tools
