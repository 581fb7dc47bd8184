// The full softmax over ranks that have W' together: the bytes of one process, for any number of
// ranks, wherever it is stopped, and where some ranks have no rows at all. Ranks that are threads.
#include <doctest/doctest.h>

#include <atomic>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "engine/cluster/local_ranks.hpp"
#include "engine/cluster/shared_run.hpp"
#include "engine/train/softmax/shards.hpp"
#include "engine/train/train.hpp"
#include "tests/engine/small_runs.hpp"

namespace {

using namespace hogvec;

constexpr TrainSettings kSoftmaxModes[] = {
    {.full_softmax = true, .negatives = 0},
    {.full_softmax = true, .negatives = 0, .softmax_batch = 1},
    {.full_softmax = true, .negatives = 0, .softmax_exact = true},
    {.architecture = Architecture::kCbow, .full_softmax = true, .negatives = 0},
    {.full_softmax = true, .negatives = 0, .softmax_precision = SoftmaxPrecision::kBf16},
};

/// Text of about `different` words, in lines.
Corpus corpus_of(std::size_t words, unsigned different) {
  std::mt19937 random(5);
  std::string text;
  for (std::size_t i = 0; i < words; ++i) {
    text += "w" + std::to_string(random() % (1 + random() % different));
    text += random() % 12 == 0 ? '\n' : ' ';
  }
  const testing::TemporaryFile file(text);
  return read_corpus(file.path(), {.min_count = 1});
}

std::vector<float> values(const Model& model) {
  std::vector<float> all;
  for (const MatrixView matrix : model.matrices()) {
    for (std::size_t k = 0; k < matrix.rows(); ++k) {
      all.insert(all.end(), matrix.row(k), matrix.row(k) + matrix.dim());
    }
  }
  return all;
}

/// Rows of another stride than those of a Matrix, as a file may have them.
class OtherStride {
 public:
  explicit OtherStride(const MatrixView& like)
      : memory_(like.rows(), like.stride() + 16),
        view_{memory_.data(), like.rows(), like.dim(), memory_.stride()} {}
  const MatrixView& view() const noexcept { return view_; }

