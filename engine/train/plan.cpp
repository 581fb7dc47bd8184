#include "engine/train/plan.hpp"

#include <cmath>
#include <limits>

#include "io/error.hpp"
#include "simd/kernels.hpp"

namespace hogvec {
namespace {

constexpr std::size_t kLongestWindow = kSentenceWords;
constexpr std::size_t kNoSentenceIsLonger = 0xffffffff;

/// Whether so large steps leave little for noise words to teach that others have had already. 8 MB
/// of Wikipedia, 2 epochs, D = 100, WordSim-353 / analogies, means of three or four seeds, at alpha
/// 0.05 and 0.1: blocks of four 0.345 / 0.025 and 0.491 / 0.019, of one 0.365 / 0.035 and 0.485 /
/// 0.024, of one with twice the noise rows 0.355 / 0.039 and 0.512 / 0.030 (gensim 0.329 / 0.038
/// and 0.463 / 0.032).
bool steps_are_large(const TrainSettings& s) noexcept {
  return s.architecture == Architecture::kSkipGram && !s.hierarchical_softmax &&
         s.alpha > safe_alpha(s.architecture);
}

std::size_t block_centers(const TrainSettings& s) noexcept {
  if (s.block_centers != 0) return s.block_centers;
  return s.hierarchical_softmax || steps_are_large(s) ? 1 : 4;
}

std::size_t noise_rows(const TrainSettings& s) noexcept {
  constexpr std::size_t kMany = 20;  // of which twice as many would only cost
  if (s.noise_rows != 0) return s.noise_rows;
  if (steps_are_large(s) && block_centers(s) == 1 && s.negatives <= kMany) return 2 * s.negatives;
  // A center of CBOW is a single example, and stands less sharing than the pairs of skip-gram.
  const bool single = s.architecture == Architecture::kCbow && block_centers(s) > 2;
  return single ? s.negatives + (s.negatives + 4) / 5 : s.negatives;
}

std::size_t rows_at_once(const TrainSettings& s) noexcept {
  // The nodes at the top of the tree are on every path: what all context words want of them at once
  // is more than what they want one after the other, as in the reference, and the vectors are
  // worse.
  const bool few = s.hierarchical_softmax && s.architecture == Architecture::kSkipGram;
  return few ? 3 : std::numeric_limits<std::size_t>::max();
}

std::size_t softmax_batch(const TrainSettings& s) noexcept {
  // Neighboring centers of CBOW share context rows: they are exact one at a time.
  if (s.softmax_exact && s.architecture == Architecture::kCbow) return 1;
  if (s.softmax_batch != 0) return s.softmax_batch;
  // The corrections of an exact batch grow with its size, and repeated words cut it.
  return s.softmax_exact ? 16 : 32;
}

CbowGradient cbow_gradient(const TrainSettings& s) noexcept {
  return s.cbow_gradient.value_or(s.full_softmax ? CbowGradient::kPaper : CbowGradient::kUndivided);
}

void require(bool good, const char* message) {
  if (!good) throw Error(message);
}

void check_objective(const TrainSettings& s) {
  if (s.full_softmax) {
    require(!s.hierarchical_softmax && s.negatives == 0,
            "the full softmax excludes negative samples and hierarchical softmax");
    require(s.softmax_batch <= 4096, "a softmax batch must have at most 4096 centers");
    require(!s.softmax_exact || softmax_batch(s) <= simd::kMostExactCenters,
            "an exact softmax batch must have at most 256 centers");
    require(!s.softmax_exact || s.threads == 1 || s.softmax_threads == SoftmaxThreads::kOwner,
            "threads that train without locks are not exact: take one thread, or threads that "
            "each own their rows");
    require(
        !s.softmax_exact || s.softmax_precision == SoftmaxPrecision::kFp32,
        "the exact mode has no bf16: what its corrections make up for is smaller than a rounding");
    return;
  }
  require(!s.softmax_exact, "only the full softmax has an exact mode");
  require(s.softmax_precision == SoftmaxPrecision::kFp32, "only the full softmax has bf16");
  require(s.hierarchical_softmax || s.negatives >= 1,
          "nothing would be trained: take negative samples, hierarchical or full softmax");
  require(s.negatives <= 1000, "there must be at most 1000 negative samples");
  require(s.noise_rows <= 2000, "a block must have at most 2000 noise words");
  require(s.block_centers <= 64, "a block must have at most 64 centers");
}

}  // namespace

double default_alpha(const TrainSettings& s) noexcept {
  if (s.architecture == Architecture::kSkipGram) return 0.025;
  // Held-out perplexity of 1 M words of Wikipedia, 5,000 different, after 3 epochs: 386 with 0.05,
  // 357 with 0.1, 335 with 0.2 and with 0.4. A center of skip-gram has about six outputs, so that
  // its step is as large.
  return s.full_softmax && cbow_gradient(s) == CbowGradient::kPaper ? 0.2 : 0.05;
}

void check(const TrainSettings& s) {
  require(s.dim >= 1, "the vector length must be at least 1");
  require(s.window <= kLongestWindow,
          "the window must be at most 1000 words, the length of a sentence");
  require(std::isfinite(s.subsampling) && s.subsampling >= 0,
          "the sub-sampling threshold must be a number, 0 or more");
  require(std::isfinite(s.alpha) && s.alpha >= 0, "the learning rate must be a number, 0 or more");
  require(std::isfinite(s.end_alpha) && s.end_alpha >= 0 && s.end_alpha <= s.alpha,
          "the learning rate must end at a number from 0 to that of the start");
  require(std::isfinite(s.noise_power) && std::abs(s.noise_power) <= 10,
          "the power of the noise must be a number from -10 to 10");
  require(s.threads >= 1 && s.threads <= 4096, "threads must be 1 to 4096");
  check_objective(s);
}

TrainPlan resolve(const TrainSettings& s) noexcept {
  TrainPlan plan{};
  plan.architecture = s.architecture;
  plan.hierarchical_softmax = s.hierarchical_softmax;
  plan.full_softmax = s.full_softmax;
  plan.negatives = s.negatives;
  plan.block_centers = block_centers(s);
  plan.noise_rows = noise_rows(s);
  plan.rows_at_once = rows_at_once(s);
  plan.softmax_batch = softmax_batch(s);
  plan.softmax_exact = s.softmax_exact;
  plan.softmax_precision = s.softmax_precision;
  plan.softmax_threads = s.softmax_threads;
  plan.cbow_gradient = cbow_gradient(s);
  plan.dim = s.dim;
  plan.window = s.window == 0 ? kLongestWindow : s.window;
  plan.shrink_windows = s.shrink_windows && s.window != 0;
  plan.sentence_words = s.sentence_words == 0 ? kNoSentenceIsLonger : s.sentence_words;
  plan.noise_power = s.noise_power;
  plan.subsampling = s.subsampling;
  plan.epochs = s.epochs;
  plan.alpha = s.alpha;
  plan.end_alpha = s.end_alpha;
  plan.seed = s.seed;
  plan.threads = s.threads;
  return plan;
}

TrainPlan make_plan(const TrainSettings& settings) {
  check(settings);
  return resolve(settings);
}

}  // namespace hogvec
