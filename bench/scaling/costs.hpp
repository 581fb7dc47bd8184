// What the model must be told of this machine, measured on one and two of its cores: the touches of
// recorded workers are done again, with real kernels on other memory.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "bench/scaling/replay.hpp"
#include "bench/scaling/simulate.hpp"
#include "bench/scaling/touches.hpp"
#include "engine/model/matrix.hpp"

namespace hogvec::bench {

/// Touches of workers who share rows: of `rows` named rows the first are the matrices'.
struct Workers {
  std::vector<Touches> touches;
  std::size_t dim;
  std::size_t rows;
  std::vector<std::size_t> matrix_rows;

  std::size_t lines() const noexcept { return simd::padded(dim) * sizeof(float) / 64; }
};

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
    std::vector<Replay> replay;
  };
  Part part_of(const Touches& touches, bool logistic);
  static double measure(Part& part);

  Matrix rows_;
  std::size_t dim_;
  std::unique_ptr<Part> pairs_;
  std::unique_ptr<Part> others_;
};

/// What all workers take at once where the rows lie as those of a run do.
class RowsProbe {
 public:
  /// The workers must outlive it.
  explicit RowsProbe(const Workers& workers);

  /// Nanoseconds for a word of the text, without what is done beside kernels.
  double measure();

 private:
  const Workers& workers_;
  Matrix rows_;
  std::vector<Replay> replays_;
};

/// How much longer a word takes than computed from WorkCosts, and what the model says has come to
/// the core meanwhile.
struct Longer {
  double nanoseconds = 0;
  Prediction counted;
};

/// What a line costs, put together from what replays took longer: of one worker; and of two who
/// have all rows in place, and take them from each other seldom and often between a fetch and its
/// use. `round_trip` between the two cores.
LineCosts line_costs(const Longer& alone, const Longer& seldom, const Longer& often,
                     double round_trip);

/// The same on a machine whose cores are so far apart, within a domain and between two: what is
/// passed costs as much more or less as its round trip does.
LineCosts scaled(const LineCosts& costs, double round_trip, double near, double far);

/// Of this machine's first core; what the system does not tell is 1 MiB and 32 MiB.
CacheSizes cache_sizes();

}  // namespace hogvec::bench
