// HeldOutText against the double reference, and the epochs of a run one by one. Out of scope: that
// training lowers the held-out loss, which depends on the text.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "engine/reference/reference.hpp"
#include "engine/train/likelihood/held_out.hpp"
#include "engine/train/train.hpp"
#include "tests/files.hpp"

namespace {

using namespace hogvec;
using hogvec::testing::TemporaryFile;

/// A text of `size` words of 90: more than two batches of 32 different centers.
std::string small_text(std::size_t size, unsigned seed, bool lines) {
  std::mt19937 random(seed);
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text += "w" + std::to_string(random() % (1 + random() % 90));
    text += lines && random() % 15 == 0 ? '\n' : ' ';
  }
  return text;
}

Corpus read(const std::string& text) {
  const TemporaryFile file(text);
  return read_corpus(file.path(), {.min_count = 1});
}

EncodedCorpus encode(const std::string& text, const Vocabulary& vocabulary, int threads = 1) {
  const TemporaryFile file(text);
  return encode_corpus(*io::open_text({file.path()}), vocabulary,
                       {.resources = {.threads = threads}});
}

/// With the tables that it reads.
struct HeldOut {
  HeldOut(EncodedCorpus ids, const Vocabulary& vocabulary, const TrainSettings& settings)
      : tables(vocabulary, make_plan(settings)),
        text(std::move(ids), make_plan(settings), tables) {}

  RunTables tables;
  HeldOutText text;
};

/// Values within +-0.5, W' and the nodes times `scale`.
Model random_model(std::size_t words, const TrainSettings& settings, float scale) {
  Model model = initial_model(words, settings);
  std::mt19937 random(3);
  const auto fill = [&](MatrixView matrix, float factor) {
    for (std::size_t k = 0; k < matrix.rows(); ++k) {
      for (std::size_t d = 0; d < matrix.dim(); ++d) {
        matrix.row(k)[d] = factor * (static_cast<float>(random() % 1000) / 1000 - 0.5f);
      }
    }
  };
  fill(model.input, 1);
  fill(model.output, scale);
  fill(model.nodes, scale);
  return model;
}

std::vector<double> packed(MatrixView matrix) {
  std::vector<double> values;
  for (std::size_t k = 0; k < matrix.rows(); ++k) {
    values.insert(values.end(), matrix.row(k), matrix.row(k) + matrix.dim());
  }
  return values;
}

/// The definition, one center after the other, in double.
class ReferenceLoss {
 public:
  ReferenceLoss(const Corpus& corpus, const Model& model, const TrainSettings& settings)
      : settings_(settings),
        tree_(corpus.vocabulary),
        model_{corpus.vocabulary.size(), settings.dim, packed(model.input), packed(model.output)},
        nodes_(packed(model.nodes)) {}

  void add(std::span<const WordId> text) {
    std::vector<WordId> sentence;
    for (const WordId word : text) {
      if (word != kSentenceEnd) sentence.push_back(word);
      if (word == kSentenceEnd || sentence.size() == 1000) add_sentence(sentence);
    }
    add_sentence(sentence);
  }

  double sum = 0;
  std::uint64_t predictions = 0;
  std::uint64_t centers = 0;

 private:
  void add_sentence(std::vector<WordId>& sentence) {
    for (std::size_t i = 0; i < sentence.size(); ++i) {
      std::vector<std::uint32_t> context;
      for (std::size_t k = 0; k < sentence.size(); ++k) {
        const std::size_t distance = k < i ? i - k : k - i;
        if (distance != 0 && distance <= settings_.window) context.push_back(sentence[k]);
      }
      if (!context.empty()) add_center(sentence[i], context);
    }
    sentence.clear();
  }

  void add_center(WordId center, const std::vector<std::uint32_t>& context) {
    ++centers;
    if (settings_.architecture == Architecture::kCbow) {
      ++predictions;
      sum += cbow_loss(center, context);
      return;
    }
    predictions += context.size();
    if (settings_.full_softmax) {
      sum += reference::full_softmax_loss(model_, center, context);
      return;
    }
    for (const std::uint32_t word : context) sum += path_loss(center, row(model_.input, word));
  }

  double cbow_loss(WordId center, const std::vector<std::uint32_t>& context) {
    std::vector<double> h(settings_.dim);
    for (const std::uint32_t word : context) {
      for (std::size_t d = 0; d < h.size(); ++d) {
        h[d] += row(model_.input, word)[d] / static_cast<double>(context.size());
      }
    }
    if (!settings_.full_softmax) return path_loss(center, h);
    // As the skip-gram of a center whose row is h, with the one context word that is predicted.
    reference::Model one{model_.vocabulary_size, model_.dim, h, model_.output};
    return reference::full_softmax_loss(one, 0, std::vector<std::uint32_t>{center});
  }

