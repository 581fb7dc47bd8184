// LockedWords: rows of W that no mode changes, bit by bit, while all else is trained from them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "engine/train/train.hpp"
#include "tests/engine/small_runs.hpp"

namespace {

using namespace hogvec;
using testing::kModes;
using testing::small_corpus;

bool same_row(MatrixView a, MatrixView b, std::size_t row) {
  return std::memcmp(a.row(row), b.row(row), a.dim() * sizeof(float)) == 0;
}

std::size_t same_rows(MatrixView a, MatrixView b) {
  std::size_t same = 0;
  for (std::size_t row = 0; row < a.rows(); ++row) same += same_row(a, b, row);
  return same;
}

Model trained(const Corpus& corpus, const TrainSettings& settings,
              const std::vector<std::string>& locked) {
  const TrainPlan plan = make_plan(settings);
  const RunTables tables(corpus.vocabulary, plan, LockedWords(corpus.vocabulary, locked));
  Model model = initial_model(corpus.vocabulary.size(), settings);
  LocalPosition position({}, plan);
  TrainingRun(corpus, plan, tables, model, *position).run();
  return model;
}

TEST_CASE("the vocabulary's words of a list are locked, each once") {
  const Corpus corpus = small_corpus(500);
  const std::vector<std::string> words{"w1", "none", "w2", "w1"};
  const LockedWords locked(corpus.vocabulary, words);
  CHECK(locked.size() == 2);
  CHECK(locked.hold(*corpus.vocabulary.find("w1")));
  CHECK(locked.hold(*corpus.vocabulary.find("w2")));
  CHECK_FALSE(locked.hold(*corpus.vocabulary.find("w3")));
  CHECK(LockedWords(corpus.vocabulary.size(), locked.ids()).ids() == locked.ids());
  CHECK(testing::contains(testing::error_of([] { LockedWords(3, std::vector<WordId>{3}); }),
                          "its vocabulary has not"));
  CHECK_FALSE(LockedWords().any());
  CHECK_FALSE(LockedWords().hold(3));
}

TEST_CASE("locked words keep their vectors, and others are trained") {
  const Corpus corpus = small_corpus(30'000);
  const std::vector<std::string> words{"w0", "w3", "w11", "w40"};
  for (TrainSettings settings : kModes) {
    settings.dim = 20;
    settings.epochs = 2;
    const Model initial = initial_model(corpus.vocabulary.size(), settings);
    for (const int threads : {1, 3}) {
      settings.threads = threads;
      const Model model = trained(corpus, settings, words);
      for (const std::string& word : words) {
        CHECK(same_row(model.input, initial.input, *corpus.vocabulary.find(word)));
      }
      // The sentence's end is never trained.
      CHECK(same_rows(model.input, initial.input) == words.size() + 1);
    }
  }
}

TEST_CASE("with all words locked only the outputs learn, and with none all is as ever") {
  const Corpus corpus = small_corpus(15'000);
  std::vector<std::string> all;
  for (const io::WordCount& entry : corpus.vocabulary.words()) all.push_back(entry.word);
  for (TrainSettings settings : kModes) {
    settings.dim = 20;
    settings.epochs = 1;
    const Model initial = initial_model(corpus.vocabulary.size(), settings);
    const Model outputs = trained(corpus, settings, all);
    CHECK(same_rows(outputs.input, initial.input) == initial.input.rows());
    const MatrixView trained_rows = outputs.output.empty() ? outputs.nodes : outputs.output;
    CHECK(std::any_of(trained_rows.row(1), trained_rows.row(1) + 20,
                      [](float value) { return value != 0; }));
    Model expected = initial_model(corpus.vocabulary.size(), settings);
    train(corpus, settings, expected);
    const Model none = trained(corpus, settings, {});
    CHECK(same_rows(none.input, expected.input) == expected.input.rows());
  }
}

}  // namespace
