#include "engine/train/softmax/exact.hpp"

#include <algorithm>
#include <cmath>

#include "engine/kernels.hpp"

namespace hogvec {
namespace {

// Corrections of scores up to this leave exp(-20) <= Z <= V exp(20) with the largest score of the
// old W' as the shift: products of two exp are well inside a float, and nothing that counts is lost
// below. Beyond, the true maximum is looked for.
constexpr float kMostCorrection = 20;

}  // namespace

SoftmaxExact::SoftmaxExact(MatrixView output, const TrainPlan& plan, const TeamPlace& place,
                           Ranks* ranks)
    : kernels_(active_kernels()), sweeps_(output, plan, place, ranks) {
  const std::size_t batch = plan.softmax_batch;
  hidden_products_ = Scratch<float>(batch * batch + simd::kRowPadding);
  hidden_rows_ = Scratch<const float*>(batch);
  coefficients_ = Scratch<float>(batch);
  per_z_ = Scratch<double>(batch);
  overlaps_ = Scratch<double>(batch);
  target_errors_ = Scratch<double>(batch);
  hidden_corrections_ = Scratch<float>(batch * output.stride());
  step_ = Scratch<float>(batch * output.stride());
}

double SoftmaxExact::train(SoftmaxBatch& batch, float alpha) {
  batch.load_hidden();
  for (std::size_t b = 0; b < batch.size(); ++b) hidden_rows_[b] = batch.hidden(b);
  kernels_.score_rows(hidden_rows_.data(), batch.size(), hidden_rows_.data(), batch.size(),
                      batch.stride(), hidden_products_.data());
  sweeps_.scores(batch);
  double loss = 0;
  for (std::size_t b = 0; b < batch.size(); ++b) loss += finish_center(batch, b, alpha);
  update(batch, alpha);
  return loss;
}

/// Scores, errors and hidden error of center b, when all centers before it are finished. Its loss.
double SoftmaxExact::finish_center(const SoftmaxBatch& batch, std::size_t b, float alpha) {
  for (std::size_t a = 0; a < b; ++a) {
    coefficients_[a] =
        static_cast<float>(alpha * per_z_[a] * hidden_products_[a * batch.size() + b]);
  }
  sweeps_.share_values(batch, b);
  const double target_score = sum_targets(batch, b);
  float shift = sweeps_.max_score()[b];
  if (!(bound_corrections(batch, b, alpha) <= kMostCorrection)) {
    shift = sweeps_.correct(batch, b, coefficients_.data());
    std::fill_n(coefficients_.data(), b, 0.0f);
  }
  const double z = sweeps_.finish_column(batch, b, coefficients_.data(), shift, overlaps_.data());
  per_z_[b] = batch.target_count(b) / z;
  for (const auto& [word, count] : batch.targets(b)) {
    sweeps_.value(batch, word, b) -= static_cast<float>(count / per_z_[b]);
  }
  for (std::size_t a = 0; a < b; ++a) overlaps_[a] -= target_errors_[a] / per_z_[b];
  correct_hidden_error(batch, b, alpha);
  return batch.target_count(b) * (shift + std::log(z)) - target_score;
}

/// sum_j n_bj u_bj, and the errors that the centers before made at these words.
double SoftmaxExact::sum_targets(const SoftmaxBatch& batch, std::size_t b) noexcept {
  double score = 0;
  std::fill_n(target_errors_.data(), b, 0.0);
  for (const auto& [word, count] : batch.targets(b)) {
    score += double{count} * sweeps_.value(batch, word, b);
    for (std::size_t a = 0; a < b; ++a) {
      target_errors_[a] += double{count} * sweeps_.value(batch, word, a);
    }
  }
  for (std::size_t a = 0; a < b; ++a) score -= coefficients_[a] * target_errors_[a];
  return score;
}

/// How far a score of center b can be from that of the old W': an error is C_a at most.
float SoftmaxExact::bound_corrections(const SoftmaxBatch& batch, std::size_t b,
                                      float alpha) const noexcept {
  float sum = 0;
  for (std::size_t a = 0; a < b; ++a) {
    sum += batch.target_count(a) * std::fabs(hidden_products_[a * batch.size() + b]);
  }
  return alpha * sum;
}

void SoftmaxExact::correct_hidden_error(const SoftmaxBatch& batch, std::size_t b,
                                        float alpha) noexcept {
  float* const corrections = hidden_corrections_.data() + b * batch.stride();
  std::fill_n(corrections, batch.stride(), 0.0f);
  for (std::size_t a = 0; a < b; ++a) {
    const auto scale = static_cast<float>(alpha * per_z_[a] * per_z_[b] * overlaps_[a]);
    kernels_.axpy(scale, batch.hidden(a), corrections, batch.stride());
  }
}

/// Both gradient steps of all centers, Rong eqs. (32)-(36).
void SoftmaxExact::update(const SoftmaxBatch& batch, float alpha) {
  const std::size_t stride = batch.stride();
  std::fill_n(step_.data(), batch.size() * stride, 0.0f);
  for (std::size_t b = 0; b < batch.size(); ++b) {
    kernels_.axpy(static_cast<float>(-alpha * per_z_[b]), batch.hidden(b),
                  step_.data() + b * stride, stride);
  }
  sweeps_.update(batch, step_.data());
  for (std::size_t b = 0; b < batch.size(); ++b) {
    batch.add_to_inputs(b, static_cast<float>(-alpha * per_z_[b]), sweeps_.weighted_rows(b));
    batch.add_to_inputs(b, alpha, hidden_corrections_.data() + b * stride);
  }
}

}  // namespace hogvec
