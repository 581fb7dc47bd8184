// Epochs of the full softmax in its forms: exact batches, CBOW, and threads that own rows of W'.
//
// Texts of 5,000 words of a vocabulary of 60, with repeats close together, so that exact batches
// are cut; and of 3,000 words, which makes slices of W'. Windows of one word, without sub-sampling,
// so that nothing depends on what is drawn. Out of scope: the kernels (tests/simd), the speed.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "engine/reference/reference.hpp"
#include "engine/train/softmax/slices.hpp"
#include "engine/train/train.hpp"
#include "io/error.hpp"
#include "tests/files.hpp"

namespace {

using namespace hogvec;
using reference::SoftmaxExample;

Corpus corpus_of(std::size_t size, unsigned words) {
  std::mt19937 random(11);
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    const unsigned rank = 1 + random() % words;
    text += "w" + std::to_string(random() % rank);
    text += random() % 15 == 0 ? '\n' : ' ';
  }
  const testing::TemporaryFile file(text);
  return read_corpus(file.path(), {.min_count = 1});
}

reference::Model in_double(const Model& model) {
  const std::size_t dim = model.input.dim();
  reference::Model result{model.input.rows(), dim, {}, {}};
  for (std::size_t k = 0; k < model.input.rows(); ++k) {
    for (std::size_t d = 0; d < dim; ++d) {
      result.input.push_back(model.input.row(k)[d]);
      result.output.push_back(model.output.row(k)[d]);
    }
  }
  return result;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::fabs(a[i] - b[i]));
  return largest;
}

double largest_difference(const Model& got, const reference::Model& want) {
  const reference::Model model = in_double(got);
  return std::max(largest_difference(model.input, want.input),
                  largest_difference(model.output, want.output));
}

std::vector<float> values(MatrixView matrix) {
  return {matrix.data(), matrix.data() + matrix.rows() * matrix.stride()};
}

/// The centers of a text with windows of one word.
std::vector<SoftmaxExample> examples_of(const Corpus& corpus) {
  std::vector<SoftmaxExample> examples;
  const std::span<const WordId> text = corpus.text.ids();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == kSentenceEnd) continue;
    SoftmaxExample example{text[i], {}};
    if (i > 0 && text[i - 1] != kSentenceEnd) example.context.push_back(text[i - 1]);
    if (i + 1 < text.size() && text[i + 1] != kSentenceEnd) example.context.push_back(text[i + 1]);
    if (!example.context.empty()) examples.push_back(example);
  }
  return examples;
}

TrainSettings one_epoch() {
  return {
      .full_softmax = true, .negatives = 0, .dim = 25, .window = 1, .subsampling = 0, .epochs = 1};
}

double one_at_a_time(const std::vector<SoftmaxExample>& examples, double alpha,
                     reference::Model& model) {
  double loss = 0;
  for (const SoftmaxExample& example : examples) {
    loss += reference::full_softmax_step(model, example.center, example.context, alpha);
  }
  return loss;
}

/// W' of scores that are not all the same.
void fill_output(Model& model, float size) {
  std::mt19937 random(3);
  for (std::size_t k = 0; k < model.output.rows(); ++k) {
    for (std::size_t d = 0; d < model.output.dim(); ++d) {
      model.output.row(k)[d] = size * (static_cast<float>(random() % 2001) / 1000 - 1);
    }
  }
}

