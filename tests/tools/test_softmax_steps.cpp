// What softmax-view records is what the reference trainers compute, number for number.
//
// Claims: for both architectures, run side by side with calls of engine/reference alone, every step
// has their traces, rows, matrices and losses, to the bit; the first W is word2vec's; the tree's
// probabilities sum to one; noise is never the word that it is noise for; the same seed is the same
// run, and another is not. Out of scope: that the reference is right (tests/engine), and the page.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "engine/model/model.hpp"
#include "io/error.hpp"
#include "tools/softmax_steps.hpp"
#include "tools/softmax_text.hpp"

namespace {

using namespace hogvec;
using namespace hogvec::tools;
using Words = std::vector<std::uint32_t>;

ShortText text_of(const std::string& text, std::uint64_t min_count = 1) {
  const auto source = io::text_of_pieces([&, read = false](std::string& bytes) mutable {
    if (!read) bytes += text;
    return !std::exchange(read, true);
  });
  return read_short_text(*source, "text", min_count);
}

const std::string kText = "a b c a b\nd e a\nlonely\nb b d c e a\nf a b\n";
constexpr StepSettings kSettings{
    .dim = 4, .window = 2, .steps = 60, .negative = 3, .alpha = 0.2, .seed = 7};

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

}  // namespace

TEST_CASE("softmax steps: the text is numbered as the vocabulary is, sentence by sentence") {
  const ShortText text = text_of(kText);
  CHECK(text.vocabulary.size() == 8);
  CHECK(text.vocabulary.word(1) == "a");
  CHECK(text.sentences.size() == 5);
  CHECK(text.sentences[1] == Words{4, 5, 1});
  CHECK(text.length() == 18);
}

TEST_CASE("softmax steps: the first W is that of word2vec, and W' is zero") {
  const ShortText text = text_of(kText);
  const StepsRun run = record_steps(text, Architecture::kCbow, kSettings);
  ModelShape shape;
  shape.words = text.vocabulary.size();
  shape.dim = kSettings.dim;
  const Model model(shape);
  initialize(model, kSettings.seed, 1);
  for (std::size_t k = 0; k < run.first.input.size(); ++k) {
    CHECK(run.first.input[k] ==
          static_cast<double>(model.input.row(k / kSettings.dim)[k % kSettings.dim]));
    CHECK(run.first.output[k] == 0.0);
  }
}

TEST_CASE("softmax steps: what is recorded is what the reference computes") {
  const ShortText text = text_of(kText);
  for (const bool cbow : {false, true}) {
    CAPTURE(cbow);
    const StepsRun run =
        record_steps(text, cbow ? Architecture::kCbow : Architecture::kSkipGram, kSettings);
    REQUIRE(run.steps.size() == kSettings.steps);
    reference::Model model = run.first;
    double before = 0.0;
    for (const Step& step : run.steps) {
      const Example& at = step.example;
      CHECK(text.sentences[at.sentence][at.position] == at.center);
      CHECK(!at.context.empty());
      reference::SoftmaxTrace trace;
      const double loss = cbow ? cbow_softmax_step(model, at.center, at.context, 0.2, &trace)
                               : full_softmax_step(model, at.center, at.context, 0.2, &trace);
      CHECK(step.loss == loss);
      CHECK(step.softmax.hidden == trace.hidden);
      CHECK(step.softmax.scores == trace.scores);
      CHECK(step.softmax.predictions == trace.predictions);
      CHECK(step.softmax.panel_errors == trace.panel_errors);
      CHECK(step.softmax.errors == trace.errors);
      CHECK(step.softmax.hidden_error == trace.hidden_error);
      CHECK(step.output == model.output);
      Words moved = cbow ? at.context : Words{at.center};
      std::sort(moved.begin(), moved.end());
      moved.erase(std::unique(moved.begin(), moved.end()), moved.end());
      CHECK(step.moved == moved);
      for (std::size_t k = 0; k < step.input.size(); ++k) {
        CHECK(step.input[k] ==
              model.input[moved[k / kSettings.dim] * kSettings.dim + k % kSettings.dim]);
      }
      // Distributions, to the rounding of a dozen summands.
      CHECK(std::abs(sum(step.softmax.predictions) - 1.0) < 1e-14);
      CHECK(std::abs(sum(step.noise.probabilities) - 1.0) < 1e-14);
      CHECK(std::abs(sum(step.tree.probabilities) - 1.0) < 1e-14);
      std::uint32_t positive = 0;
      for (std::size_t m = 0; m < step.noise.rows.size(); ++m) {
        if (step.noise.truths[m] == 1.0) positive = step.noise.rows[m];
        CHECK((step.noise.truths[m] == 1.0 || step.noise.rows[m] != positive));
      }
      before = step.losses.softmax;
    }
    // 60 steps of 17 places: less than in the beginning, log V.
    CHECK(run.losses.softmax == doctest::Approx(std::log(8.0)));
    CHECK(before < run.losses.softmax);
    CHECK(run.steps.back().losses.tree < run.losses.tree);
  }
}

TEST_CASE("softmax steps: a lone word is no center, and the text begins again at its end") {
  const ShortText text = text_of("a b\nlonely\nb a c\n");
  StepSettings settings = kSettings;
  settings.steps = 7;
  const StepsRun run = record_steps(text, Architecture::kSkipGram, settings);
  std::vector<std::pair<std::size_t, std::size_t>> places;
  for (const Step& step : run.steps) {
    places.emplace_back(step.example.sentence, step.example.position);
  }
  CHECK(places == std::vector<std::pair<std::size_t, std::size_t>>{
                      {0, 0}, {0, 1}, {2, 0}, {2, 1}, {2, 2}, {0, 0}, {0, 1}});
  CHECK(run.steps[3].example.center == 1);
  CHECK(run.steps[3].example.context == Words{2, 4});  // b and c; "lonely" came before c
}

TEST_CASE("softmax steps: a seed is a run") {
  const ShortText text = text_of(kText);
  StepSettings other = kSettings;
  other.seed = 8;
  const StepsRun a = record_steps(text, Architecture::kSkipGram, kSettings);
  const StepsRun b = record_steps(text, Architecture::kSkipGram, kSettings);
  const StepsRun c = record_steps(text, Architecture::kSkipGram, other);
  CHECK(a.steps.back().output == b.steps.back().output);
  CHECK(a.steps.back().noise.probabilities == b.steps.back().noise.probabilities);
  CHECK(a.steps.back().output != c.steps.back().output);
}

TEST_CASE("softmax steps: what cannot be shown is told") {
  CHECK_THROWS_WITH_AS(text_of(""), doctest::Contains("has no word"), Error);
  CHECK_THROWS_WITH_AS(text_of("a a a\n"), doctest::Contains("only one word"), Error);
  CHECK_THROWS_WITH_AS(text_of("a\nb\n"), doctest::Contains("beside it"), Error);
  std::string many = "x x x y y z";
  for (int i = 0; i < 60; ++i) many += " w" + std::to_string(i);
  CHECK_THROWS_WITH_AS(text_of(many), doctest::Contains("-min-count 2, which leaves 2"), Error);
  CHECK(text_of(many, 2).vocabulary.size() == 3);
  std::string longer;
  for (int i = 0; i < 1001; ++i) longer += "a b ";
  CHECK_THROWS_WITH_AS(text_of(longer), doctest::Contains("more than 2000 words"), Error);
  StepSettings wild = kSettings;
  wild.alpha = 1e9;
  CHECK_THROWS_WITH_AS(record_steps(text_of(kText), Architecture::kSkipGram, wild),
                       doctest::Contains("beyond all use"), Error);
}
