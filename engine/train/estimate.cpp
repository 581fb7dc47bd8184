// How long a run with the full softmax will take, measured before it begins.
#include <algorithm>
#include <chrono>
#include <vector>

#include "engine/sampling/subsampling.hpp"
#include "engine/train/run_worker.hpp"
#include "engine/train/softmax/full_softmax.hpp"
#include "engine/workers.hpp"

namespace hogvec {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kCalibration{50};

/// What a worker did.
struct Measured {
  Clock::time_point start;
  Clock::time_point end;
  double centers = 0;
};

/// Centers a second by all of them. More workers than cores come one after the other.
double rate_of(const std::vector<Measured>& parts) {
  Clock::time_point start = parts[0].start;
  Clock::time_point end = parts[0].end;
  double centers = 0;
  for (const Measured& part : parts) {
    start = std::min(start, part.start);
    end = std::max(end, part.end);
    centers += part.centers;
  }
  const std::chrono::duration<double> elapsed = end - start;
  return centers / elapsed.count();
}

/// Words of the text that sub-sampling is expected to keep. Counts may come from another text.
double expected_centers(CorpusView corpus, double subsampling) {
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

TimeEstimate TrainingRun::estimate_full_softmax() {
  const std::size_t chunks = schedule_.chunks().size();
  std::vector<Measured> parts(workers_.size());
  run_workers(static_cast<int>(workers_.size()), [&](int worker_number) {
    const auto first = static_cast<std::size_t>(worker_number);
    Worker& worker = *workers_[first];
    auto& trainer = dynamic_cast<FullSoftmaxWorker&>(*worker.trainer);
    draw(worker, schedule_.task(first % chunks));
    // The first batch brings the scratch into memory.
    trainer.train_while(worker.sample, 0, [] { return false; });
    Measured& mine = parts[first];
    mine.start = Clock::now();
    const auto go_on = [&] { return Clock::now() - mine.start < kCalibration; };
    for (std::size_t k = 0; k < chunks && (k == 0 || go_on()); ++k) {
      if (k != 0) draw(worker, schedule_.task((first + k) % chunks));
      mine.centers += static_cast<double>(trainer.train_while(worker.sample, 0, go_on).examples);
    }
    mine.end = Clock::now();
  });

  TimeEstimate estimate;
  estimate.centers = expected_centers(corpus_, plan_.subsampling);
  estimate.centers_per_second = rate_of(parts);
  estimate.epochs = static_cast<double>(plan_.epochs) -
                    static_cast<double>(progress_.words) /
                        static_cast<double>(std::max<std::size_t>(schedule_.chunks().words(), 1));
  // No rate where no word of the text has a neighbor: there is nothing to train.
  if (estimate.centers_per_second > 0) {
    estimate.seconds = estimate.centers * estimate.epochs / estimate.centers_per_second;
  }
  return estimate;
}

}  // namespace hogvec
