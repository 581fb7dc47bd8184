// What a training run is asked to do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace hogvec {

/// The reference's longest sentence (MAX_SENTENCE_LENGTH, word2vec.c:23).
inline constexpr std::size_t kSentenceWords = 1'000;

/// Which rows of W go in: those of a center's context words, or their mean as one hidden vector.
enum class Architecture { kSkipGram, kCbow };

/// What a context row of CBOW gets of the hidden error.
enum class CbowGradient {
  kUndivided,  // all of it, C times the gradient (word2vec.c:490), for which alpha 0.05 is chosen
  kPaper,      // 1/C of it, Rong eq. (23)
};

/// How the threads of the full softmax share W'.
enum class SoftmaxThreads {
  kOwner,    // each has its rows of W', and all work on one batch: the same bytes whatever their
             // number
  kHogwild,  // each has its batch, and all update all of W' without locks
};

/// What the products of the full softmax take. W, W', Z, losses and all sums are single in either.
enum class SoftmaxPrecision {
  kFp32,
  kBf16,  // a number's upper half, rounded: faster where the processor has such products
};

/// The reference's defaults, for skip-gram. What comes out is logistic, by negative samples, by the
/// Huffman tree or by both, or the softmax over the whole vocabulary alone. A 0, or nothing, where
/// it stands for what is best, becomes a value in TrainPlan.
struct TrainSettings {
  Architecture architecture = Architecture::kSkipGram;
  bool hierarchical_softmax = false;
  bool full_softmax = false;
  std::size_t negatives = 5;      // K, noise words of a center; 0: none
  std::size_t block_centers = 0;  // consecutive centers that are trained at once; 0: what is best
  std::size_t noise_rows = 0;     // R, noise words that a block shares, each counted K / R; 0: best
  std::size_t softmax_batch = 0;  // B, centers that share one visit of W'; 0: what is best
  bool softmax_exact = false;     // a batch comes to the result of one center at a time
  SoftmaxPrecision softmax_precision = SoftmaxPrecision::kFp32;
  SoftmaxThreads softmax_threads = SoftmaxThreads::kOwner;
  std::optional<CbowGradient> cbow_gradient{};  // none: kPaper of the full softmax, else kUndivided

  std::size_t dim = 100;       // D, length of a vector
  std::size_t window = 5;      // words to each side at most; 0: the whole sentence
  bool shrink_windows = true;  // each center draws 1..window; false: its window is whole, as of 0
  /// A longer sentence is cut, as one is where a chunk of the text ends in mid sentence; 0: only
  /// there.
  std::size_t sentence_words = kSentenceWords;
  double noise_power = 0.75;  // a noise word is drawn as often as its count to this power
  double subsampling = 1e-3;  // t; 0: keep every word
  std::size_t epochs = 5;
  double alpha = 0.025;  // learning rate at the start, eta in the paper
  double end_alpha = 0;  // what it falls towards
  std::uint64_t seed = 1;
  int threads = 1;
};

}  // namespace hogvec
