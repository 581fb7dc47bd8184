// How many centers a batch of the full softmax trains at once, and what becomes of texts that
// repeat themselves. Out of scope: whether that much is best, which depends on the text.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>

#include "engine/sampling/subsampling.hpp"
#include "engine/train/softmax/steadiness.hpp"
#include "engine/train/train.hpp"
#include "tests/files.hpp"

namespace {

using namespace hogvec;

Corpus read(const std::string& text) {
  const testing::TemporaryFile file(text);
  return read_corpus(file.path(), {.min_count = 1});
}

/// steady_centers() of a sentence whose inner centers have two context words each, and whose hidden
/// vectors are `row(word)`.
template <class Row>
std::size_t steady_centers(const std::string& text, TrainSettings settings, float alpha,
                           const Row& row) {
  const Corpus corpus = read(text);
  settings.window = 1;
  const Model model = initial_model(corpus.vocabulary.size(), settings);
  for (WordId k = 0; k < model.input.rows(); ++k) row(k, model.input.row(k));
  ChunkSample sample(corpus.text.size(), 2);
  sample.draw(corpus.text.ids(), keep_thresholds(corpus.vocabulary, 0), 1, 1, 2);
  const TrainPlan plan = make_plan(settings);
  const LockedWords locked;
  SoftmaxBatch batch(model.input, plan, locked);
  const Sentence& sentence = sample.sentences()[0];
  for (std::uint32_t i = sentence.begin; i < sentence.end; ++i) batch.add(sample, sentence, i);
  batch.load_hidden();
  return SoftmaxSteadiness(model.input.stride(), plan).steady_centers(batch, alpha);
}

TEST_CASE("as many centers are trained at once as move a score by 8") {
  const TrainSettings settings{.full_softmax = true, .negatives = 0, .dim = 20};
  const std::string text = "a b a b a b a b a b a b";
  // C = 1, 2, 2, ...: n centers move each score by alpha (2 n - 1).
  const auto equal = [](WordId, float* row) {
    std::fill_n(row, 20, 0.0f);
    row[3] = -1;
  };
  CHECK(steady_centers(text, settings, 0.5f, equal) == 8);   // 7.5, and then 8.5
  CHECK(steady_centers(text, settings, 1.0f, equal) == 4);   // 7, and then 9
  CHECK(steady_centers(text, settings, 0.1f, equal) == 12);  // all
  CHECK(steady_centers(text, settings, 100.0f, equal) == 1);
  const auto opposite = [&](WordId k, float* row) {
    equal(k, row);
    if (k % 2 == 1) row[3] = 1;
  };
  CHECK(steady_centers(text, settings, 1.0f, opposite) == 4);
  // Centers that have nothing in common: a and b alone, each at every other place.
  const auto apart = [](WordId k, float* row) {
    std::fill_n(row, 20, 0.0f);
    row[k] = 1;
  };
  CHECK(steady_centers(text, settings, 1.0f, apart) == 8);  // b: 2 n; the ninth center, a, is 9
  const auto not_a_number = [](WordId, float* row) { row[0] = NAN; };
  CHECK(steady_centers(text, settings, 1.0f, not_a_number) == 1);
}

TEST_CASE("workers without locks share what may be moved") {
  TrainSettings settings{.full_softmax = true, .negatives = 0, .dim = 20, .threads = 4};
  const auto equal = [](WordId, float* row) {
    std::fill_n(row, 20, 0.0f);
    row[0] = 1;
  };
  const std::string text = "a b a b a b a b a b a b";
  CHECK(steady_centers(text, settings, 0.5f, equal) == 8);  // threads of one batch
  settings.softmax_threads = SoftmaxThreads::kHogwild;
  CHECK(steady_centers(text, settings, 0.5f, equal) == 2);  // 1.5, and then 2.5
}

TEST_CASE("a text with refrains is learned, not overshot") {
  std::mt19937 random(5);
  std::string text;
  for (int verse = 0; verse < 100; ++verse) {
    for (int i = 0; i < 200; ++i) text += "w" + std::to_string(random() % 300) + ' ';
    for (int i = 0; i < 60; ++i) text += i % 3 == 0 ? "la li " : "la ";
    text += '\n';
  }
  const Corpus corpus = read(text);
  // Workers meet by chance: more than once.
  for (const int threads : {1, 4, 4, 4, 4, 4}) {
    CAPTURE(threads);
    TrainSettings settings{.full_softmax = true, .negatives = 0, .dim = 20, .epochs = 2};
    settings.subsampling = 0;
    settings.alpha = 0.1;
    settings.softmax_threads = SoftmaxThreads::kHogwild;
    settings.threads = threads;
    Model model = initial_model(corpus.vocabulary.size(), settings);
    const TrainResult result = train(corpus, settings, model);
    // Words at random have a perplexity of 300, the refrain, a quarter of the words, of about 2: 93
    // of both. Overshot, it grows beyond all numbers.
    CHECK(result.perplexity[1] < 120);
  }
}

}  // namespace
