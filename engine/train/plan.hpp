// What a training run does: its settings, with everything that stands for "what is best" resolved.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "engine/train/settings.hpp"

namespace hogvec {

/// What the trainers read; made once, by make_plan(). Every number is the one that counts.
struct TrainPlan {
  Architecture architecture;
  bool hierarchical_softmax;
  bool full_softmax;
  std::size_t negatives;  // K; 0: no noise words

  // Logistic outputs.
  std::size_t block_centers;  // consecutive centers that are trained at once
  std::size_t noise_rows;     // R, noise words that a block shares, each counted K / R
  std::size_t rows_at_once;   // input rows of a block that are trained at once, the others after

  // Full softmax.
  std::size_t softmax_batch;  // B, centers that share one visit of W'
  bool softmax_exact;         // such a batch comes to the result of one center at a time
  SoftmaxPrecision softmax_precision;
  SoftmaxThreads softmax_threads;

  CbowGradient cbow_gradient;
  std::size_t dim;             // D
  std::size_t window;          // words to each side at most
  bool shrink_windows;         // each center draws 1..window, else its window is whole
  std::size_t sentence_words;  // a longer sentence is cut
  double noise_power;
  double subsampling;  // t; 0: every word is kept
  std::size_t epochs;
  double alpha;      // at the start
  double end_alpha;  // what it falls towards
  std::uint64_t seed;
  int threads;

  bool cbow() const noexcept { return architecture == Architecture::kCbow; }
  /// Whether W' of words is trained, beside or instead of that of the tree's nodes.
  bool trains_output() const noexcept { return full_softmax || negatives > 0; }
  /// How many workers take chunks of the text. With kOwner there is one, whose threads share W'; of
  /// the full softmax with kHogwild there are four at most: each of them trains a whole batch from
  /// what the others have not yet finished, and more could only train shorter ones.
  int chunk_workers() const noexcept {
    if (!full_softmax) return threads;
    return softmax_threads == SoftmaxThreads::kOwner ? 1 : std::min(threads, kSoftmaxWorkers);
  }
  /// Threads that each of these workers has for itself.
  int team_threads() const noexcept {
    return full_softmax ? (threads + chunk_workers() - 1) / chunk_workers() : 1;
  }

 private:
  static constexpr int kSoftmaxWorkers = 4;
};

/// Up to here, where the reference's and our defaults lie, the steps of a block's pairs may be
/// summed without asking how far they go together: vectors are never long enough.
constexpr double safe_alpha(Architecture architecture) noexcept {
  return architecture == Architecture::kCbow ? 0.06 : 0.035;
}

/// Learning rate for settings.alpha that suits the others: the reference's (word2vec.c:695), but of
/// CBOW with the full softmax and the paper's gradient, which that would hardly train, 0.2.
double default_alpha(const TrainSettings& settings) noexcept;

/// Errors: Error, where a setting is out of its range or contradicts another.
void check(const TrainSettings& settings);

/// What settings stand for, whether they can be trained by or not.
TrainPlan resolve(const TrainSettings& settings) noexcept;

/// The same of settings that can. Errors: as check(settings).
TrainPlan make_plan(const TrainSettings& settings);

}  // namespace hogvec
