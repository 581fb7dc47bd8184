// How long a run with the full softmax will take, measured before it begins.
#pragma once

#include "engine/corpus/corpus.hpp"
#include "engine/train/trainer.hpp"

namespace hogvec {

struct TimeEstimate {
  double centers = 0;             // of an epoch: words that sub-sampling is expected to keep
  double centers_per_second = 0;  // by all threads
  double seconds = 0;             // of all epochs
};

/// Times both sweeps of the full softmax over the real W', with the run's batch and threads, for
/// about 50 ms and B * V * 4 bytes. The step is 0: no byte of the model changes. What a center
/// costs beside the sweeps is left out, so a vocabulary of some hundred words takes longer.
/// Errors: std::bad_alloc.
TimeEstimate estimate_full_softmax(const Corpus& corpus, const TrainSettings& settings,
                                   const Model& model);

}  // namespace hogvec
