#include "engine/train/softmax/minibatch.hpp"

#include <algorithm>
#include <cmath>

namespace hogvec {
namespace {

// Below about exp(-87) an exp is zero.
constexpr float kLeastExp = 1e-30f;

}  // namespace

SoftmaxMinibatch::SoftmaxMinibatch(MatrixView output, const TrainPlan& plan,
                                   const simd::KernelTable& kernels)
    : output_(output),
      kernels_(kernels),
      steadiness_(output.stride(), plan),
      sweeps_(output, plan, kernels) {
  const std::size_t batch = plan.softmax_batch;
  step_ = Scratch<float>(batch * output.stride());
  shift_ = Scratch<float>(batch);
}

double SoftmaxMinibatch::train(SoftmaxBatch& batch, float alpha) {
  const std::size_t all = batch.size();
  double loss = 0;
  for (std::size_t first = 0; first < all; first += batch.size()) {
    batch.select(first, all - first);
    batch.load_hidden();
    if (const std::size_t part = steadiness_.steady_centers(batch, alpha); part < batch.size()) {
      batch.select(first, part);
      batch.load_hidden();
    }
    loss += train_part(batch, alpha);
  }
  return loss;
}

/// The batch as it is selected, its hidden vectors loaded.
double SoftmaxMinibatch::train_part(SoftmaxBatch& batch, float alpha) {
  sweep_scores(batch);
  const double result = loss(batch);
  subtract_targets(batch);
  update(batch, alpha);
  return result;
}

void SoftmaxMinibatch::sweep_scores(const SoftmaxBatch& batch) {
  const std::size_t size = batch.size();
  range_.sum_in_range(
      size, shift_.data(), sweeps_.z(), sweeps_.max_score(),
      [&] { sweeps_.exp_scores(batch, shift_.data()); },
      [&] { sweeps_.exp_kept_scores(batch, shift_.data()); });
}

/// u_bj of a wanted word, from its exp where that has all its digits.
double SoftmaxMinibatch::target_score(const SoftmaxBatch& batch, WordId word,
                                      std::size_t b) const noexcept {
  const float exp_score = sweeps_.value(batch, word, b);
  if (exp_score >= kLeastExp) return shift_[b] + std::log(double{exp_score});
  return kernels_.dot(output_.row(word), batch.hidden(b), batch.stride());
}

/// E_b = -sum_c u_{j*_c} + C_b log sum_j exp(u_j), eq. (29), over the batch.
double SoftmaxMinibatch::loss(const SoftmaxBatch& batch) const noexcept {
  double sum = 0;
  for (std::size_t b = 0; b < batch.size(); ++b) {
    sum += batch.target_count(b) * (shift_[b] + std::log(sweeps_.z()[b]));
    for (const auto& [word, count] : batch.targets(b)) {
      sum -= double{count} * target_score(batch, word, b);
    }
  }
  return sum;
}

/// Turns predictions into errors, EI_j = C y_j - n_j, in units of C / Z: the rows of the wanted
/// words, which may be in another thread's cache, are then touched by the sweep alone.
void SoftmaxMinibatch::subtract_targets(const SoftmaxBatch& batch) noexcept {
  for (std::size_t b = 0; b < batch.size(); ++b) {
    const double unit = sweeps_.z()[b] / batch.target_count(b);
    for (const auto& [word, count] : batch.targets(b)) {
      sweeps_.value(batch, word, b) -= static_cast<float>(count * unit);
    }
  }
}

void SoftmaxMinibatch::update(const SoftmaxBatch& batch, float alpha) {
  const std::size_t stride = batch.stride();
  std::fill_n(step_.data(), batch.size() * stride, 0.0f);
  const auto scale = [&](std::size_t b) {
    return static_cast<float>(alpha * batch.target_count(b) / sweeps_.z()[b]);
  };
  for (std::size_t b = 0; b < batch.size(); ++b) {
    kernels_.axpy(scale(b), batch.hidden(b), step_.data() + b * stride, stride);
  }
  sweeps_.update(batch, step_.data());
  for (std::size_t b = 0; b < batch.size(); ++b) {
    batch.add_to_inputs(b, -scale(b), sweeps_.weighted_rows(b));
  }
}

}  // namespace hogvec
