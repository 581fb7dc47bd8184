// How fast workers are who touch the same rows: their touches run through the model of the caches,
// with what each way of a line costs.
#pragma once

#include <array>
#include <cstddef>

#include "bench/scaling/caches.hpp"
#include "bench/scaling/touches.hpp"

namespace hogvec::bench {

/// Nanoseconds for a line, beside what is computed meanwhile.
struct LineCosts {
  std::array<double, kWays> fetched{};  // of one that was asked for a block before it is used
  std::array<double, kWays> late{};     // of one that had to come when it was used
  std::array<double, kWays> latency{};  // from when it is asked for until it is there
  // Of a line between two cores, of which the above are:
  double near_round_trip = 0;  // in one domain
  double far_round_trip = 0;   // in two
};

struct Machine {
  std::size_t domains = 1;  // groups of cores with a common L3
  CacheSizes caches;
  LineCosts costs;
  double memory_bandwidth = 0;  // bytes/s that a domain can read; 0: as many as it wants
};

/// What one worker computes, in nanoseconds.
struct WorkCosts {
  double word = 0;  // of the text: drawing, gathering
  double pair = 0;  // of an input and an output row of a logistic block
  double row = 0;   // of any other call
};

/// Nanoseconds for a word of the text, with all rows in the cache.
double computing_of_word(const WorkCosts& work, const Touches& touches);

struct Prediction {
  double words_per_second = 0;
  /// Transfers of lines for each word of the text, by kind: of those that were asked for a block
  /// before, and of those that had to come when they were used.
  std::array<double, kWays> fetched{};
  std::array<double, kWays> late{};
  /// Shares of the time: of computing, of each kind of transfer, and of waiting for a line that
  /// others are passing.
  double computing = 0;
  std::array<double, kWays> moving{};
  double waiting = 0;
};

/// Worker w is on core w of a machine with as many cores, spread evenly over its domains. Of the
/// matrices the L3s hold the most frequent rows at the start.
Prediction simulate(const Machine& machine, const WorkCosts& work, const Workers& workers);

}  // namespace hogvec::bench
