// Every architecture with every logistic objective against the double reference: whole epochs on
// small texts, from the same draws.
//
// Tolerance: some thousand steps in float; a pair too many or too few moves a row by 1e-3.
// Out of scope: the kernels by themselves (tests/simd), several workers (test_trainer).
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "engine/kernels.hpp"
#include "engine/reference/reference.hpp"
#include "engine/sampling/alias_sampler.hpp"
#include "engine/sampling/subsampling.hpp"
#include "engine/train/chunk.hpp"
#include "engine/train/train.hpp"
#include "engine/vocab/huffman_tree.hpp"
#include "tests/engine/small_runs.hpp"

namespace {

using namespace hogvec;
using testing::initial_reference;
using testing::largest_difference;
using testing::small_corpus;

/// How often a row of W' is a positive example of a center, and how often it is one at all.
using Wishes = std::map<std::uint32_t, std::pair<double, double>>;

/// One pass over a sample by the definition, block after block; rows of the tree follow those of
/// the words in model.output.
class ReferencePass {
 public:
  ReferencePass(const ChunkSample& sample, const std::vector<WordId>& noise,
                const HuffmanTree& tree, const TrainPlan& plan, reference::Model& model)
      : sample_(sample), noise_(noise), tree_(tree), plan_(plan), model_(model) {
    for (const Sentence& sentence : sample.sentences()) {
      if (sentence.end - sentence.begin < 2) continue;
      for (std::uint32_t begin = sentence.begin; begin < sentence.end;) {
        std::set<WordId> words;
        std::uint32_t end = begin;
        while (end < sentence.end && end - begin < plan.block_centers &&
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
    const std::size_t rows = plan_.negatives == 0 ? 0 : plan_.noise_rows;
    if (rows != 0) wishes[center] = {1, 1};
    for (std::size_t n = 0; n < rows; ++n) {
      const WordId word = noise_[drawn_ + n];
      if (word == center) continue;
      wishes[word].second += static_cast<double>(plan_.negatives) / static_cast<double>(rows);
    }
    if (!plan_.hierarchical_softmax) return wishes;
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
    if (plan_.negatives != 0) drawn_ += plan_.noise_rows;
    const std::vector<std::uint32_t> outputs(rows.begin(), rows.end());
    if (plan_.cbow()) {
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
    loss += reference::cbow_step(model_, {contexts, outputs, positives, trials}, plan_.alpha,
                                 plan_.cbow_gradient == CbowGradient::kUndivided);
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
      const std::size_t count = std::min(plan_.rows_at_once, words.size() - first);
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
    loss += reference::logistic_step(model_, {inputs, outputs, positives, trials}, plan_.alpha);
  }

  const ChunkSample& sample_;
  const std::vector<WordId>& noise_;
  const HuffmanTree& tree_;
  const TrainPlan& plan_;
  reference::Model& model_;
  std::size_t drawn_ = 0;
};

/// Trains an epoch by the engine and by the definition, from the same draws: a text this short is
/// one chunk.
void check_epoch(const Corpus& corpus, const TrainSettings& settings) {
  const TrainPlan plan = make_plan(settings);
  const std::size_t words = corpus.vocabulary.size();
  const Model model = initial_model(words, settings);
  const TrainResult result = train(corpus, settings, model);

  ChunkSample sample(corpus.text.size(), 2 * settings.window + plan.block_centers);
  sample.draw(corpus.text.ids(), keep_thresholds(corpus.vocabulary, settings.subsampling),
              settings.window, stream_key(1, 0, 0, Stream::kSubsampling),
              stream_key(1, 0, 0, Stream::kWindow));
  std::vector<WordId> noise(sample.size() * plan.noise_rows);
  std::vector<std::uint32_t> bits(simd::padded(2 * noise.size()));
  active_kernels().random_bits(stream_key(1, 0, 0, Stream::kNoise), bits.data(), bits.size());
  AliasSampler(corpus.vocabulary, 0.75).draw({bits.data(), 2 * noise.size()}, noise);

  reference::Model expected = initial_reference(words, settings.dim, 1);
  expected.output.resize((2 * words - 1) * settings.dim);
  const ReferencePass pass(sample, noise, HuffmanTree(corpus.vocabulary), plan, expected);
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

}  // namespace
