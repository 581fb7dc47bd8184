// What the model must be told of this machine, measured on one and two of its cores: the touches of
// recorded workers are done again, with real kernels on other memory.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "bench/scaling/replay.hpp"
#include "bench/scaling/simulate.hpp"
#include "bench/scaling/touches.hpp"
#include "engine/model/matrix.hpp"

namespace hogvec::bench {

/// What the kernels of one worker take where all rows lie in the second-level cache.
class WorkProbe {
 public:
  explicit WorkProbe(const Workers& workers);

  /// Without `word`. A twentieth of a second for each kind of call.
  WorkCosts measure();

 private:
  /// The calls of one kind, on few rows.
  struct Part {
    Touches touches;
    double units = 0;
    std::unique_ptr<Replay> replay;
  };
  Part part_of(const Touches& touches, bool logistic);
  static double measure(Part& part);

  Matrix rows_;
  std::size_t dim_;
  std::unique_ptr<Part> pairs_;
  std::unique_ptr<Part> others_;
};

/// What a worker takes where its rows lie as those of a run do.
class RowsProbe {
 public:
  /// The workers must outlive it; the first is measured.
  explicit RowsProbe(const Workers& workers);

  /// Nanoseconds for a word of the text, without what is done beside kernels.
  double measure();

 private:
  const Touches& touches_;
  Matrix rows_;
  Replay replay_;
};

/// What lines cost that the other of two cores has written.
struct PassedLines {
  double round_trip = 0;  // nanoseconds between the cores; 0: not measured
  // Nanoseconds that a worker loses for each line:
  double fetched = 0;  // asked for a block before it is used
  double late = 0;     // not asked for
};

/// Lines that two cores pass to each other, by themselves: two threads train blocks of as many rows
/// as fit into second-level caches, and take each other's every time. A host may move the cores
/// of a guest, together and apart again within a second: what is measured counts for cores as far
/// apart as they were before and after it.
class PassProbe {
 public:
  /// Errors: Error, where this process has one core.
  explicit PassProbe(std::size_t dim);

  /// Once more, some hundred milliseconds.
  void measure();

  /// By the best of all measurements: where the cores had a cache in common, and where they had
  /// not.
  PassedLines near() const { return lines(near_); }
  PassedLines far() const { return lines(far_); }

 private:
  /// Nanoseconds for all blocks on rows that the other core has had: which are asked for, and are
  /// not.
  struct Times {
    double round_trip = 0;
    double fetched = 0;
    double late = 0;
  };
  /// The lower quartile of many times for all blocks; `swapped`: on the rows that the other core
  /// had the last time, else always on the same.
  double time_pass(bool ahead, bool swapped);
  PassedLines lines(const Times& times) const;

  std::vector<int> cpus_;
  Touches touches_;
  std::size_t blocks_;
  Matrix rows_;
  double own_ = 0;
  Times near_;
  Times far_;
};

/// What a line costs, put together from how much longer a word of one worker takes than computed,
/// whose lines come as `counted`, and from what is passed. What was not measured between cores of
/// one distance is that of the other, at its round trip.
LineCosts line_costs(double longer, const Prediction& counted, const PassedLines& measured_near,
                     const PassedLines& measured_far);

/// The same on a machine whose cores are so far apart, within a domain and between two.
LineCosts scaled(const LineCosts& costs, double near, double far);

/// Of this machine's first core; what the system does not tell is 1 MiB and 32 MiB.
CacheSizes cache_sizes();

}  // namespace hogvec::bench
