#include "engine/train/full_softmax.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hogvec {
namespace {

// A float holds exp(x) for |x| up to 87. Scores of a batch are shifted so that, if its largest is
// about that of the batch before, the sums of exp stay well inside on both sides: also when they
// are multiplied by rows or by 1 / Z.
constexpr float kHeadroom = 40;
constexpr double kLeastZ = 1e-20;
constexpr double kMostZ = 1e20;

}  // namespace

FullSoftmaxWorker::FullSoftmaxWorker(const Shared& shared, std::size_t /*longest_chunk*/)
    : shared_(shared), kernels_(simd::active_kernels()) {
  const std::size_t batch = shared.settings.softmax_batch;
  const std::size_t stride = shared.input.stride();
  centers_.reserve(batch);
  contexts_.reserve(batch * 2 * shared.settings.window);
  hidden_ = Scratch<float>(batch * stride);
  hidden_transposed_ = Scratch<float>(stride * simd::padded(batch));
  targets_ = Scratch<float>(batch * stride);
  step_ = Scratch<float>(batch * stride);
  weighted_rows_ = Scratch<float>(batch * stride);
  exp_scores_ = Scratch<float>(shared.output.rows() * batch);
  shift_ = Scratch<float>(batch);
  max_score_ = Scratch<float>(batch);
  z_ = Scratch<double>(batch);
  target_scores_ = Scratch<double>(batch);
}

ChunkLoss FullSoftmaxWorker::train(const ChunkSample& sample, std::uint64_t /*noise_key*/,
                                   float alpha) noexcept {
  // A chunk is a function of itself: nothing is carried over from the one before.
  expected_max_ = 0;
  ChunkLoss total;
  const auto flush = [&] {
    const ChunkLoss loss = train_batch(alpha);
    total.sum += loss.sum;
    total.examples += loss.examples;
  };
  for (const Sentence& sentence : sample.sentences()) {
    if (sentence.end - sentence.begin < 2) continue;  // no context
    for (std::uint32_t i = sentence.begin; i < sentence.end; ++i) {
      add_center(sample, sentence, i);
      if (centers_.size() == shared_.settings.softmax_batch) flush();
    }
  }
  if (!centers_.empty()) flush();
  return total;
}

void FullSoftmaxWorker::add_center(const ChunkSample& sample, const Sentence& sentence,
                                   std::uint32_t i) noexcept {
  const std::uint32_t begin = sample.window_begin(i, sentence);
  const std::uint32_t end = sample.window_end(i, sentence);
  const auto first = static_cast<std::uint32_t>(contexts_.size());
  for (std::uint32_t place = begin; place < end; ++place) {
    if (place == i) continue;
    const WordId word = sample.ids()[place];
    const auto known =
        std::find_if(contexts_.begin() + first, contexts_.end(),
                     [word](const Context& context) { return context.word == word; });
    if (known != contexts_.end()) {
      known->count += 1;
    } else {
      contexts_.push_back({word, 1});
    }
  }
  centers_.push_back({sample.ids()[i], first, static_cast<std::uint32_t>(contexts_.size()),
                      static_cast<float>(end - begin - 1)});
}

ChunkLoss FullSoftmaxWorker::train_batch(float alpha) noexcept {
  const std::size_t batch = centers_.size();
  load_hidden();
  sum_targets();
  std::fill_n(shift_.data(), batch, expected_max_ > kHeadroom ? expected_max_ - kHeadroom : 0.0f);
  if (!sweep_scores()) {
    // Out of range on either side: once more, with the true maxima, which leave 1 <= Z <= V.
    std::copy_n(max_score_.data(), batch, shift_.data());
    sweep_scores();
  }
  expected_max_ = *std::max_element(max_score_.data(), max_score_.data() + batch);
  const ChunkLoss result{loss(), batch};
  update(alpha);
  centers_.clear();
  contexts_.clear();
  return result;
}

/// h_b, eq. (24), as rows and as columns.
void FullSoftmaxWorker::load_hidden() noexcept {
  const std::size_t batch = centers_.size();
  const std::size_t stride = shared_.input.stride();
  const std::size_t leading = simd::padded(batch);
  for (std::size_t b = 0; b < batch; ++b) {
    const float* row = shared_.input.row(centers_[b].word);
    std::copy_n(row, stride, hidden_.data() + b * stride);
    for (std::size_t d = 0; d < stride; ++d) hidden_transposed_[d * leading + b] = row[d];
  }
}

