// TrainingRun: stopped and gone on with, epoch by epoch, from another position, and what it
// refuses. Texts of 500 to 60,000 words of a vocabulary of 60, in all modes. Runs of one thread are
// compared byte by byte. Out of scope: whether the training is right (test_trainer), model files
// (test_stored_model).
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "engine/train/train.hpp"
#include "tests/engine/small_runs.hpp"

namespace {

using namespace hogvec;
using testing::contains;
using testing::error_of;
using testing::kModes;
using testing::small_corpus;

std::vector<float> values(const Model& model) {
  std::vector<float> all;
  for (const MatrixView matrix : model.matrices()) {
    all.insert(all.end(), matrix.data(), matrix.data() + matrix.rows() * matrix.stride());
  }
  return all;
}

/// What a run needs, with a position that may be that of another run.
struct Parts {
  Parts(const Corpus& text, const TrainSettings& settings, const PositionRecord& start = {})
      : corpus(text),
        plan(make_plan(settings)),
        tables(text.vocabulary, plan),
        model(initial_model(text.vocabulary.size(), settings)),
        position(start, plan) {}

  TrainingRun begin() { return {corpus, plan, tables, model, *position}; }

  const Corpus& corpus;
  TrainPlan plan;
  RunTables tables;
  Model model;
  LocalPosition position;
};

void check_equal(const TrainResult& a, const TrainResult& b) {
  CHECK(a.words_raw == b.words_raw);
  CHECK(a.words_kept == b.words_kept);
  CHECK(a.loss == b.loss);
  CHECK(a.perplexity == b.perplexity);
  CHECK(a.examples == b.examples);
}

/// Every run is asked to stop when some chunk has been trained, and the next goes on in the model's
/// rows from the position that it has left. How often there was something to go on with.
int stop_and_go_on(const Corpus& corpus, const TrainSettings& settings, const TrainResult& whole,
                   const std::vector<float>& expected) {
  Parts stopped(corpus, settings);
  PositionRecord position;
  int stops = 0;
  for (RunEnd end = RunEnd::kStopped; end == RunEnd::kStopped;) {
    LocalPosition from(position, stopped.plan);
    TrainingRun part(corpus, stopped.plan, stopped.tables, stopped.model, *from);
    const std::uint64_t before = part.progress().words;
    std::atomic<bool> over{false};
    std::thread stopper([&] {
      while (part.progress().words == before && !over) std::this_thread::yield();
      part.ask_to_stop();
    });
    end = part.run();
    over = true;
    stopper.join();
    REQUIRE((end == RunEnd::kStopped || end == RunEnd::kFinished));
    position = (*from).read();
    stops += end == RunEnd::kStopped;
    if (end == RunEnd::kStopped) CHECK(part.run() == RunEnd::kStopped);  // it stays asked for
    CHECK(part.progress().words == part.result().words_raw);
    CHECK(part.progress().words > before);
    CHECK(position.redo.empty());
    if (end == RunEnd::kFinished) check_equal(part.result(), whole);
  }
  CHECK(values(stopped.model) == expected);
  return stops;
}

TEST_CASE(
    "a run that is stopped between chunks, and one by epochs, come to the bytes of the whole") {
  const Corpus corpus = small_corpus(40'000);  // three chunks
  for (TrainSettings settings : kModes) {
    settings.dim = 12;
    settings.epochs = 3;
    Parts whole(corpus, settings);
    TrainingRun run = whole.begin();
    REQUIRE(run.run() == RunEnd::kFinished);
    const std::vector<float> expected = values(whole.model);

    Parts by_epochs(corpus, settings);
    TrainingRun epochs = by_epochs.begin();
    for (std::size_t epoch = 0; epoch < 3; ++epoch) {
      CHECK(epochs.run_epoch() == (epoch == 2 ? RunEnd::kFinished : RunEnd::kEpoch));
      CHECK(epochs.result().loss.size() == epoch + 1);
      CHECK(epochs.epoch_loss(epoch).loss == run.epoch_loss(epoch).loss);
      CHECK(epochs.progress().words == (epoch + 1) * corpus.text.size());
    }
    CHECK(values(by_epochs.model) == expected);
    check_equal(epochs.result(), run.result());
    CHECK(epochs.run_epoch() == RunEnd::kFinished);  // nothing is left
    CHECK(values(by_epochs.model) == expected);

    // On a busy machine the other thread may come when all is over.
    int stops = 0;
    for (int tries = 0; stops == 0 && tries < 1000; ++tries) {
      stops = stop_and_go_on(corpus, settings, run.result(), expected);
    }
    CHECK(stops > 0);
  }
}

TEST_CASE("a run that is asked to stop before it begins trains nothing") {
  const Corpus corpus = small_corpus(500);
  Parts parts(corpus, {.dim = 5, .epochs = 2});
  const std::vector<float> before = values(parts.model);
  TrainingRun run = parts.begin();
  run.ask_to_stop();
  CHECK(run.run() == RunEnd::kStopped);
  CHECK(run.run_epoch() == RunEnd::kStopped);
  CHECK(values(parts.model) == before);
  CHECK(run.result().words_raw == 0);
  CHECK(run.result().loss.empty());
}

TEST_CASE("several threads that are stopped have done what their position says") {
  const Corpus corpus = small_corpus(60'000);  // five chunks
  for (TrainSettings settings : kModes) {
    settings.dim = 8;
    settings.epochs = 4;
    settings.threads = settings.softmax_exact ? 1 : 3;
    Parts parts(corpus, settings);
    TrainingRun run = parts.begin();
    std::atomic<bool> over{false};
    std::thread stopper([&] {
      while (run.progress().words == 0 && !over) std::this_thread::yield();
      run.ask_to_stop();
    });
    run.run();
    over = true;
    stopper.join();
    const PositionRecord position = (*parts.position).read();
    CHECK(position.redo.empty());  // who had a chunk has finished it
    CHECK(run.progress().words == run.schedule().words_done(position));
    LocalPosition rest(position, parts.plan);
    TrainingRun last(corpus, parts.plan, parts.tables, parts.model, *rest);
    CHECK(last.run() == RunEnd::kFinished);
    const TrainResult result = last.result();
    CHECK(result.words_raw == 4 * corpus.text.size());
    CHECK(result.loss.size() == 4);
    // What sub-sampling keeps is a function of the chunks, each of which was trained once.
    settings.threads = 1;
    Parts alone(corpus, settings);
    TrainingRun whole = alone.begin();
    whole.run();
    CHECK(result.words_kept == whole.result().words_kept);
    CHECK(result.examples == whole.result().examples);
  }
}

TEST_CASE(
    "chunks to be trained again come first, and an epoch's end is that of the first of them") {
  const Corpus corpus = small_corpus(40'000);
  const PositionRecord start{.next = 7, .redo = {1, 4, 5}, .epochs = {}, .seconds = 0};
  Parts parts(corpus, {.dim = 5, .epochs = 3}, start);
  TrainingRun run = parts.begin();
  CHECK(run.schedule().chunks().size() == 3);
  CHECK(run.epochs_done() == 0);
  CHECK(run.run_epoch() == RunEnd::kEpoch);
  CHECK((*parts.position).read().redo == std::vector<std::uint64_t>{4, 5});
  CHECK(run.epochs_done() == 1);  // though one chunk of the third is
  CHECK(run.run_epoch() == RunEnd::kEpoch);
  CHECK((*parts.position).read().redo.empty());
  CHECK((*parts.position).read().next == 7);
  CHECK(run.epochs_done() == 2);
  CHECK(run.run_epoch() == RunEnd::kFinished);
  CHECK(run.epochs_done() == 3);
  CHECK(run.progress().words == 3 * corpus.text.size());
}

TEST_CASE("a position of another text is refused, before anything is trained") {
  const Corpus corpus = small_corpus(40'000);
  const PositionRecord wrong[] = {
      {.next = 10, .redo = {}, .epochs = {}, .seconds = 0},   // the run has nine
      {.next = 5, .redo = {5}, .epochs = {}, .seconds = 0},   // not behind it
      {.next = 9, .redo = {12}, .epochs = {}, .seconds = 0},  // not of the run
  };
  for (const PositionRecord& position : wrong) {
    Parts parts(corpus, {.dim = 5, .epochs = 3}, position);
    const std::vector<float> before = values(parts.model);
    CHECK(contains(error_of([&] { parts.begin(); }), "it is of another run"));
    CHECK(values(parts.model) == before);
  }
  Parts right(corpus, {.dim = 5, .epochs = 3},
              {.next = 9, .redo = {8}, .epochs = {}, .seconds = 0});
  CHECK(right.begin().run() == RunEnd::kFinished);
}

TEST_CASE("no epochs are finished at once") {
  const Corpus corpus = small_corpus(500);
  Parts parts(corpus, {.dim = 5, .epochs = 0});
  TrainingRun run = parts.begin();
  CHECK(run.run_epoch() == RunEnd::kFinished);
  CHECK(run.run() == RunEnd::kFinished);
  CHECK(run.result().loss.empty());
}

}  // namespace
