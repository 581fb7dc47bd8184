// What a training run is asked to do.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hogvec {

/// Which rows of W go in: those of a center's context words, or their mean as one hidden vector.
enum class Architecture { kSkipGram, kCbow };

/// What a context row of CBOW gets of the hidden error.
enum class CbowGradient {
  kDefault,    // kUndivided of logistic outputs, kPaper of the full softmax
  kUndivided,  // all of it, C times the gradient (word2vec.c:490), for which alpha 0.05 is chosen
  kPaper,      // 1/C of it, Rong eq. (23)
};

/// How the threads of the full softmax share W'.
enum class SoftmaxThreads {
  kOwner,    // each has its rows of W', and all work on one batch: the same bytes whatever their
             // number
  kHogwild,  // each has its batch, and all update all of W' without locks
};

/// The reference's defaults, for skip-gram. What comes out is logistic, by negative samples, by the
/// Huffman tree or by both, or the softmax over the whole vocabulary alone.
struct TrainSettings {
  Architecture architecture = Architecture::kSkipGram;
  bool hierarchical_softmax = false;
  bool full_softmax = false;
  std::size_t negatives = 5;      // K, noise words of a center; 0: none
  std::size_t block_centers = 0;  // consecutive centers that are trained at once; 0: what is best
  std::size_t noise_rows = 0;     // R, noise words that a block shares, each counted K / R; 0: best
  std::size_t softmax_batch = 0;  // B, centers that share one sweep over W'; 0: what is best
  bool softmax_exact = false;     // a batch comes to the result of one center at a time
  SoftmaxThreads softmax_threads = SoftmaxThreads::kOwner;
  CbowGradient cbow_gradient = CbowGradient::kDefault;

  std::size_t dim = 100;      // D, length of a vector
  std::size_t window = 5;     // words to each side at most; each center draws 1..window
  double subsampling = 1e-3;  // t; 0: keep every word
  std::size_t epochs = 5;
  double alpha = 0.025;  // learning rate at the start, eta in the paper
  std::uint64_t seed = 1;
  int threads = 1;
};

/// Learning rate for settings.alpha that suits the others: the reference's (word2vec.c:695), but of
/// CBOW with the full softmax and the paper's gradient, which that would hardly train, 0.2.
double default_alpha(const TrainSettings& settings) noexcept;

/// The number of centers that a block really has: settings.block_centers, or what it stands for.
std::size_t block_centers(const TrainSettings& settings) noexcept;

/// How many input rows of a block are trained at once, the others after them.
std::size_t rows_at_once(const TrainSettings& settings) noexcept;

/// The number of noise words that a block really has: settings.noise_rows, or what it stands for.
std::size_t noise_rows(const TrainSettings& settings) noexcept;

/// B that a run really has: settings.softmax_batch, or what it stands for. An exact run of CBOW
/// trains one center at a time, because neighboring centers share context rows.
std::size_t softmax_batch(const TrainSettings& settings) noexcept;

/// kUndivided or kPaper: settings.cbow_gradient, or what it stands for.
CbowGradient cbow_gradient(const TrainSettings& settings) noexcept;

/// How many workers take chunks of the text. With kOwner there is one, whose threads share W'.
int chunk_workers(const TrainSettings& settings) noexcept;

/// Errors: Error, where a setting is out of its range or contradicts another.
void check(const TrainSettings& settings);

}  // namespace hogvec
