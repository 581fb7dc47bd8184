// A run of word2vec between its first chunk and its last: what is shown of it, what is kept of it,
// and what stops it.
#pragma once

#include <string>

#include "engine/corpus/corpus.hpp"
#include "engine/model/stored_model.hpp"
#include "engine/ranks.hpp"
#include "engine/train/likelihood/held_out.hpp"
#include "engine/train/run.hpp"
#include "tools/options.hpp"
#include "tools/report.hpp"
#include "tools/run_follower.hpp"
#include "tools/watched_words.hpp"

namespace hogvec::tools {

/// What a run works with. Where it is kept in no file, `stored` is none.
struct TrainingJob {
  const Corpus& corpus;
  const TrainPlan& plan;
  const Word2vecOptions& options;
  const Model& model;
  Run& run;
  Ranks& ranks;
  StoredModel* stored;          // of the first rank
  const HeldOutText* held_out;  // none: not asked for; of the first rank
  std::string to_go_on;         // "go on with: ..."; empty where nothing is kept
  RunFollower* follower;        // none: nobody looks at the run; of the first rank
  WatchedWords* watched;        // of it
};

/// How a run has ended: by itself, or by a signal.
struct TrainingEnd {
  RunEnd end;
  int signal;              // 0: none
  std::string not_stored;  // why the stored model could not be made lasting; empty: it is
};

/// Trains to the end, or until a signal comes. Shows progress, takes the held-out loss after every
/// epoch, makes the stored model lasting now and then, keeps copies of it at epochs' ends, and says
/// in it how the run has ended. A signal that comes behind the last chunk ends nothing. Fills the
/// report.
TrainingEnd train(const TrainingJob& job, RunReport& report);

/// After so many epochs, whose numbers it divides, the words of a run that is followed are looked
/// at: after each, but where these are many or so short that the threads would do little but wait
/// for each other. Of all ranks the same.
std::size_t epochs_between_looks(const Schedule& schedule, const TrainPlan& plan);

/// Where the state of an epoch's end is kept, counted from 1.
std::string epoch_copy(const std::string& model, std::size_t epoch);

}  // namespace hogvec::tools