  /// -log of the product of sigmoid(+-s), Rong eq. (45).
  double path_loss(WordId center, const std::vector<double>& h) const {
    double loss = 0;
    for (const HuffmanTree::Step step : tree_.path(center)) {
      const std::vector<double> node = row(nodes_, step.node());
      double score = 0;
      for (std::size_t d = 0; d < h.size(); ++d) score += node[d] * h[d];
      loss += std::log1p(std::exp(step.code() ? score : -score));
    }
    return loss;
  }

  std::vector<double> row(const std::vector<double>& matrix, std::size_t k) const {
    const auto first = matrix.begin() + static_cast<std::ptrdiff_t>(k * settings_.dim);
    return {first, first + static_cast<std::ptrdiff_t>(settings_.dim)};
  }

  TrainSettings settings_;
  HuffmanTree tree_;
  reference::Model model_;
  std::vector<double> nodes_;
};

constexpr TrainSettings kModes[] = {
    {.full_softmax = true, .negatives = 0},
    {.architecture = Architecture::kCbow, .full_softmax = true, .negatives = 0},
    {.hierarchical_softmax = true, .negatives = 0},
    {.hierarchical_softmax = true},
    {.architecture = Architecture::kCbow, .hierarchical_softmax = true, .negatives = 0},
};

