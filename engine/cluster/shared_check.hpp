// What ranks find out, and have, before they train together.
#pragma once

#include "engine/model/model.hpp"
#include "engine/ranks.hpp"
#include "engine/train/run.hpp"

namespace hogvec {

/// check() of the text that the parts of all ranks are. Errors: as check(), on all ranks.
void check_together(Ranks& ranks, CorpusView mine, const TrainPlan& plan);

/// All ranks have the rows of the first one, which are as many.
void spread(Ranks& ranks, const Model& model);

}  // namespace hogvec
