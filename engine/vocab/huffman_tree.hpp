// The Huffman tree of a vocabulary: hierarchical softmax predicts a word by the turns on its path.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/vocab/vocabulary.hpp"

namespace hogvec {

/// Paths of all words through the V - 1 inner nodes, root first, with the reference's codes and
/// choices between equal counts (word2vec.c:206). Nodes are numbered by descending count, the root
/// 0, so that those at the top, which most paths share, lie together: the node that the reference
/// calls n is V - 2 - n here. Any depth. Immutable, so safe to share.
class HuffmanTree {
 public:
  /// A turn: at `node` the path of the word goes to the side `code`.
  class Step {
   public:
    Step(std::uint32_t node, bool code) : bits_(node << 1 | static_cast<std::uint32_t>(code)) {}
    std::uint32_t node() const noexcept { return bits_ >> 1; }
    bool code() const noexcept { return (bits_ & 1) != 0; }
    /// 1 where the code is 0: the turn is a positive example (word2vec.c:445). Without a branch,
    /// which would be mispredicted every other time.
    float label() const noexcept {
      return std::bit_cast<float>(std::bit_cast<std::uint32_t>(1.0f) & ((bits_ & 1) - 1));
    }
    bool operator==(const Step&) const = default;

   private:
    std::uint32_t bits_;
  };

  /// Errors: Error where the vocabulary has fewer than two entries or more than 2^31, or where
  /// counts of zero make the paths so long that they would fill the memory.
  explicit HuffmanTree(const Vocabulary& vocabulary);

  std::size_t inner_nodes() const noexcept { return begins_.size() - 2; }
  std::size_t longest_path() const noexcept { return longest_; }
  std::span<const Step> path(WordId word) const noexcept {
    return {steps_.data() + begins_[word], steps_.data() + begins_[word + 1]};
  }
  /// Brings where a word's path lies into the cache, and then the path itself: asked for at once,
  /// the second would wait for the first.
  void prefetch_place(WordId word) const noexcept { __builtin_prefetch(begins_.data() + word); }
  void prefetch_path(WordId word) const noexcept {
    const std::span<const Step> steps = path(word);
    __builtin_prefetch(&steps.front());
    __builtin_prefetch(&steps.back());  // in the next line, as a rule the last
  }

 private:
  std::vector<std::size_t> begins_;  // of each word's path in steps_, and the end
  std::vector<Step> steps_;
  std::size_t longest_ = 0;
};

}  // namespace hogvec
