// A run that ranks share, whichever way.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "engine/cluster/row_exchange.hpp"
#include "engine/ranks.hpp"
#include "engine/train/run.hpp"

namespace hogvec {

/// How often ranks with a model each tell each other of what they have trained.
struct ExchangeWishes {
  std::uint64_t words = 0;  // of the text, by all ranks, between two exchanges; 0: what is best
  double seconds = 0;       // or so many seconds; 0: by words
};

/// What exchanges came to, on this rank.
struct ExchangeReport {
  ExchangeTotals totals;
  double waited = 0;  // seconds of its workers, as a mean, for slower ranks
};

/// Every rank has one, and calls the same functions: all come to the same end.
class SharedRun : public Run {
 public:
  /// From now on run() of all ranks comes back, to be gone on with, where this, asked now and then
  /// on the first rank, by a thread of the run, says so.
  void pause_when(std::function<bool()> pause) { pause_ = std::move(pause); }

  /// Of the whole run, when run() has come back: so are all that Run tells, but for the progress
  /// and the schedule, which are this rank's.
  virtual const PositionRecord& position() const noexcept = 0;
  /// None where no rows are exchanged.
  virtual std::optional<ExchangeReport> report() const = 0;

 protected:
  bool wants_pause() const { return pause_ && pause_(); }

 private:
  std::function<bool()> pause_;
};

/// The run of a plan. Full softmax: ranks have a part of W' each, and `mine` is the whole text;
/// else a model each, and a part of the text. `model` has the values that the first rank begins
/// with and, whenever run() has come back, what was trained: on the first rank, which changes it at
/// no other time where it lies in a file. Errors: those of both.
std::unique_ptr<SharedRun> share_run(Ranks& ranks, const ChunkPlan& chunks, CorpusView mine,
                                     const TrainPlan& plan, const RunTables& tables,
                                     const Model& model, bool in_file, const PositionRecord& start,
                                     const Placement& placement, const ExchangeWishes& wishes);

/// What one rank has found, on all: the first one's that has found some.
std::optional<Divergence> divergence_of_all(Ranks& ranks, const std::optional<Divergence>& mine);

}  // namespace hogvec
