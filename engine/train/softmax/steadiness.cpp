#include "engine/train/softmax/steadiness.hpp"

#include <cmath>

#include "engine/kernels.hpp"

namespace hogvec {
namespace {

// A probability y changes by y (1 - y) <= 1/4 of what its score does, and a step that takes back
// more than twice an error leaves a larger one: 2 / (1/4). Of 24,000 batches of 32 centers of
// Wikipedia, skip-gram, one worker, alpha 0.025, 1 in 700 was cut; of 128 centers, nearly half.
constexpr float kMostMoved = 8;

}  // namespace

SoftmaxSteadiness::SoftmaxSteadiness(std::size_t stride, const TrainPlan& plan)
    : kernels_(active_kernels()),
      stride_(stride),
      most_(kMostMoved / static_cast<float>(plan.chunk_workers())),
      products_(plan.softmax_batch + simd::kRowPadding),
      moved_(plan.softmax_batch),
      hidden_(plan.softmax_batch) {}

std::size_t SoftmaxSteadiness::steady_centers(const SoftmaxBatch& batch, float alpha) noexcept {
  for (std::size_t n = 0; n < batch.size(); ++n) {
    hidden_[n] = batch.hidden(n);
    kernels_.score_rows(&hidden_[n], 1, hidden_.data(), n + 1, stride_, products_.data());
    bool steady = true;
    moved_[n] = 0;
    for (std::size_t a = 0; a <= n; ++a) {
      const float product = alpha * std::fabs(products_[a]);
      moved_[n] += batch.target_count(a) * product;
      if (a < n) moved_[a] += batch.target_count(n) * product;
      steady = steady && moved_[a] <= most_;  // not where it is no number
    }
    if (n > 0 && !steady) return n;
  }
  return batch.size();
}

}  // namespace hogvec
