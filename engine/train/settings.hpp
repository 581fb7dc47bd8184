// What a training run is asked to do.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hogvec {

enum class Objective { kNegativeSampling, kFullSoftmax };

/// The defaults are the reference's for skip-gram.
struct TrainSettings {
  Objective objective = Objective::kNegativeSampling;
  std::size_t dim = 100;           // D, length of a vector
  std::size_t window = 5;          // words to each side at most; each center draws 1..window
  double subsampling = 1e-3;       // t; 0: keep every word
  std::size_t negatives = 5;       // K, noise rows that a block of centers shares
  std::size_t block_centers = 4;   // consecutive centers that share their noise rows
  std::size_t softmax_batch = 32;  // B, centers that share one sweep over W'
  std::size_t epochs = 5;
  double alpha = 0.025;  // learning rate at the start, eta in the paper
  std::uint64_t seed = 1;
  int threads = 1;
};

/// Errors: Error, where a setting is out of its range.
void check(const TrainSettings& settings);

}  // namespace hogvec
