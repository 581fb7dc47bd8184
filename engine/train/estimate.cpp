#include "engine/train/estimate.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "engine/sampling/subsampling.hpp"
#include "engine/train/chunk.hpp"
#include "engine/train/softmax/full_softmax.hpp"
#include "engine/workers.hpp"

namespace hogvec {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kCalibration{50};

/// What one of the run's workers trains with a step of 0.
class Calibration {
 public:
  Calibration(const Corpus& corpus, const TrainSettings& settings, const Model& model)
      : text_(corpus.text.ids()),
        settings_(settings),
        plan_(text_),
        keep_(keep_thresholds(corpus.vocabulary, settings.subsampling)),
        sample_(plan_.longest(), FullSoftmaxWorker::span(settings)),
        worker_({model.input, model.output, settings}, plan_.longest()) {}

  struct Measured {
    Clock::time_point start;
    Clock::time_point end;
    double centers;
  };

  /// From chunk `first` on.
  Measured run(std::size_t first) {
    draw(first);
    // The first batch brings the scratch into memory.
    worker_.train_while(sample_, 0, [] { return false; });
    const Clock::time_point start = Clock::now();
    const auto go_on = [&] { return Clock::now() - start < kCalibration; };
    double centers = 0;
    for (std::size_t k = 0; k < plan_.size() && (k == 0 || go_on()); ++k) {
      if (k != 0) draw(first + k);
      centers += static_cast<double>(worker_.train_while(sample_, 0, go_on).examples);
    }
    return {start, Clock::now(), centers};
  }

 private:
  void draw(std::size_t k) {
    const std::size_t chunk = k % plan_.size();
    const std::size_t begin = plan_.begin(chunk);
    const auto key = [&](Stream stream) { return stream_key(settings_.seed, 0, chunk, stream); };
    sample_.draw(text_.subspan(begin, plan_.begin(chunk + 1) - begin), keep_, settings_.window,
                 key(Stream::kSubsampling), key(Stream::kWindow));
  }

  std::span<const WordId> text_;
  const TrainSettings& settings_;
  ChunkPlan plan_;
  std::vector<std::uint32_t> keep_;
  ChunkSample sample_;
  FullSoftmaxWorker worker_;
};

/// Centers a second by all threads.
double measure(const Corpus& corpus, const TrainSettings& settings, const Model& model) {
  std::vector<Calibration::Measured> parts(static_cast<std::size_t>(chunk_workers(settings)));
  run_workers(chunk_workers(settings), [&](int worker) {
    const auto k = static_cast<std::size_t>(worker);
    parts[k] = Calibration(corpus, settings, model).run(k);
  });
  // More workers than cores come one after the other.
  Clock::time_point start = parts[0].start;
  Clock::time_point end = parts[0].end;
  double centers = 0;
  for (const Calibration::Measured& part : parts) {
    start = std::min(start, part.start);
    end = std::max(end, part.end);
    centers += part.centers;
  }
  const std::chrono::duration<double> elapsed = end - start;
  return centers / elapsed.count();
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
  estimate.centers_per_second = measure(corpus, settings, model);
  // No rate where no word of the text has a neighbor: there is nothing to train.
  if (estimate.centers_per_second > 0) {
    estimate.seconds =
        estimate.centers * static_cast<double>(settings.epochs) / estimate.centers_per_second;
  }
  return estimate;
}

}  // namespace hogvec
