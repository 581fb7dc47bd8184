// Whole training runs of the float engine against the double reference, on small texts.
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <random>
#include <vector>

#include "engine/reference/reference.hpp"
#include "engine/sampling/alias_sampler.hpp"
#include "engine/sampling/subsampling.hpp"
#include "engine/train/chunk.hpp"
#include "engine/train/negative_sampling.hpp"
#include "engine/train/trainer.hpp"
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

TEST_CASE("one thread and one seed repeat their bytes; another seed does not") {
  const Corpus corpus = small_corpus(30'000);
  for (const Objective objective : {Objective::kNegativeSampling, Objective::kFullSoftmax}) {
    const auto run = [&](std::uint64_t seed) {
      const TrainSettings settings{.objective = objective, .dim = 20, .epochs = 1, .seed = seed};
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
  const TrainSettings settings{.objective = Objective::kFullSoftmax,
                               .dim = 25,
                               .window = 1,
                               .subsampling = 0,
                               .softmax_batch = 1,
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

/// One pass over a sample by the definition: every pair of a context place and a center of the
/// block is a positive trial, and a trial for each noise draw of another word than the center.
void reference_negative_sampling(const ChunkSample& sample, const std::vector<WordId>& noise,
                                 const TrainSettings& settings, reference::Model& model,
                                 double& loss, std::size_t& pairs) {
  std::size_t drawn = 0;
  for (const Sentence& sentence : sample.sentences()) {
    if (sentence.end - sentence.begin < 2) continue;
    for (std::uint32_t begin = sentence.begin; begin < sentence.end;) {
      std::map<WordId, std::size_t> inputs;
      std::map<WordId, std::size_t> outputs;
      std::map<std::pair<WordId, WordId>, std::pair<double, double>> counts;
      std::uint32_t end = begin;
      for (; end < sentence.end && end - begin < settings.block_centers; ++end) {
        if (!outputs.emplace(sample.ids()[end], outputs.size()).second) break;
      }
      for (std::size_t k = 0; k < settings.negatives; ++k) {
        outputs.emplace(noise[drawn + k], outputs.size());
      }
      for (std::uint32_t center = begin; center < end; ++center) {
        const WordId word = sample.ids()[center];
        for (std::uint32_t i = sample.window_begin(center, sentence);
             i < sample.window_end(center, sentence); ++i) {
          if (i == center) continue;
          const WordId context = sample.ids()[i];
          inputs.emplace(context, inputs.size());
          counts[{context, word}].first += 1;
          counts[{context, word}].second += 1;
          ++pairs;
          for (std::size_t k = 0; k < settings.negatives; ++k) {
            if (noise[drawn + k] != word) counts[{context, noise[drawn + k]}].second += 1;
          }
        }
      }
      drawn += settings.negatives;
      std::vector<std::uint32_t> input_rows(inputs.size());
      std::vector<std::uint32_t> output_rows(outputs.size());
      std::vector<double> positives(inputs.size() * outputs.size());
      std::vector<double> trials(positives.size());
      for (const auto& [word, u] : inputs) input_rows[u] = word;
      for (const auto& [word, m] : outputs) output_rows[m] = word;
      for (const auto& [words, count] : counts) {
        const std::size_t place =
            inputs.at(words.first) * outputs.size() + outputs.at(words.second);
        positives[place] = count.first;
        trials[place] = count.second;
      }
      loss += reference::logistic_step(model, {input_rows, output_rows, positives, trials},
                                       settings.alpha);
      begin = end;
    }
  }
}

TEST_CASE("negative sampling trains exactly the pairs of its windows") {
  const Corpus corpus = small_corpus(3'000);
  for (const std::size_t block : {1u, 2u, 4u, 7u}) {
    for (const std::size_t negatives : {1u, 5u, 15u}) {
      CAPTURE(block);
      CAPTURE(negatives);
      const TrainSettings settings{
          .dim = 18, .window = 4, .negatives = negatives, .block_centers = block, .epochs = 1};
      Model model = initial_model(corpus.vocabulary.size(), settings);
      const TrainResult result = train(corpus, settings, model);

      // The same draws, by the same keys: a text this short is one chunk.
      ChunkSample sample(corpus.text.size(), NegativeSamplingWorker::span(settings));
      sample.draw(corpus.text.ids(), keep_thresholds(corpus.vocabulary, settings.subsampling),
                  settings.window, stream_key(1, 0, 0, Stream::kSubsampling),
                  stream_key(1, 0, 0, Stream::kWindow));
      std::vector<std::uint32_t> bits(simd::padded(2 * sample.size() * negatives));
      simd::active_kernels().random_bits(stream_key(1, 0, 0, Stream::kNoise), bits.data(),
                                         bits.size());
      std::vector<WordId> noise(sample.size() * negatives);
      AliasSampler(corpus.vocabulary, 0.75).draw({bits.data(), 2 * noise.size()}, noise);

      reference::Model expected = initial_reference(corpus.vocabulary.size(), settings.dim, 1);
      double loss = 0;
      std::size_t pairs = 0;
      reference_negative_sampling(sample, noise, settings, expected, loss, pairs);
      CHECK(result.words_kept == sample.size());
      CHECK(result.examples == pairs);
      CHECK(result.loss[0] == doctest::Approx(loss / static_cast<double>(pairs)).epsilon(1e-5));
      // Some thousand steps in float; a pair too many or too few moves a row by 1e-3.
      CHECK(largest_difference(model.input, expected.input) < 1e-4);
      CHECK(largest_difference(model.output, expected.output) < 1e-4);
    }
  }
}

TEST_CASE("softmax batches and threads come to the same loss") {
  const Corpus corpus = small_corpus(40'000);
  const auto final_loss = [&](std::size_t batch, int threads) {
    const TrainSettings settings{.objective = Objective::kFullSoftmax,
                                 .dim = 20,
                                 .softmax_batch = batch,
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
    const TrainSettings settings{.objective = Objective::kFullSoftmax,
                                 .dim = 4,
                                 .window = 1,
                                 .subsampling = 0,
                                 .softmax_batch = 1,
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
  const auto final_loss = [&](int threads) {
    const TrainSettings settings{.dim = 20, .epochs = 3, .threads = threads};
    Model model = initial_model(corpus.vocabulary.size(), settings);
    return train(corpus, settings, model).loss[2];
  };
  CHECK(final_loss(4) == doctest::Approx(final_loss(1)).epsilon(0.02));
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
