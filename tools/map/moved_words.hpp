// Which words have other neighbors in another model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/query/nearest.hpp"

namespace hogvec::tools {

/// A word has moved as far as it has lost its neighbors: how many of its `neighbors` nearest are
/// the same in both. Turning one of the spaces, by which two runs of one training differ, or
/// scaling it, changes nothing of that.
struct MovedWords {
  std::size_t neighbors = 0;           // 50, or a tenth of the words where that is fewer
  std::vector<std::uint32_t> kept;     // of every word
  std::vector<std::uint32_t> by_loss;  // all words, those that kept the fewest first
};

/// As many as moved_words() wants of each word; less than `words`, but 1 where that is 1.
std::size_t moved_neighbors(std::size_t words) noexcept;

/// nearest[k]: at least moved_neighbors() words, or all others, nearest to word k, in each model.
/// Ties are in the order of the words.
MovedWords moved_words(const std::vector<std::vector<Neighbor>>& first,
                       const std::vector<std::vector<Neighbor>>& second);

}  // namespace hogvec::tools
