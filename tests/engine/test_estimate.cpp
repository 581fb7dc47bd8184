// The estimate of a run's time, in all modes of the full softmax. Out of scope: whether the time is
// right, which depends on what else the machine does.
#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "engine/train/train.hpp"
#include "tests/files.hpp"

namespace {

using namespace hogvec;

/// 20,000 words of 90.
Corpus corpus_in_lines() {
  std::mt19937 random(1);
  std::string text;
  for (std::size_t i = 0; i < 20'000; ++i) {
    text += "w" + std::to_string(random() % (1 + random() % 90));
    text += random() % 15 == 0 ? '\n' : ' ';
  }
  const testing::TemporaryFile file(text);
  return read_corpus(file.path(), {.min_count = 1});
}

std::vector<float> values(const Model& model) {
  std::vector<float> all;
  for (const MatrixView matrix : {model.input, model.output}) {
    all.insert(all.end(), matrix.data(), matrix.data() + matrix.rows() * matrix.stride());
  }
  return all;
}

TimeEstimate estimate_of(const Corpus& corpus, const TrainSettings& settings, const Model& model) {
  const TrainPlan plan = make_plan(settings);
  const RunTables tables(corpus.vocabulary, plan);
  LocalPosition position({}, plan);
  return TrainingRun(corpus, plan, tables, model, *position).estimate_full_softmax();
}

/// Scores of some thousands, beyond the range of exp.
Model wide_model(std::size_t words, const TrainSettings& settings) {
  Model model = initial_model(words, settings);
  std::mt19937 random(3);
  for (std::size_t k = 0; k < words; ++k) {
    for (std::size_t d = 0; d < settings.dim; ++d) {
      model.input.row(k)[d] = static_cast<float>(random() % 1000) / 1000 - 0.5f;
      model.output.row(k)[d] = 1e4f * (static_cast<float>(random() % 1000) / 1000 - 0.5f);
    }
  }
  return model;
}

TEST_CASE("an estimate multiplies a rate, and changes no value of the model, in every mode") {
  const Corpus corpus = corpus_in_lines();
  const auto try_mode = [&](TrainSettings settings) {
    settings.full_softmax = true;
    settings.negatives = 0;
    settings.dim = 20;
    settings.epochs = 4;
    settings.subsampling = 0;
    const Model model = wide_model(corpus.vocabulary.size(), settings);
    const std::vector<float> before = values(model);
    const TimeEstimate estimate = estimate_of(corpus, settings, model);
    CHECK(values(model) == before);
    CHECK(estimate.centers == doctest::Approx(20'000));  // every word; line ends are none
    CHECK(estimate.centers_per_second > 0);
    CHECK(std::isfinite(estimate.centers_per_second));
    CHECK(estimate.seconds == doctest::Approx(4 * estimate.centers / estimate.centers_per_second));
  };
  for (const int threads : {1, 3, 200}) {  // more than there are rows, or chunks
    CAPTURE(threads);
    try_mode({.threads = threads});
    try_mode({.softmax_threads = SoftmaxThreads::kHogwild, .threads = threads});
    try_mode({.softmax_exact = true, .threads = threads});
    try_mode({.architecture = Architecture::kCbow, .threads = threads});
    try_mode({.architecture = Architecture::kCbow, .softmax_exact = true, .threads = threads});
  }
}

TEST_CASE("an estimate counts the centers that sub-sampling keeps") {
  const Corpus corpus = corpus_in_lines();
  const TrainSettings settings{
      .full_softmax = true, .negatives = 0, .dim = 20, .subsampling = 1e-2, .epochs = 4};
  Model model = initial_model(corpus.vocabulary.size(), settings);
  const TimeEstimate estimate = estimate_of(corpus, settings, model);
  const TrainResult result = train(corpus, settings, model);
  // 4 x 20,000 draws: a deviation of 1 % would be four times the standard one.
  CHECK(4 * estimate.centers ==
        doctest::Approx(static_cast<double>(result.words_kept)).epsilon(0.01));
}

TEST_CASE("an estimate is of the epochs that are left") {
  const Corpus corpus = corpus_in_lines();
  const TrainSettings settings{
      .full_softmax = true, .negatives = 0, .dim = 20, .subsampling = 0, .epochs = 4};
  const TrainPlan plan = make_plan(settings);
  const RunTables tables(corpus.vocabulary, plan);
  const Model model = initial_model(corpus.vocabulary.size(), settings);
  LocalPosition position({}, plan);
  TrainingRun run(corpus, plan, tables, model, *position);
  CHECK(run.estimate_full_softmax().epochs == 4);
  CHECK(run.run_epoch() == RunEnd::kEpoch);
  const TimeEstimate estimate = run.estimate_full_softmax();
  CHECK(estimate.epochs == 3);
  CHECK(estimate.seconds == doctest::Approx(3 * estimate.centers / estimate.centers_per_second));
}

}  // namespace
