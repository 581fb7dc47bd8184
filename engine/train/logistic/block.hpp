// A block: consecutive centers that are trained at once, and the rows of W' that they train.
//
// A trainer is an architecture, which says what goes in, and an objective, which says what comes
// out; logistic_worker puts them together at compile time.
#pragma once

#include <cstdint>

#include "engine/train/chunk.hpp"
#include "engine/train/scratch.hpp"
#include "simd/kernels.hpp"

namespace hogvec {

/// Centers [begin, end) of one sentence, all distinct words.
struct Block {
  std::uint32_t begin;
  std::uint32_t end;
  Sentence sentence;

  std::size_t size() const noexcept { return end - begin; }
};

/// Whether the same word stands `repeat` places before, at most `distance` away; 0 means nowhere.
inline bool is_repeat(std::uint32_t repeat, std::uint32_t distance) noexcept {
  return repeat - 1 < distance;
}

/// The rows of W' of a block, each once, and what its centers want of them: how often row m is a
/// positive example of center c, and how often it is an example at all. Or it is known: the first
/// rows are one positive example of one center each, its own, and all others are noise of all
/// centers, in equal parts.
class OutputRows {
 public:
  OutputRows(std::size_t most_centers, std::size_t most_rows)
      : stride_(simd::padded(most_rows)),
        rows_(most_rows),
        positives_(most_centers * stride_),
        trials_(most_centers * stride_) {}

  /// `may_be_own`: who asks is content with rows of which only the rule is known.
  void clear(std::size_t centers, bool may_be_own = false) noexcept {
    centers_ = centers;
    size_ = 0;
    may_be_own_ = may_be_own;
    own_ = 0;
  }

  bool may_be_own() const noexcept { return may_be_own_; }
  /// The rule holds, and each noise row is so much of an example.
  void be_own(float noise_weight) noexcept {
    own_ = centers_;
    noise_weight_ = noise_weight;
  }
  /// How many of the first rows are a center's own; 0 where every center says what it wants.
  std::size_t own() const noexcept { return own_; }
  float noise_weight() const noexcept { return noise_weight_; }

  /// Adds a row and returns its number. Who adds it says what every center wants of it.
  std::size_t add(float* row) noexcept {
    rows_[size_] = row;
    return size_++;
  }

  std::size_t size() const noexcept { return size_; }
  std::size_t centers() const noexcept { return centers_; }
  float* const* rows() const noexcept { return rows_.data(); }
  /// Floats from one center's wishes to the next's.
  std::size_t stride() const noexcept { return stride_; }
  float* positives(std::size_t center) const noexcept {
    return positives_.data() + center * stride_;
  }
  float* trials(std::size_t center) const noexcept { return trials_.data() + center * stride_; }

 private:
  std::size_t size_ = 0;
  std::size_t centers_ = 0;
  std::size_t own_ = 0;
  bool may_be_own_ = false;
  float noise_weight_ = 0;
  std::size_t stride_;
  Scratch<float*> rows_;
  Scratch<float> positives_;
  Scratch<float> trials_;
};

/// A and N of a block, as a logistic block wants them: of own rows first, then of the others.
struct PairCounts {
  PairCounts(std::size_t most_inputs, std::size_t most_outputs)
      : positives(most_inputs * most_outputs + 2 * simd::kRowPadding),
        trials(most_inputs * most_outputs + 2 * simd::kRowPadding) {}

  Scratch<float> positives;
  Scratch<float> trials;
};

}  // namespace hogvec
