// Draws words from a fixed distribution in constant time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/vocab/vocabulary.hpp"

namespace hogvec {

/// Walker's alias method, exact to 2^-32; 8 bytes a word. Immutable, so safe to share.
class AliasSampler {
 public:
  /// Words 1 .. V-1 with probability proportional to count^power; index 0 is never drawn
  /// (word2vec.c:48 fills its table so). Errors: no word with a count besides index 0.
  AliasSampler(const Vocabulary& vocabulary, double power);

  /// out[i] from bits[2 i] and bits[2 i + 1]. All draws are independent of each other, so that
  /// their cache misses overlap.
  void draw(std::span<const std::uint32_t> bits, std::span<WordId> out) const noexcept {
    const std::uint64_t count = table_.size();
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::uint64_t column = bits[2 * i] * count >> 32;
      const Column& c = table_[column];
      // A mask, because the choice is random: a branch would be mispredicted every other time.
      const WordId own = WordId{0} - static_cast<WordId>(bits[2 * i + 1] < c.threshold);
      out[i] = (own & (static_cast<WordId>(column) + 1)) | (~own & c.alias);
    }
  }

  /// Probability of each word, index 0 first: for tests.
  std::vector<double> probabilities() const;

 private:
  struct Column {
    std::uint32_t threshold;  // of 2^32: below it the column's own word
    WordId alias;
  };
  std::vector<Column> table_;  // column k belongs to word k + 1
};

}  // namespace hogvec
