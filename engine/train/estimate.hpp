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

/// Lets the run's workers train its text with a step of 0 for about 50 ms, or for two batches where
/// that is longer: no value of the model changes. In all modes, with what a run allocates. Batches
/// that will be trained in parts (softmax/steadiness.hpp) are not foreseen.
/// Errors: std::bad_alloc.
TimeEstimate estimate_full_softmax(const Corpus& corpus, const TrainSettings& settings,
                                   const Model& model);

}  // namespace hogvec
