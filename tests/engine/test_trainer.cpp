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
#include "engine/train/trainer.hpp"
#include "engine/vocab/huffman_tree.hpp"
#include "io/error.hpp"
#include "tests/files.hpp"

namespace {

using namespace hogvec;

/// About `size` words of a vocabulary of 60, in lines of 3 to 40, with repeats close together.
Corpus small_corpus(std::size_t size) {
  std::mt19937 random(11);
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    const unsigned rank = 1 + random() % 60;
    text += "w" + std::to_string(random() % rank);
    text += random() % 15 == 0 ? '\n' : ' ';
  }
  const testing::TemporaryFile file(text);
  return read_corpus(file.path(), {.min_count = 1});
}

reference::Model initial_reference(std::size_t vocabulary_size, std::size_t dim,
                                   std::uint64_t seed) {
  reference::Model model{vocabulary_size, dim, {}, std::vector<double>(vocabulary_size * dim)};
  std::uint64_t r = seed;
  for (std::size_t i = 0; i < vocabulary_size * dim; ++i) {
    r = r * 25214903917u + 11;
    model.input.push_back(static_cast<double>(static_cast<float>(
        (static_cast<double>(r & 0xffff) / 65536 - 0.5) / static_cast<double>(dim))));
  }
  return model;
}

double largest_difference(const Matrix& matrix, const std::vector<double>& expected) {
  double largest = 0;
  for (std::size_t k = 0; k < matrix.rows(); ++k) {
    for (std::size_t d = 0; d < matrix.dim(); ++d) {
      largest = std::max(largest, std::fabs(matrix.row(k)[d] - expected[k * matrix.dim() + d]));
    }
  }
  return largest;
}

std::vector<float> values(const Matrix& matrix) {
  return {matrix.data(), matrix.data() + matrix.rows() * matrix.stride()};
}

TEST_CASE("initial values are those of the reference's generator") {
  const Model model = initial_model(3000, {.dim = 7, .seed = 5});
  CHECK(largest_difference(model.input, initial_reference(3000, 7, 5).input) == 0);
  CHECK(largest_difference(model.output, std::vector<double>(3000 * 7)) == 0);
}

constexpr TrainSettings kModes[] = {
    {},
    {.hierarchical_softmax = true, .negatives = 0},
    {.hierarchical_softmax = true},
    {.architecture = Architecture::kCbow},
    {.architecture = Architecture::kCbow, .hierarchical_softmax = true, .negatives = 0},
    {.architecture = Architecture::kCbow, .hierarchical_softmax = true},
    {.full_softmax = true, .negatives = 0},
};

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

/// How often a row of W' is a positive example of a center, and how often it is one at all.
using Wishes = std::map<std::uint32_t, std::pair<double, double>>;

/// One pass over a sample by the definition, block after block; rows of the tree follow those of
/// the words in model.output.
class ReferencePass {
 public:
  ReferencePass(const ChunkSample& sample, const std::vector<WordId>& noise,
                const HuffmanTree& tree, const TrainSettings& settings, reference::Model& model)
      : sample_(sample), noise_(noise), tree_(tree), settings_(settings), model_(model) {
    for (const Sentence& sentence : sample.sentences()) {
      if (sentence.end - sentence.begin < 2) continue;
      for (std::uint32_t begin = sentence.begin; begin < sentence.end;) {
        std::set<WordId> words;
        std::uint32_t end = begin;
        while (end < sentence.end && end - begin < block_centers(settings) &&
               words.insert(sample.ids()[end]).second) {
          ++end;
        }
        train(sentence, begin, end);
        begin = end;
      }
    }
  }

  double loss = 0;
  std::size_t examples = 0;

 private:
  Wishes wishes(WordId center) const {
    Wishes wishes;
    const std::size_t rows = settings_.negatives == 0 ? 0 : noise_rows(settings_);
    if (rows != 0) wishes[center] = {1, 1};
    for (std::size_t n = 0; n < rows; ++n) {
      const WordId word = noise_[drawn_ + n];
      if (word == center) continue;
      wishes[word].second += static_cast<double>(settings_.negatives) / static_cast<double>(rows);
    }
    if (!settings_.hierarchical_softmax) return wishes;
    for (const HuffmanTree::Step step : tree_.path(center)) {
      const auto row = static_cast<std::uint32_t>(model_.vocabulary_size) + step.node();
      wishes[row] = {step.code() ? 0 : 1, 1};
    }
    return wishes;
  }

