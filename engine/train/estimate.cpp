#include "engine/train/estimate.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "engine/sampling/subsampling.hpp"
#include "engine/train/scratch.hpp"
#include "engine/workers.hpp"
#include "simd/kernels.hpp"

namespace hogvec {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kCalibration{50};
constexpr std::chrono::milliseconds kPass{10};  // of both sweeps, so that several fit in
constexpr std::size_t kProbeRows = 240;

/// One worker's slice of W', swept for batches of zeros: with no step, nothing of it changes.
class Calibration {
 public:
  Calibration(const Matrix& output, std::size_t begin, std::size_t end, std::size_t batch)
      : output_(output),
        begin_(begin),
        rows_(end - begin),
        batch_(batch),
        hidden_(batch * output.stride()),
        hidden_transposed_(output.stride() * simd::padded(batch)),
        step_(batch * output.stride()),
        weighted_rows_(batch * output.stride()),
        exp_scores_(rows_ * batch),
        shift_(batch),
        max_score_(batch),
        z_(batch) {}

  /// How many rows were swept for how many hidden vectors until the deadline, multiplied.
  double run(Clock::time_point deadline) noexcept {
    if (rows_ == 0) return 0;
    const std::size_t probe = std::min(rows_, kProbeRows);
    sweep(probe);  // brings the scratch into the cache
    const Clock::time_point start = Clock::now();
    sweep(probe);
    const std::chrono::duration<double> elapsed = Clock::now() - start;
    const std::chrono::duration<double> pass = kPass;
    const double most = static_cast<double>(probe) * pass / elapsed;
    const auto rows =
        most < static_cast<double>(rows_) ? std::max(probe, static_cast<std::size_t>(most)) : rows_;
    double swept = 2 * static_cast<double>(probe);
    do {
      sweep(rows);
      swept += static_cast<double>(rows);
    } while (Clock::now() < deadline);
    return swept * static_cast<double>(batch_);
  }

 private:
  void sweep(std::size_t rows) noexcept {
    const simd::SoftmaxSweep sweep{
        .rows = output_.row(begin_),
        .row_count = rows,
        .stride = output_.stride(),
        .dim = output_.dim(),
        .batch = batch_,
        .hidden = hidden_.data(),
        .hidden_transposed = hidden_transposed_.data(),
        .shift = shift_.data(),
        .step = step_.data(),
        .exp_scores = exp_scores_.data(),
        .z = z_.data(),
        .max_score = max_score_.data(),
        .weighted_rows = weighted_rows_.data(),
    };
    simd::active_kernels().softmax_scores(sweep);
    simd::active_kernels().softmax_update(sweep);
    // The sums would grow until they are slow to add to, or no numbers.
    std::fill_n(weighted_rows_.data(), weighted_rows_.size(), 0.0f);
    std::fill_n(z_.data(), batch_, 0.0);
  }

  const Matrix& output_;
  std::size_t begin_;
  std::size_t rows_;
  std::size_t batch_;
  Scratch<float> hidden_;
  Scratch<float> hidden_transposed_;
  Scratch<float> step_;
  Scratch<float> weighted_rows_;
  Scratch<float> exp_scores_;
  Scratch<float> shift_;
  Scratch<float> max_score_;
  Scratch<double> z_;
};

/// Centers a second by all threads, each on a slice of its own: they never wait for each other.
double measure(const Matrix& output, const TrainSettings& settings) {
  const auto threads = static_cast<std::size_t>(settings.threads);
  const std::size_t rows = output.rows();
  std::vector<double> swept(threads);
  std::vector<Calibration> calibrations;
  for (std::size_t k = 0; k < threads; ++k) {
    calibrations.emplace_back(output, rows * k / threads, rows * (k + 1) / threads,
                              softmax_batch(settings));
  }
  const Clock::time_point start = Clock::now();
  run_workers(settings.threads, [&](int worker) {
    const auto k = static_cast<std::size_t>(worker);
    swept[k] = calibrations[k].run(start + kCalibration);
  });
  const std::chrono::duration<double> elapsed = Clock::now() - start;
  double total = 0;
  for (const double rows_and_batch : swept) total += rows_and_batch;
  return total / static_cast<double>(rows) / elapsed.count();
}

/// Words of the text that sub-sampling is expected to keep. Counts may come from another text.
double expected_centers(const Corpus& corpus, double subsampling) {
  const Vocabulary& vocabulary = corpus.vocabulary;
  if (vocabulary.total_count() == 0) return 0;
  double kept = 0;
  for (WordId word = kSentenceEnd + 1; word < vocabulary.size(); ++word) {
    kept += static_cast<double>(vocabulary.count(word)) *
            keep_probability(vocabulary, word, subsampling);
  }
  return kept / static_cast<double>(vocabulary.total_count()) *
         static_cast<double>(corpus.text.size());
}

}  // namespace

TimeEstimate estimate_full_softmax(const Corpus& corpus, const TrainSettings& settings,
                                   const Model& model) {
  TimeEstimate estimate;
  estimate.centers = expected_centers(corpus, settings.subsampling);
  estimate.centers_per_second = measure(model.output, settings);
  estimate.seconds =
      estimate.centers * static_cast<double>(settings.epochs) / estimate.centers_per_second;
  return estimate;
}

}  // namespace hogvec