TEST_CASE("exact batches in double are one center at a time") {
  const std::vector<SoftmaxExample> examples = examples_of(corpus_of(5'000, 60));
  reference::Model one = in_double(initial_model(61, {.dim = 8}));
  // Scores of size 1, so that softmax and corrections are far from those of an untrained model.
  std::mt19937 random(7);
  for (double& x : one.input) x = static_cast<double>(random() % 2001) / 1000 - 1;
  one.output = one.input;
  reference::Model block = one;
  const double loss = one_at_a_time(examples, 0.025, one);
  double block_loss = 0;
  for (std::size_t begin = 0; begin < examples.size();) {
    std::size_t end = begin;
    const auto repeats = [&](const SoftmaxExample& example) {
      return std::any_of(examples.begin() + static_cast<std::ptrdiff_t>(begin),
                         examples.begin() + static_cast<std::ptrdiff_t>(end),
                         [&](const SoftmaxExample& e) { return e.center == example.center; });
    };
    while (end < examples.size() && end - begin < 16 && !repeats(examples[end])) ++end;
    block_loss += reference::full_softmax_exact_steps(
        block, std::span(examples).subspan(begin, end - begin), 0.025);
    begin = end;
  }
  // The same sums in another order: 5,000 steps that each round at 1e-16.
  CHECK(largest_difference(one.input, block.input) < 1e-9);
  CHECK(largest_difference(one.output, block.output) < 1e-9);
  CHECK(block_loss == doctest::Approx(loss).epsilon(1e-12));
}

TEST_CASE("exact batches of the engine are one center at a time, whatever their size") {
  const Corpus corpus = corpus_of(5'000, 60);
  const std::vector<SoftmaxExample> examples = examples_of(corpus);
  for (const std::size_t batch : {0, 2, 5, 40}) {
    CAPTURE(batch);
    TrainSettings settings = one_epoch();
    settings.softmax_exact = true;
    settings.softmax_batch = batch;
    Model model = initial_model(corpus.vocabulary.size(), settings);
    fill_output(model, 0.5f);
    reference::Model expected = in_double(model);
    const TrainResult result = train(corpus, settings, model);
    const double loss = one_at_a_time(examples, settings.alpha, expected);
    // 5,000 steps in float, each rounding at 6e-8 of values below 1.
    CHECK(largest_difference(model, expected) < 1e-4);
    CHECK(result.loss[0] * static_cast<double>(result.examples) ==
          doctest::Approx(loss).epsilon(1e-5));
    CHECK(result.examples == examples.size());
  }
}

TEST_CASE("exact batches stay exact where every step moves scores by more than a float's exp") {
  const Corpus corpus = corpus_of(400, 60);
  TrainSettings settings = one_epoch();
  settings.softmax_exact = true;
  settings.dim = 4;
  settings.alpha = 0.01;
  Model model = initial_model(corpus.vocabulary.size(), settings);
  fill_output(model, 300);
  for (std::size_t k = 0; k < model.input.rows(); ++k) {
    // h_a.h_b of about 10,000: a step of alpha = 0.01 moves the scores of its words by 100, and
    // they begin at about 20,000.
    for (std::size_t d = 0; d < settings.dim; ++d) {
      model.input.row(k)[d] = 50 + static_cast<float>(k % 7) - static_cast<float>(d);
    }
  }
  reference::Model expected = in_double(model);
  const TrainResult result = train(corpus, settings, model);
  const double loss = one_at_a_time(examples_of(corpus), settings.alpha, expected);
  CHECK(std::isfinite(result.loss[0]));
  // Scores of 60,000 are rounded at 4e-3, and now and then a probability near 1/2 with them.
  CHECK(result.loss[0] * static_cast<double>(result.examples) ==
        doctest::Approx(loss).epsilon(1e-3));
}

TEST_CASE("threads that own rows give the same bytes, whatever their number") {
  const Corpus corpus = corpus_of(4'000, 3'000);
  using Precision = SoftmaxPrecision;
  for (const auto& [exact, precision] :
       {std::pair(false, Precision::kFp32), std::pair(true, Precision::kFp32),
        std::pair(false, Precision::kBf16)}) {
    const auto run = [&, exact = exact, precision = precision](int threads) {
      TrainSettings settings = one_epoch();
      settings.window = 5;
      settings.softmax_exact = exact;
      settings.softmax_precision = precision;
      settings.softmax_threads = SoftmaxThreads::kOwner;
      settings.threads = threads;
      // Otherwise there is nothing to share.
      CHECK(SoftmaxSlices(corpus.vocabulary.size(), make_plan(settings)).count() > 1);
      Model model = initial_model(corpus.vocabulary.size(), settings);
      const TrainResult result = train(corpus, settings, model);
      std::vector<float> all = values(model.input);
      const std::vector<float> output = values(model.output);
      all.insert(all.end(), output.begin(), output.end());
      all.push_back(static_cast<float>(result.loss[0]));
      return all;
    };
    const std::vector<float> one = run(1);
    for (const int threads : {2, 8, 33}) {
      CAPTURE(threads);
      CHECK(run(threads) == one);
    }
  }
}

TEST_CASE("an epoch with bf16 products is nearly one with single ones") {
  const Corpus corpus = corpus_of(5'000, 200);
  for (const Architecture architecture : {Architecture::kSkipGram, Architecture::kCbow}) {
    for (const std::size_t batch : {1, 7, 32, 64}) {
      CAPTURE(batch);
      TrainSettings settings = one_epoch();
      settings.architecture = architecture;
      settings.softmax_batch = batch;
      settings.alpha = 0.05;
      const auto run = [&](SoftmaxPrecision precision, Model& model) {
        settings.softmax_precision = precision;
        fill_output(model, 0.5f);
        return train(corpus, settings, model);
      };
      Model single = initial_model(corpus.vocabulary.size(), settings);
      Model half = initial_model(corpus.vocabulary.size(), settings);
      const reference::Model start = in_double(single);
      const TrainResult of_single = run(SoftmaxPrecision::kFp32, single);
      const TrainResult of_half = run(SoftmaxPrecision::kBf16, half);
      CHECK(of_half.loss[0] == doctest::Approx(of_single.loss[0]).epsilon(1e-3));
      // A step is off by some 2^-8 of itself, to this side or that; rows have moved by about 1.
      const reference::Model want = in_double(single);
      CHECK(largest_difference(want.input, start.input) > 0.2);
      CHECK(largest_difference(half, want) < 0.02);
      CHECK(largest_difference(half, want) > 0);
    }
  }
}

/// Batches of CBOW: the gradients of `batch` centers at the same model are added.
double cbow_epoch(const std::vector<SoftmaxExample>& examples, std::size_t batch, double alpha,
                  bool undivided, reference::Model& model) {
  double loss = 0;
  for (std::size_t begin = 0; begin < examples.size(); begin += batch) {
    const reference::Model old = model;
    for (std::size_t i = begin; i < std::min(begin + batch, examples.size()); ++i) {
      const auto& [center, context] = examples[i];
      loss += reference::cbow_softmax_loss(old, center, context);
      const reference::Gradient g = reference::cbow_softmax_gradient(old, center, context);
      const double times = undivided ? static_cast<double>(context.size()) : 1.0;
      for (std::size_t k = 0; k < g.input.size(); ++k) {
        model.input[k] -= alpha * times * g.input[k];
        model.output[k] -= alpha * g.output[k];
      }
    }
  }
  return loss;
}

TEST_CASE("CBOW with the full softmax is the paper's epoch, in batches of any size") {
  const Corpus corpus = corpus_of(5'000, 60);
  const std::vector<SoftmaxExample> examples = examples_of(corpus);
  for (const std::size_t batch : {1, 7, 32}) {
    for (const std::optional<CbowGradient> gradient :
         {std::optional<CbowGradient>(), std::optional(CbowGradient::kPaper),
          std::optional(CbowGradient::kUndivided)}) {
      CAPTURE(batch);
      TrainSettings settings = one_epoch();
      settings.architecture = Architecture::kCbow;
      settings.cbow_gradient = gradient;
      settings.softmax_batch = batch;
      settings.alpha = 0.05;
      Model model = initial_model(corpus.vocabulary.size(), settings);
      fill_output(model, 0.5f);
      reference::Model expected = in_double(model);
      const TrainResult result = train(corpus, settings, model);
      const double loss = cbow_epoch(examples, batch, settings.alpha,
                                     gradient == CbowGradient::kUndivided, expected);
      // 5,000 steps in float, each rounding at 6e-8 of values of about 1. A chunk ends a batch, but
      // this text is one chunk.
      CHECK(largest_difference(model, expected) < 2e-4);
      CHECK(result.loss[0] * static_cast<double>(result.examples) ==
            doctest::Approx(loss).epsilon(1e-5));
    }
  }
}

TEST_CASE("settings of the full softmax: what they stand for, and what is refused") {
  CHECK(default_alpha({}) == 0.025);
  CHECK(default_alpha({.architecture = Architecture::kCbow}) == 0.05);
  CHECK(default_alpha({.full_softmax = true}) == 0.025);
  TrainSettings settings{.architecture = Architecture::kCbow, .full_softmax = true};
  CHECK(default_alpha(settings) == 0.2);
  settings.cbow_gradient = CbowGradient::kUndivided;
  CHECK(default_alpha(settings) == 0.05);

  settings = {.full_softmax = true, .negatives = 0};
  CHECK(resolve(settings).softmax_batch == 32);
  settings.softmax_exact = true;
  CHECK(resolve(settings).softmax_batch == 16);
  settings.softmax_batch = 256;
  CHECK_NOTHROW(check(settings));
  settings.softmax_batch = 257;
  CHECK_THROWS_AS(check(settings), Error);
  settings.architecture = Architecture::kCbow;  // neighbors share context rows
  CHECK(resolve(settings).softmax_batch == 1);
  CHECK_NOTHROW(check(settings));

  settings = {.full_softmax = true, .negatives = 0, .softmax_exact = true, .threads = 2};
  settings.softmax_threads = SoftmaxThreads::kOwner;
  CHECK_NOTHROW(check(settings));
  settings.softmax_threads = SoftmaxThreads::kHogwild;
  CHECK_THROWS_AS(check(settings), Error);
  settings.threads = 1;
  CHECK_NOTHROW(check(settings));
  settings.softmax_precision = SoftmaxPrecision::kBf16;
  CHECK_THROWS_AS(check(settings), Error);
  settings.softmax_exact = false;
  CHECK_NOTHROW(check(settings));
  settings = {.softmax_exact = true};
  CHECK_THROWS_AS(check(settings), Error);
  settings = {.softmax_precision = SoftmaxPrecision::kBf16};
  CHECK_THROWS_AS(check(settings), Error);
}

}  // namespace