  void train(const Sentence& sentence, std::uint32_t begin, std::uint32_t end) {
    std::vector<std::vector<std::uint32_t>> contexts;
    std::vector<Wishes> wanted;
    std::set<std::uint32_t> rows;
    std::pair places{begin, end};  // that the windows touch
    for (std::uint32_t center = begin; center < end; ++center) {
      wanted.push_back(wishes(sample_.ids()[center]));
      for (const auto& [row, wish] : wanted.back()) rows.insert(row);
      contexts.emplace_back();
      places.first = std::min(places.first, sample_.window_begin(center, sentence));
      places.second = std::max(places.second, sample_.window_end(center, sentence));
      for (std::uint32_t i = sample_.window_begin(center, sentence);
           i < sample_.window_end(center, sentence); ++i) {
        if (i != center) contexts.back().push_back(sample_.ids()[i]);
      }
    }
    if (settings_.negatives != 0) drawn_ += noise_rows(settings_);
    const std::vector<std::uint32_t> outputs(rows.begin(), rows.end());
    if (settings_.architecture == Architecture::kCbow) {
      train_cbow(contexts, wanted, outputs);
    } else {
      train_skip_gram(places, contexts, wanted, outputs);
    }
  }

  void train_cbow(const std::vector<std::vector<std::uint32_t>>& contexts,
                  std::vector<Wishes>& wanted, const std::vector<std::uint32_t>& outputs) {
    std::vector<double> positives;
    std::vector<double> trials;
    for (Wishes& wishes : wanted) {
      for (const std::uint32_t row : outputs) {
        positives.push_back(wishes[row].first);
        trials.push_back(wishes[row].second);
      }
    }
    loss += reference::cbow_step(model_, {contexts, outputs, positives, trials}, settings_.alpha,
                                 settings_.cbow_gradient == CbowGradient::kUndivided);
    examples += contexts.size();
  }

  void train_skip_gram(std::pair<std::uint32_t, std::uint32_t> places,
                       const std::vector<std::vector<std::uint32_t>>& contexts,
                       std::vector<Wishes>& wanted, const std::vector<std::uint32_t>& outputs) {
    // In the order of the text: rows that come first are trained before the others are scored.
    std::vector<std::uint32_t> words;
    for (std::uint32_t i = places.first; i < places.second; ++i) {
      const WordId word = sample_.ids()[i];
      if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
    }
    for (std::size_t first = 0; first < words.size();) {
      const std::size_t count = std::min(rows_at_once(settings_), words.size() - first);
      train_rows({words.data() + first, count}, contexts, wanted, outputs);
      first += count;
    }
    for (const auto& context : contexts) examples += context.size();
  }

  void train_rows(std::span<const std::uint32_t> inputs,
                  const std::vector<std::vector<std::uint32_t>>& contexts,
                  std::vector<Wishes>& wanted, const std::vector<std::uint32_t>& outputs) {
    std::vector<double> positives;
    std::vector<double> trials;
    for (const std::uint32_t word : inputs) {
      for (const std::uint32_t row : outputs) {
        positives.push_back(0);
        trials.push_back(0);
        for (std::size_t c = 0; c < contexts.size(); ++c) {
          const auto times =
              static_cast<double>(std::count(contexts[c].begin(), contexts[c].end(), word));
          positives.back() += times * wanted[c][row].first;
          trials.back() += times * wanted[c][row].second;
        }
      }
    }
    loss += reference::logistic_step(model_, {inputs, outputs, positives, trials}, settings_.alpha);
  }

  const ChunkSample& sample_;
  const std::vector<WordId>& noise_;
  const HuffmanTree& tree_;
  const TrainSettings& settings_;
  reference::Model& model_;
  std::size_t drawn_ = 0;
};

