#include "engine/train/settings.hpp"

#include <cmath>

#include "io/error.hpp"

namespace hogvec {
namespace {

void require(bool good, const char* message) {
  if (!good) throw Error(message);
}

}  // namespace

void check(const TrainSettings& s) {
  require(s.dim >= 1, "the vector length must be at least 1");
  require(s.window >= 1, "the window must be at least 1 word");
  require(s.window <= 1000, "the window must be at most 1000 words, the length of a sentence");
  require(std::isfinite(s.subsampling) && s.subsampling >= 0,
          "the sub-sampling threshold must be a number, 0 or more");
  require(std::isfinite(s.alpha) && s.alpha >= 0, "the learning rate must be a number, 0 or more");
  require(s.threads >= 1 && s.threads <= 4096, "threads must be 1 to 4096");
  if (s.objective == Objective::kNegativeSampling) {
    require(s.negatives >= 1, "there must be at least 1 negative sample");
    require(s.negatives <= 1000, "there must be at most 1000 negative samples");
    require(s.block_centers >= 1 && s.block_centers <= 64, "a block must have 1 to 64 centers");
  } else {
    require(s.softmax_batch >= 1 && s.softmax_batch <= 4096,
            "a softmax batch must have 1 to 4096 centers");
  }
}

}  // namespace hogvec
