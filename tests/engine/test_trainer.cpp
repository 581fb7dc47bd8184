// Whole training runs of the float engine against the double reference, on small texts.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "engine/reference/reference.hpp"
#include "engine/sampling/alias_sampler.hpp"
#include "engine/sampling/subsampling.hpp"
#include "engine/train/chunk.hpp"
#include "engine/train/train.hpp"
#include "engine/vocab/huffman_tree.hpp"
#include "io/error.hpp"
#include "tests/engine/small_runs.hpp"
#include "tests/files.hpp"

namespace {

using namespace hogvec;
using testing::initial_reference;
using testing::kModes;
using testing::largest_difference;
using testing::small_corpus;

std::vector<float> values(MatrixView matrix) {
  return {matrix.data(), matrix.data() + matrix.rows() * matrix.stride()};
}

TEST_CASE("initial values are those of the reference's generator") {
  const Model model = initial_model(3000, {.dim = 7, .seed = 5});
  CHECK(largest_difference(model.input, initial_reference(3000, 7, 5).input) == 0);
  CHECK(largest_difference(model.output, std::vector<double>(3000 * 7)) == 0);
}

TEST_CASE("one thread and one seed repeat their bytes; another seed does not") {
  const Corpus corpus = small_corpus(30'000);
  for (const TrainSettings& mode : kModes) {
    const auto run = [&](std::uint64_t seed) {
      TrainSettings settings = mode;
      settings.dim = 20;
      settings.epochs = 1;
      settings.seed = seed;
      Model model = initial_model(corpus.vocabulary.size(), settings);
      train(corpus, settings, model);
      return values(model.input);
    };
    CHECK(run(1) == run(1));
    CHECK(run(1) != run(2));
  }
}

/// An epoch of full softmax with windows of one word: its loss, and how many centers it had.
std::pair<double, std::size_t> reference_softmax(const Corpus& corpus, double alpha,
                                                 reference::Model& model) {
  double loss = 0;
  std::size_t centers = 0;
  const std::span<const WordId> text = corpus.text.ids();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == kSentenceEnd) continue;
    std::vector<std::uint32_t> context;
    if (i > 0 && text[i - 1] != kSentenceEnd) context.push_back(text[i - 1]);
    if (i + 1 < text.size() && text[i + 1] != kSentenceEnd) context.push_back(text[i + 1]);
    if (context.empty()) continue;
    loss += reference::full_softmax_step(model, text[i], context, alpha);
    ++centers;
  }
  return {loss, centers};
}

