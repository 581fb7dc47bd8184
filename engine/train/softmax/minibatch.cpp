#include "engine/train/softmax/minibatch.hpp"

#include <algorithm>
#include <cmath>

namespace hogvec {

SoftmaxMinibatch::SoftmaxMinibatch(MatrixView output, const TrainPlan& plan,
                                   const simd::KernelTable& kernels, const TeamPlace& place,
                                   Ranks* ranks)
    : output_(output),
      kernels_(kernels),
      steadiness_(output.stride(), plan),
      visits_(output, plan, kernels, place, ranks),
      shift_(plan.softmax_batch),
      scales_(plan.softmax_batch),
      error_(output.stride()),
      column_(output.rows() + simd::kRowPadding) {}

double SoftmaxMinibatch::train(SoftmaxBatch& batch, float alpha) {
  const std::size_t all = batch.size();
  double loss = 0;
  for (std::size_t first = 0; first < all; first += batch.size()) {
    batch.select(first, all - first);
    batch.load_hidden();
    batch.select(first, steadiness_.steady_centers(batch, alpha));
    loss += train_part(batch, alpha);
  }
  return loss;
}

/// The batch as it is selected, its hidden vectors loaded.
double SoftmaxMinibatch::train_part(SoftmaxBatch& batch, float alpha) {
  double sum = 0;
  if (sum_scores(batch)) {
    for (std::size_t b = 0; b < batch.size(); ++b) sum += loss(batch, b);
    step(batch, alpha);
  } else {
    for (std::size_t b = 0; b < batch.size(); ++b) sum += train_alone(batch, b, alpha);
  }
  return sum;
}

/// Whether every Z came out in range, or no step can help: a score is no number.
bool SoftmaxMinibatch::sum_scores(const SoftmaxBatch& batch) {
  const std::size_t size = batch.size();
  range_.sum_in_range(size, shift_.data(), visits_.z(), visits_.max_score(),
                      [&] { visits_.visit(batch, shift_.data()); });
  // Out of range it can be still where other workers have moved all scores in between.
  return SoftmaxRange::in_range(visits_.z(), size) ||
         std::any_of(visits_.z(), visits_.z() + size, [](double z) { return std::isnan(z); });
}

/// E_b = -sum_c u_{j*_c} + C_b log sum_j exp(u_j), eq. (29). Scores of wanted words are taken after
/// the visit: with other workers on the same W' a moment later than the sum.
double SoftmaxMinibatch::loss(const SoftmaxBatch& batch, std::size_t b) const noexcept {
  double result = batch.target_count(b) * (shift_[b] + std::log(visits_.z()[b]));
  for (const auto& [word, count] : batch.targets(b)) {
    result -=
        count * double{kernels_.dot(visits_.wanted_row(word), batch.hidden(b), batch.stride())};
  }
  return result;
}

/// Of W, with EH, eq. (36), from the rows of W' as the batch has met them; that of W' is left.
void SoftmaxMinibatch::step(const SoftmaxBatch& batch, float alpha) {
  const std::size_t stride = batch.stride();
  for (std::size_t b = 0; b < batch.size(); ++b) {
    scales_[b] = static_cast<float>(alpha * batch.target_count(b) / visits_.z()[b]);
  }
  visits_.leave_update(batch, scales_.data());
  for (std::size_t b = 0; b < batch.size(); ++b) {
    std::fill_n(error_.data(), stride, 0.0f);
    visits_.add_weighted_rows(b, scales_[b], error_.data());
    for (const auto& [word, count] : batch.targets(b)) {
      kernels_.axpy(-alpha * count, visits_.wanted_row(word), error_.data(), stride);
    }
    batch.add_to_inputs(b, -1, error_.data());
  }
}

/// One center with what is simple and slow, each score read from its row once: it stays in range
/// whatever other workers make of the rows meanwhile. Returns its loss.
double SoftmaxMinibatch::train_alone(const SoftmaxBatch& batch, std::size_t b,
                                     float alpha) noexcept {
  constexpr std::size_t kRows = 8;
  const std::size_t stride = batch.stride();
  const std::size_t words = output_.rows();
  const float* const hidden = batch.hidden(b);
  for (std::size_t first = 0; first < words; first += kRows) {
    const float* rows[kRows];
    const std::size_t count = std::min(kRows, words - first);
    for (std::size_t j = 0; j < count; ++j) rows[j] = output_.row(first + j);
    kernels_.score_rows(rows, count, &hidden, 1, stride, column_.data() + first);
  }
  double result = 0;
  for (const auto& [word, count] : batch.targets(b)) result -= double{count} * column_[word];
  const float largest = *std::max_element(column_.data(), column_.data() + words);
  double z = 0;
  for (std::size_t j = 0; j < words; ++j) column_[j] = std::exp(column_[j] - largest);
  for (std::size_t j = 0; j < words; ++j) z += double{column_[j]};
  const float target_count = batch.target_count(b);
  const auto scale = static_cast<float>(alpha * target_count / z);
  for (std::size_t j = 0; j < words; ++j) column_[j] *= scale;
  for (const auto& [word, count] : batch.targets(b)) column_[word] -= alpha * count;
  std::fill_n(error_.data(), stride, 0.0f);
  for (std::size_t j = 0; j < words; ++j) {
    kernels_.axpy(column_[j], output_.row(j), error_.data(), stride);
    kernels_.axpy(-column_[j], hidden, output_.row(j), stride);
  }
  batch.add_to_inputs(b, -1, error_.data());
  return result + target_count * (double{largest} + std::log(z));
}

}  // namespace hogvec
