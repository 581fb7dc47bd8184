#include "tools/map/moved_words.hpp"

#include <algorithm>
#include <numeric>

namespace hogvec::tools {

namespace {

std::vector<std::size_t> first_rows(const std::vector<Neighbor>& neighbors, std::size_t count) {
  std::vector<std::size_t> rows;
  for (std::size_t k = 0; k < std::min(count, neighbors.size()); ++k) {
    rows.push_back(neighbors[k].row);
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace

std::size_t moved_neighbors(std::size_t words) noexcept {
  return std::clamp<std::size_t>(words / 10, 1, 50);
}

MovedWords moved_words(const std::vector<std::vector<Neighbor>>& first,
                       const std::vector<std::vector<Neighbor>>& second) {
  MovedWords moved;
  moved.neighbors = moved_neighbors(first.size());
  for (std::size_t k = 0; k < first.size(); ++k) {
    const auto a = first_rows(first[k], moved.neighbors);
    const auto b = first_rows(second[k], moved.neighbors);
    std::vector<std::size_t> both;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
    moved.kept.push_back(static_cast<std::uint32_t>(both.size()));
  }
  moved.by_loss.resize(first.size());
  std::iota(moved.by_loss.begin(), moved.by_loss.end(), 0);
  std::stable_sort(moved.by_loss.begin(), moved.by_loss.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return moved.kept[a] < moved.kept[b]; });
  return moved;
}

}  // namespace hogvec::tools