/// T_b and the scores of the targets, from the old rows.
void FullSoftmaxWorker::sum_targets() noexcept {
  const std::size_t stride = shared_.input.stride();
  std::fill_n(targets_.data(), centers_.size() * stride, 0.0f);
  for (std::size_t b = 0; b < centers_.size(); ++b) {
    target_scores_[b] = 0;
    for (std::uint32_t c = centers_[b].first; c < centers_[b].last; ++c) {
      const Context& context = contexts_[c];
      const float* row = shared_.output.row(context.word);
      kernels_.axpy(context.count, row, targets_.data() + b * stride, stride);
      target_scores_[b] +=
          double{context.count} * kernels_.dot(row, hidden_.data() + b * stride, stride);
    }
  }
}

/// Scores of all rows; whether every Z came out in range.
bool FullSoftmaxWorker::sweep_scores() noexcept {
  const std::size_t batch = centers_.size();
  std::fill_n(z_.data(), batch, 0.0);
  std::fill_n(max_score_.data(), batch, -std::numeric_limits<float>::infinity());
  kernels_.softmax_scores({
      .rows = shared_.output.data(),
      .row_count = shared_.output.rows(),
      .stride = shared_.output.stride(),
      .dim = shared_.output.dim(),
      .batch = batch,
      .hidden = hidden_.data(),
      .hidden_transposed = hidden_transposed_.data(),
      .shift = shift_.data(),
      .step = nullptr,
      .exp_scores = exp_scores_.data(),
      .z = z_.data(),
      .max_score = max_score_.data(),
      .weighted_rows = nullptr,
  });
  return std::all_of(z_.data(), z_.data() + batch,
                     [](double z) { return z >= kLeastZ && z <= kMostZ; });
}

/// E_b = -sum_c u_{j*_c} + C_b log sum_j exp(u_j), eq. (29), over the batch.
double FullSoftmaxWorker::loss() const noexcept {
  double sum = 0;
  for (std::size_t b = 0; b < centers_.size(); ++b) {
    sum += centers_[b].context_size * (shift_[b] + std::log(z_[b])) - target_scores_[b];
  }
  return sum;
}

/// Both gradient steps, eqs. (32)-(36), with EI_j = C y_j - n_j split into its dense part C y_j and
/// its sparse part n_j.
void FullSoftmaxWorker::update(float alpha) noexcept {
  const std::size_t batch = centers_.size();
  const std::size_t stride = shared_.input.stride();
  std::fill_n(weighted_rows_.data(), batch * stride, 0.0f);
  std::fill_n(step_.data(), batch * stride, 0.0f);
  for (std::size_t b = 0; b < batch; ++b) {
    const auto scale = static_cast<float>(alpha * centers_[b].context_size / z_[b]);
    kernels_.axpy(scale, hidden_.data() + b * stride, step_.data() + b * stride, stride);
  }
  kernels_.softmax_update({
      .rows = shared_.output.data(),
      .row_count = shared_.output.rows(),
      .stride = stride,
      .dim = shared_.output.dim(),
      .batch = batch,
      .hidden = nullptr,
      .hidden_transposed = nullptr,
      .shift = nullptr,
      .step = step_.data(),
      .exp_scores = exp_scores_.data(),
      .z = nullptr,
      .max_score = nullptr,
      .weighted_rows = weighted_rows_.data(),
  });
  for (std::size_t b = 0; b < batch; ++b) {
    const Center& center = centers_[b];
    for (std::uint32_t c = center.first; c < center.last; ++c) {
      kernels_.axpy(alpha * contexts_[c].count, hidden_.data() + b * stride,
                    shared_.output.row(contexts_[c].word), stride);
    }
    // v -= alpha EH with EH = C / Z sum_j exp_scores_j v'_j - T.
    float* row = shared_.input.row(center.word);
    const auto scale = static_cast<float>(-alpha * center.context_size / z_[b]);
    kernels_.axpy(scale, weighted_rows_.data() + b * stride, row, stride);
    kernels_.axpy(alpha, targets_.data() + b * stride, row, stride);
  }
}

}  // namespace hogvec