TEST_CASE("the loss of a held-out text is the paper's, in every mode that has one") {
  const Corpus corpus = read(small_text(3'000, 1, true));
  // In lines, and as one line that is cut after 1000 and 2000 words; some words are unknown.
  for (const bool lines : {true, false}) {
    const std::string text = small_text(2'500, 2, lines) + " unknown w1 unknown";
    for (TrainSettings settings : kModes) {
      settings.dim = 21;
      settings.window = 3;
      CAPTURE(static_cast<int>(settings.architecture));
      CAPTURE(settings.full_softmax);
      const Model model = random_model(corpus.vocabulary.size(), settings, 2);
      const HeldOut reader(encode(text, corpus.vocabulary), corpus.vocabulary, settings);
      const HeldOutText& held_out = reader.text;
      CHECK(held_out.text().unknown() == 2);
      ReferenceLoss expected(corpus, model, settings);
      expected.add(held_out.text().ids());
      const HeldOutLoss loss = held_out.loss(model);
      CHECK(held_out.centers() == expected.centers);
      CHECK(loss.predictions == expected.predictions);
      // Scores of 21 products in float, each rounding at 6e-8.
      CHECK(loss.sum == doctest::Approx(expected.sum).epsilon(1e-6));
      CHECK(loss.perplexity() ==
            doctest::Approx(std::exp(expected.sum / static_cast<double>(expected.predictions)))
                .epsilon(1e-5));
    }
  }
}

TEST_CASE("scores beyond the range of exp have a right likelihood") {
  const Corpus corpus = read(small_text(2'000, 1, true));
  for (TrainSettings settings : kModes) {
    if (!settings.full_softmax) continue;
    settings.dim = 8;
    // All scores about 1000, about -1000, or far apart: exp of each alone is out of range.
    for (const float offset : {1000.0f, -1000.0f, 0.0f}) {
      const Model model = random_model(corpus.vocabulary.size(), settings, 1000);
      for (std::size_t k = 0; k < model.input.rows(); ++k) {
        model.input.row(k)[0] = 1;
        if (offset != 0) {
          for (std::size_t d = 1; d < settings.dim; ++d) model.output.row(k)[d] /= 1000;
          model.output.row(k)[0] = offset + model.output.row(k)[1];
        }
      }
      const HeldOut reader(encode(small_text(500, 4, true), corpus.vocabulary), corpus.vocabulary,
                           settings);
      const HeldOutText& held_out = reader.text;
      ReferenceLoss expected(corpus, model, settings);
      expected.add(held_out.text().ids());
      // Scores of 1000 are rounded at 6e-5, the differences that remain are about 1.
      CHECK(held_out.loss(model).sum == doctest::Approx(expected.sum).epsilon(1e-3));
    }
  }
}

TEST_CASE("the held-out loss does not depend on the number of threads, to the last bit") {
  const Corpus corpus = read(small_text(5'000, 1, true));
  const std::string text = small_text(20'000, 5, true);  // about 20 chunks
  for (TrainSettings settings : kModes) {
    settings.dim = 10;
    const Model model = random_model(corpus.vocabulary.size(), settings, 2);
    const auto sum = [&](int threads) {
      settings.threads = threads;
      return HeldOut(encode(text, corpus.vocabulary, threads), corpus.vocabulary, settings)
          .text.loss(model)
          .sum;
    };
    const double one = sum(1);
    for (const int threads : {2, 3, 8}) CHECK(sum(threads) == one);
  }
}

TEST_CASE("what has no likelihood is refused, and says why") {
  const Corpus corpus = read(small_text(500, 1, true));
  const TrainSettings softmax{.full_softmax = true, .negatives = 0};
  const auto refusal = [&](const std::string& text, const TrainSettings& settings) {
    return testing::error_of(
        [&] { HeldOut(encode(text, corpus.vocabulary), corpus.vocabulary, settings); });
  };
  CHECK(testing::contains(refusal("w1 w2", {}), "negative samples"));
  for (const char* text : {"", "\n\n", "all words unknown\n", "w1\nw2\nw3 unknown\n"}) {
    CAPTURE(text);
    CHECK(testing::contains(refusal(text, softmax), "no two words of the vocabulary"));
  }
  CHECK(refusal("w1 unknown w2", softmax).empty());
  CHECK_THROWS_AS(encode_corpus(*io::open_text({"/nonexistent/text"}), corpus.vocabulary, {}),
                  Error);
}

bool same_bytes(MatrixView a, MatrixView b) {
  return a.rows() == b.rows() &&
         (a.rows() == 0 ||
          std::memcmp(a.data(), b.data(), a.rows() * a.stride() * sizeof(float)) == 0);
}

TEST_CASE("a run that stops after each epoch trains the same bytes") {
  const Corpus corpus = read(small_text(40'000, 1, true));
  for (const TrainSettings& mode :
       {TrainSettings{}, TrainSettings{.architecture = Architecture::kCbow}, kModes[0], kModes[2],
        kModes[3]}) {
    TrainSettings settings = mode;
    settings.dim = 16;
    settings.epochs = 3;
    const Model whole = initial_model(corpus.vocabulary.size(), settings);
    const TrainResult expected = train(corpus, settings, whole);

    const Model model = initial_model(corpus.vocabulary.size(), settings);
    const TrainPlan plan = make_plan(settings);
    const RunTables tables(corpus.vocabulary, plan);
    LocalPosition position({}, plan);
    TrainingRun run(corpus, plan, tables, model, *position);
    std::vector<double> losses;
    for (RunEnd end = RunEnd::kEpoch; end == RunEnd::kEpoch;) {
      end = run.run_epoch();
      CHECK(end == (losses.size() < 2 ? RunEnd::kEpoch : RunEnd::kFinished));
      CHECK(run.progress().words == corpus.text.size() * (losses.size() + 1));
      losses.push_back(run.epoch_loss(losses.size()).loss);
    }
    const TrainResult result = run.result();
    CHECK(same_bytes(model.input, whole.input));
    CHECK(same_bytes(model.output, whole.output));
    CHECK(same_bytes(model.nodes, whole.nodes));
    CHECK(losses == expected.loss);
    CHECK(result.loss == expected.loss);
    CHECK(result.words_kept == expected.words_kept);
    CHECK(result.perplexity.size() == (settings.full_softmax ? 3 : 0));
  }
}

TEST_CASE("the perplexity of an epoch that changes nothing is that of its text") {
  const std::string text = small_text(3'000, 1, true);
  const Corpus corpus = read(text);
  // With a window of one word every center has its full window in training, too.
  const TrainSettings settings{.full_softmax = true,
                               .negatives = 0,
                               .dim = 12,
                               .window = 1,
                               .subsampling = 0,
                               .epochs = 1,
                               .alpha = 0};
  Model model = random_model(corpus.vocabulary.size(), settings, 2);
  const HeldOut same(encode(text, corpus.vocabulary), corpus.vocabulary, settings);
  const HeldOutLoss loss = same.text.loss(model);
  const TrainResult result = train(corpus, settings, model);
  CHECK(result.examples == same.text.centers());
  CHECK(result.perplexity[0] == doctest::Approx(loss.perplexity()).epsilon(1e-5));
  CHECK(result.loss[0] * static_cast<double>(result.examples) ==
        doctest::Approx(loss.sum).epsilon(1e-5));
}

}  // namespace
