// t-SNE by scikit-learn, in a Python process of its own: the programs need no Python otherwise.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/query/nearest.hpp"
#include "tools/map/plane.hpp"

namespace hogvec::tools {

/// The version of the scikit-learn that this Python has; empty where there is no such program, or
/// it has none.
std::string scikit_learn_version(const std::string& python);

/// How many neighbors of a word it wants at this perplexity: three times as many, and one.
std::size_t tsne_neighbors(double perplexity, std::size_t words) noexcept;

/// Barnes-Hut t-SNE of words of which nearest[k] has the tsne_neighbors() nearest, the nearest
/// first, or more; distances are those of vectors of length 1, sqrt(2 - 2 cosine). It begins where
/// `start` says, which start_of() makes. On one thread, since sums that threads share depend on
/// which comes first; so the same arguments give the same points. Errors: what Python says, in one
/// line; no room for temporary files.
std::vector<Point> tsne(const std::vector<std::vector<Neighbor>>& nearest,
                        const std::vector<Point>& start, double perplexity,
                        const std::string& python);

}  // namespace hogvec::tools
