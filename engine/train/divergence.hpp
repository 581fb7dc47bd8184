// Training whose values grow beyond all use: found while it runs, not in its output.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "engine/model/model.hpp"
#include "engine/train/chunk.hpp"
#include "engine/train/loss.hpp"
#include "engine/train/schedule.hpp"

namespace hogvec {

/// No row of a model that is of use is longer: a score of two rows a tenth of it long would be
/// 10,000, where the sigmoid is 1 from 18 on.
inline constexpr float kLongestRow = 1000;

/// What has grown too large, and when it was found.
struct Divergence {
  std::optional<WordId> word;  // whose row of W or W' it is
  bool node = false;           // it is the row of a node of the tree; else, without a word, a loss
  std::size_t epoch = 0;       // from 0 on
  double alpha = 0;            // of the chunk after which it was found

  /// What went wrong, with the name of the word, and what to do.
  std::string message(const Vocabulary& vocabulary) const;
};

/// Whether a chunk shows that training diverges: its loss is no number, or a row of W or W' is no
/// number or longer than kLongestRow. Looks at the most frequent rows and at a sample of the
/// chunk's own. What is rarer find_divergence() finds.
bool has_diverged(const Model& model, const ChunkSample& sample, const ChunkLoss& loss) noexcept;

/// Looks at all rows, by all threads. None where every row is sane.
std::optional<Divergence> find_divergence(const Model& model, int threads);

}  // namespace hogvec
