#include "tools/map/map_quality.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>

#include "engine/query/row_search.hpp"
#include "engine/workers.hpp"

namespace hogvec::tools {

namespace {

constexpr std::size_t kNeighbors = 12;

/// The words in an order of chance, as many as are asked.
std::vector<std::size_t> sample(std::size_t words, std::size_t most, std::size_t seed) {
  std::vector<std::size_t> rows(words);
  std::iota(rows.begin(), rows.end(), 0);
  if (words <= most) return rows;
  for (std::size_t k = 0; k < most; ++k) {
    std::swap(rows[k], rows[k + chance(seed, k) % (words - k)]);
  }
  rows.resize(most);
  std::sort(rows.begin(), rows.end());
  return rows;
}

/// Distances of a word to all, in one of the two spaces, whatever their unit: the word's own is the
/// largest there is, so that it is nobody's neighbor.
using Distances = std::vector<float>;

bool nearer(const Distances& distances, std::uint32_t a, std::uint32_t b) noexcept {
  return distances[a] != distances[b] ? distances[a] < distances[b] : a < b;
}

/// The k nearest: most words are farther than the k-th so far, and are seen once.
std::vector<std::uint32_t> nearest(const Distances& distances, std::size_t k) {
  std::vector<std::uint32_t> best(k);  // the nearest first
  std::iota(best.begin(), best.end(), 0);
  const auto order = [&](std::uint32_t a, std::uint32_t b) { return nearer(distances, a, b); };
  std::sort(best.begin(), best.end(), order);
  for (auto word = static_cast<std::uint32_t>(k); word < distances.size(); ++word) {
    if (!(distances[word] < distances[best.back()])) continue;  // equal: the lower row stays
    best.pop_back();
    best.insert(std::upper_bound(best.begin(), best.end(), word, order), word);
  }
  return best;
}

/// How many are at least as near as this one, itself among them: 1 is the nearest.
std::size_t rank(const Distances& distances, std::uint32_t word) noexcept {
  const float limit = distances[word];
  std::size_t closer = 0;
  for (const float distance : distances) closer += distance < limit;
  for (std::uint32_t other = 0; other <= word; ++other) closer += distances[other] == limit;
  return closer;
}

/// The sum of rank - k over those that are near in one space and not in the other.
std::uint64_t excess(const std::vector<std::uint32_t>& near, const Distances& other,
                     std::size_t k) noexcept {
  std::uint64_t sum = 0;
  for (const std::uint32_t word : near) {
    const std::size_t found = rank(other, word);
    if (found > k) sum += found - k;
  }
  return sum;
}

struct Sums {
  std::uint64_t trust = 0;
  std::uint64_t continuity = 0;
};

Sums sums_of_word(std::size_t row, const float* cosines, const std::vector<Point>& points,
                  std::size_t k) {
  Distances by_cosine(points.size());
  Distances in_plane(points.size());
  for (std::size_t j = 0; j < points.size(); ++j) {
    const double x = points[j][0] - points[row][0];
    const double y = points[j][1] - points[row][1];
    by_cosine[j] = -cosines[j];
    in_plane[j] = static_cast<float>(x * x + y * y);
  }
  constexpr float kFarthest = std::numeric_limits<float>::infinity();
  by_cosine[row] = in_plane[row] = kFarthest;
  const auto near_in_plane = nearest(in_plane, k);
  const auto near_by_cosine = nearest(by_cosine, k);
  return {excess(near_in_plane, by_cosine, k), excess(near_by_cosine, in_plane, k)};
}

}  // namespace

std::optional<MapQuality> map_quality(ConstMatrixView unit, const std::vector<Point>& points,
                                      std::size_t most, std::size_t seed, int threads) {
  const std::size_t words = points.size();
  if (words < 3) return std::nullopt;
  MapQuality quality;
  quality.neighbors = std::min(kNeighbors, (words - 1) / 2);
  const std::vector<std::size_t> rows = sample(words, most, seed);
  quality.asked = rows.size();

  constexpr std::size_t kTogether = 32;  // a product of matrices, and no memory to speak of
  const std::size_t tasks = (rows.size() + kTogether - 1) / kTogether;
  std::vector<Sums> sums(tasks);
  for_each_index(threads, tasks, [&](std::size_t task, int) {
    const std::size_t first = task * kTogether;
    const std::size_t count = std::min(kTogether, rows.size() - first);
    std::vector<float> queries(count * unit.dim());
    for (std::size_t k = 0; k < count; ++k) {
      std::copy_n(unit.row(rows[first + k]), unit.dim(), queries.data() + k * unit.dim());
    }
    std::vector<float> cosines(count * words);
    cosines_of_rows(
        {unit, RowSelection::range(0, words), {queries.data(), count, unit.dim(), unit.dim()}, 1},
        cosines.data());
    for (std::size_t k = 0; k < count; ++k) {
      const Sums of_word =
          sums_of_word(rows[first + k], cosines.data() + k * words, points, quality.neighbors);
      sums[task].trust += of_word.trust;
      sums[task].continuity += of_word.continuity;
    }
  });
  const auto n = static_cast<double>(words);
  const auto k = static_cast<double>(quality.neighbors);
  const double scale = 2 / (static_cast<double>(rows.size()) * k * (2 * n - 3 * k - 1));
  Sums all;
  for (const Sums& part : sums) {
    all.trust += part.trust;
    all.continuity += part.continuity;
  }
  quality.trustworthiness = 1 - scale * static_cast<double>(all.trust);
  quality.continuity = 1 - scale * static_cast<double>(all.continuity);
  return quality;
}

}  // namespace hogvec::tools
