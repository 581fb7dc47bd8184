// Training from first to last: what a program calls that wants nothing in between.
#pragma once

#include "engine/corpus/corpus.hpp"
#include "engine/model/model.hpp"
#include "engine/train/run.hpp"
#include "engine/train/settings.hpp"

namespace hogvec {

/// Trains `model` on `corpus`, by settings.threads threads. They share W and W' without locks, and
/// the same seed gives the same bytes with one thread; or, in the full softmax with kOwner, each
/// owns its rows of W', and the bytes are the same with any number.
/// Errors: as make_plan() and check(corpus, plan); Error where training diverges; std::bad_alloc.
TrainResult train(const Corpus& corpus, const TrainSettings& settings, const Model& model);

}  // namespace hogvec
