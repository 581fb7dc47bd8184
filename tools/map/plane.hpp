// Points of a plane: where a map shows words.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace hogvec::tools {

using Point = std::array<double, 2>;

/// The mean of the points becomes (0, 0), and then they are turned, mirrored where that is better,
/// and scaled to the size of `onto` (the same root mean square distance from the mean), so that the
/// sum of the squares of the distances between points of the same number is least among such moves
/// (orthogonal Procrustes). The mean of `onto` is taken for (0, 0) too. As many points in both.
void lay_onto(std::vector<Point>& points, const std::vector<Point>& onto);

/// A start for t-SNE: of mean (0, 0), the first coordinate of a standard deviation of 1e-4, and
/// every point a hundredth of that from where it was, in a direction that `seed` chooses; so points
/// that were equal are no longer.
std::vector<Point> start_of(const std::vector<Point>& points, std::size_t seed);

/// Numbers of 64 bits that look like chance: the k-th of a seed (SplitMix64).
std::size_t chance(std::size_t seed, std::size_t k) noexcept;

}  // namespace hogvec::tools