TEST_CASE("a text in a file is trained as one in memory") {
  const Corpus in_memory = small_corpus(60'000);
  Corpus in_file = small_corpus(60'000);
  in_file.text = EncodedCorpus(in_memory.text.ids(), {.memory_limit = 1});
  for (const bool full_softmax : {false, true}) {
    const TrainSettings settings{
        .full_softmax = full_softmax, .negatives = full_softmax ? 0u : 5u, .dim = 20, .epochs = 2};
    Model expected = initial_model(in_memory.vocabulary.size(), settings);
    Model model = initial_model(in_memory.vocabulary.size(), settings);
    train(in_memory, settings, expected);
    train(in_file, settings, model);
    for (std::size_t word = 0; word < model.input.rows(); ++word) {
      CHECK(
          std::equal(model.input.row(word), model.input.row(word) + 20, expected.input.row(word)));
    }
  }
}

TEST_CASE("full softmax, one center at a time, is the paper's epoch") {
  const Corpus corpus = small_corpus(5'000);
  const TrainSettings settings{.full_softmax = true,
                               .negatives = 0,
                               .softmax_batch = 1,
                               .dim = 25,
                               .window = 1,
                               .subsampling = 0,
                               .epochs = 1};
  Model model = initial_model(corpus.vocabulary.size(), settings);
  const TrainResult result = train(corpus, settings, model);

  reference::Model expected = initial_reference(corpus.vocabulary.size(), settings.dim, 1);
  const auto [loss, centers] = reference_softmax(corpus, settings.alpha, expected);
  // 5,000 steps in float, each rounding at 6e-8 of values below 1.
  CHECK(largest_difference(model.input, expected.input) < 1e-4);
  CHECK(largest_difference(model.output, expected.output) < 1e-4);
  CHECK(result.loss[0] == doctest::Approx(loss / static_cast<double>(centers)).epsilon(1e-5));
  CHECK(result.examples == centers);
}

TEST_CASE("a worker's replicas of hot rows end in the shared rows") {
  // Two workers, of which one finds no work: a text this short is one chunk. What the other has
  // trained in its replicas must be what one worker alone trains in place, but for the rounding of
  // what is added.
  const Corpus corpus = small_corpus(3'000);
  for (TrainSettings settings : kModes) {
    settings.dim = 18;
    settings.epochs = 1;
    Model alone = initial_model(corpus.vocabulary.size(), settings);
    train(corpus, settings, alone);
    settings.threads = 2;
    Model shared = initial_model(corpus.vocabulary.size(), settings);
    train(corpus, settings, shared);
    for (const auto& [one, two] : {std::pair{&alone.input, &shared.input},
                                   {&alone.output, &shared.output},
                                   {&alone.nodes, &shared.nodes}}) {
      const std::vector<float> a = values(*one);
      const std::vector<float> b = values(*two);
      REQUIRE(a.size() == b.size());
      for (std::size_t i = 0; i < a.size(); ++i) CHECK(std::fabs(a[i] - b[i]) < 1e-5);
    }
  }
}

TEST_CASE("softmax batches and threads come to the same loss") {
  const Corpus corpus = small_corpus(40'000);
  const auto final_loss = [&](std::size_t batch, int threads) {
    const TrainSettings settings{.full_softmax = true,
                                 .negatives = 0,
                                 .softmax_batch = batch,
                                 .dim = 20,
                                 .epochs = 3,
                                 .threads = threads};
    Model model = initial_model(corpus.vocabulary.size(), settings);
    const TrainResult result = train(corpus, settings, model);
    CHECK(result.loss[2] < result.loss[0]);
    return result.loss[2];
  };
  const double one = final_loss(1, 1);
  // A delay of 32 of 40,000 centers, and the order of the threads, move the loss by less than 1 %.
  CHECK(final_loss(32, 1) == doctest::Approx(one).epsilon(0.01));
  CHECK(final_loss(33, 3) == doctest::Approx(one).epsilon(0.01));
}

TEST_CASE("scores beyond the range of exp are trained right") {
  const Corpus corpus = small_corpus(200);
  for (const float scale : {200.0f, -200.0f}) {
    const TrainSettings settings{.full_softmax = true,
                                 .negatives = 0,
                                 .softmax_batch = 1,
                                 .dim = 4,
                                 .window = 1,
                                 .subsampling = 0,
                                 .epochs = 1,
                                 .alpha = 1e-6};
    Model model = initial_model(corpus.vocabulary.size(), settings);
    reference::Model expected = initial_reference(corpus.vocabulary.size(), settings.dim, 1);
    std::mt19937 random(5);
    for (std::size_t k = 0; k < model.input.rows(); ++k) {
      for (std::size_t d = 0; d < settings.dim; ++d) {
        // Rows of W' all on one side of all rows of W: scores of about +-500 to +-1500.
        model.input.row(k)[d] = 1.0f + static_cast<float>(random() % 100) / 100;
        model.output.row(k)[d] = scale * (1.0f + static_cast<float>(k % 7) / 20);
        expected.input[k * settings.dim + d] = model.input.row(k)[d];
        expected.output[k * settings.dim + d] = model.output.row(k)[d];
      }
    }
    const TrainResult result = train(corpus, settings, model);
    const double loss = reference_softmax(corpus, settings.alpha, expected).first;
    CHECK(std::isfinite(result.loss[0]));
    CHECK(result.loss[0] * static_cast<double>(result.examples) ==
          doctest::Approx(loss).epsilon(1e-3));
    // Scores of 1500 are rounded at 1e-4, and so are the steps they make; rows are about 200.
    CHECK(largest_difference(model.input, expected.input) < 1e-3);
    CHECK(largest_difference(model.output, expected.output) < 1e-3);
  }
}

TEST_CASE("rates and noise that a block cannot bear at once are trained in parts") {
  // At once many of these end in values beyond all use. 60 words, so that each of them is drawn
  // eight times as noise.
  const Corpus corpus = small_corpus(30'000);
  for (TrainSettings settings : kModes) {
    if (settings.full_softmax) continue;
    settings.dim = 20;
    settings.epochs = 2;
    for (const int threads : {1, 2}) {
      settings.threads = threads;
      const auto largest = [&] {
        const Model model = initial_model(corpus.vocabulary.size(), settings);
        const TrainResult result = train(corpus, settings, model);
        // Divergence would multiply it. By two threads it is no function of the text: one that
        // comes late, on a busy machine, trains from old rows, and little is left to learn here.
        CHECK(result.loss[1] < (threads == 1 ? 1 : 1.1) * result.loss[0]);
        float most = 0;
        for (const MatrixView matrix : {model.input, model.output, model.nodes}) {
          for (const float value : values(matrix)) most = std::max(most, std::fabs(value));
        }
        return most;
      };
      settings.alpha = 0.3;
      CHECK(largest() < 10);
      settings.alpha = settings.architecture == Architecture::kCbow ? 0.05 : 0.025;
      if (settings.negatives == 0) continue;
      settings.negatives = 500;
      CHECK(largest() < 10);
      settings.negatives = 5;
    }
  }
}

TEST_CASE("several threads train as well as one") {
#ifdef __SANITIZE_THREAD__
  // Threads of one batch wait for each other several times a batch: that makes minutes of a long
  // text where all is slow, and a race of theirs is in every batch.
  constexpr std::size_t kWordsOfTeam = 6'000;
#else
  constexpr std::size_t kWordsOfTeam = 60'000;
#endif
  const Corpus corpus_of_workers = small_corpus(60'000);  // six chunks
  const Corpus corpus_of_team = small_corpus(kWordsOfTeam);
  for (const TrainSettings& mode : kModes) {
    const bool team = mode.full_softmax && mode.softmax_threads != SoftmaxThreads::kHogwild;
    const Corpus& corpus = team ? corpus_of_team : corpus_of_workers;
    const auto final_loss = [&](int threads) {
      TrainSettings settings = mode;
      settings.dim = 20;
      settings.epochs = 3;
      settings.threads = threads;
      Model model = initial_model(corpus.vocabulary.size(), settings);
      return train(corpus, settings, model).loss[2];
    };
    CHECK(final_loss(4) == doctest::Approx(final_loss(1)).epsilon(0.02));
  }
}

TEST_CASE("no epochs leave the initial values; settings out of range are refused") {
  const Corpus corpus = small_corpus(500);
  TrainSettings settings{.dim = 5, .epochs = 0};
  Model model = initial_model(corpus.vocabulary.size(), settings);
  const TrainResult result = train(corpus, settings, model);
  CHECK(result.loss.empty());
  CHECK(largest_difference(model.input, initial_reference(model.input.rows(), 5, 1).input) == 0);
  settings.threads = 0;
  CHECK_THROWS_AS(train(corpus, settings, model), Error);
  settings = {.window = 1001};
  CHECK_THROWS_AS(check(settings), Error);
  settings = {.subsampling = std::nan("")};
  CHECK_THROWS_AS(check(settings), Error);
  const testing::TemporaryFile one_word("a a a\n");
  CHECK_THROWS_AS(check(read_corpus(one_word.path(), {.min_count = 1}), make_plan({})), Error);
  const testing::TemporaryFile no_neighbors("a\nb\na\nb\n");
  const Corpus lonely = read_corpus(no_neighbors.path(), {.min_count = 1});
  CHECK(testing::contains(testing::error_of([&] { check(lonely, make_plan({})); }),
                          "no word has a neighbour"));
  CHECK_NOTHROW(check(lonely, make_plan({.epochs = 0})));
}

}  // namespace