/// Trains an epoch by the engine and by the definition, from the same draws: a text this short is
/// one chunk.
void check_epoch(const Corpus& corpus, const TrainSettings& settings) {
  const std::size_t words = corpus.vocabulary.size();
  Model model = initial_model(words, settings);
  const TrainResult result = train(corpus, settings, model);

  ChunkSample sample(corpus.text.size(), 2 * settings.window + block_centers(settings));
  sample.draw(corpus.text.ids(), keep_thresholds(corpus.vocabulary, settings.subsampling),
              settings.window, stream_key(1, 0, 0, Stream::kSubsampling),
              stream_key(1, 0, 0, Stream::kWindow));
  std::vector<WordId> noise(sample.size() * noise_rows(settings));
  std::vector<std::uint32_t> bits(simd::padded(2 * noise.size()));
  simd::active_kernels().random_bits(stream_key(1, 0, 0, Stream::kNoise), bits.data(), bits.size());
  AliasSampler(corpus.vocabulary, 0.75).draw({bits.data(), 2 * noise.size()}, noise);

  reference::Model expected = initial_reference(words, settings.dim, 1);
  expected.output.resize((2 * words - 1) * settings.dim);
  const ReferencePass pass(sample, noise, HuffmanTree(corpus.vocabulary), settings, expected);
  CHECK(result.words_kept == sample.size());
  CHECK(result.examples == pass.examples);
  CHECK(result.loss[0] ==
        doctest::Approx(pass.loss / static_cast<double>(pass.examples)).epsilon(1e-5));
  // Some thousand steps in float; a pair too many or too few moves a row by 1e-3.
  CHECK(largest_difference(model.input, expected.input) < 1e-4);
  CHECK(largest_difference(model.output, expected.output) < 1e-4);
  expected.output.erase(
      expected.output.begin(),
      expected.output.begin() + static_cast<std::ptrdiff_t>(words * settings.dim));
  CHECK(largest_difference(model.nodes, expected.output) < 1e-4);
}

TEST_CASE("every architecture with every logistic objective trains exactly its pairs") {
  const Corpus corpus = small_corpus(3'000);
  for (const Architecture architecture : {Architecture::kSkipGram, Architecture::kCbow}) {
    for (const bool hierarchical : {false, true}) {
      for (const std::size_t negatives : {0u, 1u, 5u, 15u}) {
        if (!hierarchical && negatives == 0) continue;
        for (const std::size_t block : {0u, 1u, 2u, 7u}) {
          CAPTURE(static_cast<int>(architecture));
          CAPTURE(hierarchical);
          CAPTURE(negatives);
          CAPTURE(block);
          check_epoch(corpus, {.architecture = architecture,
                               .hierarchical_softmax = hierarchical,
                               .negatives = negatives,
                               .block_centers = block,
                               .dim = 18,
                               .window = 4,
                               .epochs = 1});
        }
      }
    }
  }
}

TEST_CASE("noise rows in another number than negatives are weighted to it") {
  const Corpus corpus = small_corpus(3'000);
  for (const Architecture architecture : {Architecture::kSkipGram, Architecture::kCbow}) {
    for (const std::size_t rows : {1u, 3u, 8u, 40u}) {
      check_epoch(corpus,
                  {.architecture = architecture, .noise_rows = rows, .dim = 18, .epochs = 1});
    }
  }
}

TEST_CASE("the paper's CBOW divides the hidden error among the context words") {
  check_epoch(small_corpus(3'000), {.architecture = Architecture::kCbow,
                                    .cbow_gradient = CbowGradient::kPaper,
                                    .dim = 18,
                                    .epochs = 1});
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

TEST_CASE("several threads train as well as one") {
  const Corpus corpus = small_corpus(60'000);
  for (const TrainSettings& mode : kModes) {
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
  settings = {.window = 0};
  CHECK_THROWS_AS(check(settings), Error);
  settings = {.subsampling = std::nan("")};
  CHECK_THROWS_AS(check(settings), Error);
  const testing::TemporaryFile one_word("a a a\n");
  CHECK_THROWS_AS(check(read_corpus(one_word.path(), {.min_count = 1}), TrainSettings{}), Error);
}

}  // namespace
