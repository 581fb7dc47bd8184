// Divergence: values that are no numbers, or too long, are found wherever they are, and the word is
// named. A text of 60 words and models of 10,000 rows, 1 and 3 threads. Out of scope: what a
// program does about it (tools/test_model.sh).
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "engine/train/train.hpp"
#include "tests/engine/small_runs.hpp"

namespace {

using namespace hogvec;
using testing::contains;
using testing::error_of;
using testing::small_corpus;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

ModelShape shape_of(std::size_t words) {
  ModelShape shape;
  shape.words = words;
  shape.dim = 10;
  shape.output = shape.nodes = true;
  return shape;
}

TEST_CASE("a model whose rows are all sane has not diverged, at the bound itself either") {
  const Model model(shape_of(10'000));
  CHECK(!find_divergence(model, 1));
  for (const MatrixView matrix : model.matrices()) matrix.row(9'000)[3] = kLongestRow;
  CHECK(!find_divergence(model, 3));
  model.input.row(9'000)[4] = kLongestRow / 1000;  // the square of the length passes by 1e-6 of it
  CHECK(find_divergence(model, 3)->word == 9'000);
}

TEST_CASE("of the rows that are not sane the first is named, W before W' and words before nodes") {
  // Rows of one block of the search, of the next, and the last.
  for (const int threads : {1, 3}) {
    for (const float bad : {kNan, kInfinity, -kInfinity, 2 * kLongestRow, 1e30f}) {
      const Model model(shape_of(10'000));
      model.nodes.row(5)[2] = bad;
      REQUIRE(find_divergence(model, threads));
      CHECK(!find_divergence(model, threads)->word);  // a node has no word
      for (const WordId word : {9'999u, 4'097u, 4'096u, 4'095u, 0u}) {
        model.output.row(word)[9] = bad;
        CHECK(find_divergence(model, threads)->word == word);
      }
      for (const WordId word : {9'999u, 8'000u, 17u}) {
        model.input.row(word)[0] = bad;
        CHECK(find_divergence(model, threads)->word == word);
      }
    }
  }
}

/// The chunk of a text of word 50, of which nothing is left out.
ChunkSample sample_of(WordId word) {
  const std::vector<WordId> text(300, word);
  const std::vector<std::uint32_t> keep(1'000, std::numeric_limits<std::uint32_t>::max());
  ChunkSample sample(text.size(), 10);
  sample.draw(text, keep, 5, 1, 2);
  return sample;
}

TEST_CASE("a chunk shows it by its loss, by the frequent rows, and by its own") {
  const ChunkSample sample = sample_of(50);
  REQUIRE(sample.size() > 0);
  const Model model(shape_of(1'000));
  CHECK(!has_diverged(model, sample, {.sum = 1, .examples = 1, .panels = 0}));
  for (const double loss : {std::nan(""), double{kInfinity}}) {
    CHECK(has_diverged(model, sample, {.sum = loss, .examples = 1, .panels = 0}));
  }
  for (const MatrixView matrix : model.matrices()) {
    for (const float bad : {kNan, 2 * kLongestRow}) {
      matrix.row(7)[3] = bad;
      CHECK(has_diverged(model, sample, {}));
      matrix.row(7)[3] = 0;
    }
  }
  for (const MatrixView matrix : {model.input, model.output}) {
    matrix.row(50)[3] = kNan;
    CHECK(has_diverged(model, sample, {}));
    matrix.row(50)[3] = 0;
  }
  // That of a word which is in no chunk is left to find_divergence().
  model.input.row(51)[3] = kNan;
  CHECK(!has_diverged(model, sample, {}));
  CHECK(find_divergence(model, 1)->word == 51);
}

/// A run whose model has such a value before it begins.
std::optional<Divergence> divergence_of(const Corpus& corpus, const TrainSettings& settings,
                                        WordId word, float value) {
  const TrainPlan plan = make_plan(settings);
  const RunTables tables(corpus.vocabulary, plan);
  const Model model = initial_model(corpus.vocabulary.size(), settings);
  model.input.row(word)[0] = value;
  LocalPosition position({}, plan);
  TrainingRun run(corpus, plan, tables, model, *position);
  const RunEnd end = run.run();
  CHECK((end == RunEnd::kDiverged) == run.divergence().has_value());
  return run.divergence();
}

/// What 40,000 words have in six epochs, and a word that is not in the text.
Corpus corpus_with_unseen_word() {
  Corpus corpus = small_corpus(40'000);
  std::vector<io::WordCount> words = corpus.vocabulary.words();
  words.push_back({"unseen", 1});
  return {Vocabulary::in_order(std::move(words)), std::move(corpus.text)};
}

TEST_CASE("a run ends after the chunk that shows it, or at its end, and says which word it is") {
  const Corpus corpus = corpus_with_unseen_word();
  const auto rare = static_cast<WordId>(corpus.vocabulary.size() - 1);
  const TrainSettings settings{.dim = 8, .epochs = 6, .alpha = 0.01};

  const auto hot = divergence_of(corpus, settings, 1, kNan);
  REQUIRE(hot);
  CHECK(hot->word.has_value());  // by then what it has touched is none either
  CHECK(hot->epoch == 0);
  CHECK(hot->alpha == 0.01);

  // Nothing touches it: it is found when all epochs are trained, with the last alpha.
  const auto cold = divergence_of(corpus, settings, rare, 2 * kLongestRow);
  REQUIRE(cold);
  CHECK(cold->word == rare);
  CHECK(cold->epoch == 5);
  CHECK(cold->alpha < 0.001);
  CHECK(cold->alpha > 0);
  const std::string message = cold->message(corpus.vocabulary);
  CHECK(contains(message, "the vector of \"unseen\" has grown beyond a length of 1000"));
  CHECK(contains(message, "in epoch 6, at alpha 0.00"));

  CHECK(!divergence_of(corpus, settings, rare, kLongestRow / 2));
}

TEST_CASE("a learning rate beyond all use is an error of train(), in every objective") {
  const Corpus corpus = small_corpus(40'000);
  for (TrainSettings settings :
       {TrainSettings{}, TrainSettings{.hierarchical_softmax = true, .negatives = 0},
        TrainSettings{.full_softmax = true, .negatives = 0}}) {
    settings.dim = 8;
    settings.epochs = 1;
    settings.alpha = 1e6;
    const Model model = initial_model(corpus.vocabulary.size(), settings);
    const std::string message = error_of([&] { train(corpus, settings, model); });
    CHECK(contains(message, "in epoch 1, at alpha 1"));
    CHECK(contains(message, "training diverges; use a smaller -alpha"));
  }
}

}  // namespace
