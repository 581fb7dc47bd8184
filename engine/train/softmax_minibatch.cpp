#include "engine/train/softmax_minibatch.hpp"

#include <algorithm>
#include <cmath>

namespace hogvec {
namespace {

// A float holds exp(x) for |x| up to 87. Scores of a batch are shifted so that, if its largest is
// about that of the batch before, the sums of exp stay well inside on both sides: also when they
// are multiplied by rows or by 1 / Z.
constexpr float kHeadroom = 40;
constexpr double kLeastZ = 1e-20;
constexpr double kMostZ = 1e20;

}  // namespace

SoftmaxMinibatch::SoftmaxMinibatch(const Matrix& output, const TrainSettings& settings)
    : output_(output), kernels_(simd::active_kernels()), sweeps_(output, settings) {
  const std::size_t batch = softmax_batch(settings);
  targets_ = Scratch<float>(batch * output.stride());
  step_ = Scratch<float>(batch * output.stride());
  shift_ = Scratch<float>(batch);
  target_scores_ = Scratch<double>(batch);
}

double SoftmaxMinibatch::train(SoftmaxBatch& batch, float alpha) {
  batch.load_hidden();
  sum_targets(batch);
  sweep_scores(batch);
  const double result = loss(batch);
  update(batch, alpha);
  return result;
}

/// T_b and the scores of the targets, from the old rows.
void SoftmaxMinibatch::sum_targets(const SoftmaxBatch& batch) noexcept {
  const std::size_t stride = batch.stride();
  std::fill_n(targets_.data(), batch.size() * stride, 0.0f);
  for (std::size_t b = 0; b < batch.size(); ++b) {
    target_scores_[b] = 0;
    for (const auto& [word, count] : batch.targets(b)) {
      const float* row = output_.row(word);
      kernels_.axpy(count, row, targets_.data() + b * stride, stride);
      target_scores_[b] += double{count} * kernels_.dot(row, batch.hidden(b), stride);
    }
  }
}

void SoftmaxMinibatch::sweep_scores(const SoftmaxBatch& batch) {
  const std::size_t size = batch.size();
  std::fill_n(shift_.data(), size, expected_max_ > kHeadroom ? expected_max_ - kHeadroom : 0.0f);
  sweeps_.exp_scores(batch, shift_.data());
  const bool in_range = std::all_of(sweeps_.z(), sweeps_.z() + size,
                                    [](double z) { return z >= kLeastZ && z <= kMostZ; });
  if (!in_range) {
    // On either side: once more, with the true maxima, which leave 1 <= Z <= V.
    std::copy_n(sweeps_.max_score(), size, shift_.data());
    sweeps_.exp_scores(batch, shift_.data());
  }
  expected_max_ = *std::max_element(sweeps_.max_score(), sweeps_.max_score() + size);
}

/// E_b = -sum_c u_{j*_c} + C_b log sum_j exp(u_j), eq. (29), over the batch.
double SoftmaxMinibatch::loss(const SoftmaxBatch& batch) const noexcept {
  double sum = 0;
  for (std::size_t b = 0; b < batch.size(); ++b) {
    sum += batch.target_count(b) * (shift_[b] + std::log(sweeps_.z()[b])) - target_scores_[b];
  }
  return sum;
}

/// EI_j = C y_j - n_j is split into its dense part C y_j and its sparse part n_j.
void SoftmaxMinibatch::update(const SoftmaxBatch& batch, float alpha) {
  const std::size_t stride = batch.stride();
  std::fill_n(step_.data(), batch.size() * stride, 0.0f);
  for (std::size_t b = 0; b < batch.size(); ++b) {
    const auto scale = static_cast<float>(alpha * batch.target_count(b) / sweeps_.z()[b]);
    kernels_.axpy(scale, batch.hidden(b), step_.data() + b * stride, stride);
  }
  sweeps_.update(batch, step_.data());
  for (std::size_t b = 0; b < batch.size(); ++b) {
    for (const auto& [word, count] : batch.targets(b)) {
      kernels_.axpy(alpha * count, batch.hidden(b), output_.row(word), stride);
    }
    // W -= alpha EH with EH = C / Z sum_j exp_scores_j v'_j - T.
    const auto scale = static_cast<float>(-alpha * batch.target_count(b) / sweeps_.z()[b]);
    batch.add_to_inputs(b, scale, sweeps_.weighted_rows(b));
    batch.add_to_inputs(b, alpha, targets_.data() + b * stride);
  }
}

}  // namespace hogvec