 private:
  Matrix memory_;
  MatrixView view_;
};

/// What the first of several ranks has when run() has come back.
struct Outcome {
  std::vector<float> model;
  PositionRecord position;
  RunEnd end = RunEnd::kStopped;
  TrainResult result;
};

template <class Work>
Outcome run_ranks(int size, const Corpus& corpus, const TrainSettings& settings,
                  const PositionRecord& start, const std::vector<float>& from, bool in_file,
                  const Work& work) {
  Outcome outcome;
  const TrainPlan plan = make_plan(settings);
  run_local_ranks(size, [&](Ranks& ranks) {
    const RunTables tables(corpus.vocabulary, plan);
    const ChunkPlan chunks(corpus.text);
    Model model(ModelShape(corpus.vocabulary.size(), plan));
    const OtherStride input(model.input);
    const OtherStride output(model.output);
    if (ranks.first()) {  // which alone knows what the run begins with
      if (in_file) {
        model.input = input.view();
        model.output = output.view();
      }
      auto next = from.begin();
      for (const MatrixView matrix : model.matrices()) {
        for (std::size_t k = 0; k < matrix.rows(); ++k) {
          std::copy_n(next, matrix.dim(), matrix.row(k));
          next += static_cast<std::ptrdiff_t>(matrix.dim());
        }
      }
    }
    const auto run =
        share_run(ranks, chunks, corpus, plan, tables, model, in_file, start, Placement{}, {});
    const RunEnd end = work(ranks, *run);
    const std::vector<int> all = values_of_all(ranks, static_cast<int>(end));
    for (const int other : all) CHECK(other == all[0]);
    if (!ranks.first()) return;
    outcome = {values(model), run->position(), end, run->result()};
  });
  return outcome;
}

TEST_CASE("ranks that have W' together come to the bytes of one process") {
  const Corpus corpus = corpus_of(24'000, 2'500);  // two chunks, eight slices of 128 rows or more
  for (TrainSettings settings : kSoftmaxModes) {
    settings.dim = 12;
    settings.epochs = 1;
    settings.window = 2;
    Model alone = initial_model(corpus.vocabulary.size(), settings);
    const std::vector<float> start = values(alone);
    const TrainResult expected = train(corpus, settings, alone);
    for (const int size : {2, 3, 4}) {
      for (const int threads : {1, 2}) {
        CAPTURE(size);
        CAPTURE(threads);
        settings.threads = threads;
        const Outcome outcome = run_ranks(size, corpus, settings, {}, start, threads == 2,
                                          [](Ranks&, SharedRun& run) { return run.run(); });
        CHECK(outcome.end == RunEnd::kFinished);
        CHECK(outcome.model == values(alone));
        CHECK(outcome.result.loss == expected.loss);
        CHECK(outcome.result.words_kept == expected.words_kept);
      }
    }
    settings.threads = 1;
  }
}

TEST_CASE("a vocabulary that is too small for all ranks") {
  const Corpus corpus = corpus_of(12'000, 300);  // one slice or two
  for (TrainSettings settings : kSoftmaxModes) {
    settings.dim = 8;
    settings.epochs = 1;
    Model alone = initial_model(corpus.vocabulary.size(), settings);
    const std::vector<float> start = values(alone);
    train(corpus, settings, alone);
    const Outcome outcome = run_ranks(5, corpus, settings, {}, start, false,
                                      [](Ranks&, SharedRun& run) { return run.run(); });
    CHECK(outcome.model == values(alone));
  }
}

TEST_CASE("stopped, paused and epoch by epoch, by ranks that change their number: the same bytes") {
  const Corpus corpus = corpus_of(70'000, 1'500);  // six chunks
  TrainSettings settings{.full_softmax = true, .negatives = 0};
  settings.dim = 8;
  settings.epochs = 2;
  settings.window = 2;
  settings.subsampling = 1e-4;
  Model alone = initial_model(corpus.vocabulary.size(), settings);
  Outcome outcome;
  outcome.model = values(alone);
  train(corpus, settings, alone);
  const int sizes[] = {3, 2, 1 + 3, 2, 3};
  int rounds = 0;
  while (outcome.end != RunEnd::kFinished) {
    REQUIRE(rounds < 30);
    const int round = rounds++;
    outcome = run_ranks(sizes[round % 5], corpus, settings, outcome.position, outcome.model,
                        round % 2 == 0, [&](Ranks& ranks, SharedRun& run) {
                          std::atomic<int> asked = 0;
                          if (round % 3 == 0) run.pause_when([&] { return ++asked == 3; });
                          if (round % 3 == 1) return run.run_epoch();
                          // Before it begins: it trains nothing.
                          if (round % 6 == 2 && ranks.rank() == 1) run.ask_to_stop();
                          return run.run();
                        });
    CHECK(outcome.position.redo.empty());
  }
  CHECK(rounds > 2);
  CHECK(outcome.model == values(alone));
}

TEST_CASE("values that grow beyond all use are found by who has them, and told to all") {
  const Corpus corpus = corpus_of(40'000, 1'500);
  TrainSettings settings{.full_softmax = true, .negatives = 0};
  settings.dim = 8;
  settings.epochs = 3;
  settings.alpha = 1e4;
  Model alone = initial_model(corpus.vocabulary.size(), settings);
  const Outcome outcome =
      run_ranks(3, corpus, settings, {}, values(alone), false, [](Ranks&, SharedRun& run) {
        const RunEnd end = run.run();
        CHECK(run.divergence());
        return end;
      });
  CHECK(outcome.end == RunEnd::kDiverged);
}

TEST_CASE("ranks have all slices, each one, and as many as the others") {
  for (const std::size_t slices : {1u, 2u, 8u, 256u}) {
    for (std::size_t ranks = 1; ranks < 40; ++ranks) {
      std::size_t next = 0;
      for (std::size_t rank = 0; rank < ranks; ++rank) {
        const SliceRange range = slices_of_rank(slices, ranks, rank);
        CHECK(range.begin == next);
        CHECK(range.end - range.begin <= slices / ranks + 1);
        CHECK(range.end - range.begin >= slices / ranks);
        next = range.end;
      }
      CHECK(next == slices);
    }
  }
}

}  // namespace
