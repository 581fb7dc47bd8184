// What training minimises, summed.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace hogvec {

/// Loss over a chunk, or over several, how many examples it is the sum of, and, of the full
/// softmax, how many words were predicted there: sum of C.
struct ChunkLoss {
  double sum = 0;
  std::uint64_t examples = 0;
  std::uint64_t panels = 0;

  ChunkLoss& operator+=(const ChunkLoss& other) noexcept {
    sum += other.sum;
    examples += other.examples;
    panels += other.panels;
    return *this;
  }
};

/// Mean loss of an epoch that was trained, as in TrainResult.
struct EpochLoss {
  std::size_t epoch = 0;  // from 0 on
  double loss = 0;
  double perplexity = 0;  // full softmax only

  EpochLoss() = default;
  EpochLoss(std::size_t number, const ChunkLoss& total)
      : epoch(number),
        loss(mean(total.sum, total.examples)),
        perplexity(std::exp(mean(total.sum, total.panels))) {}

 private:
  static double mean(double sum, std::uint64_t count) noexcept {
    return count == 0 ? 0 : sum / static_cast<double>(count);
  }
};

}  // namespace hogvec
