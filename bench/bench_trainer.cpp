// train(): one epoch over a text, with the active kernels. Words are raw words, as every tool
// counts.
#include <cmath>
#include <cstddef>
#include <string>

#include "bench/support.hpp"
#include "engine/kernels.hpp"
#include "engine/train/train.hpp"

namespace hogvec::bench {
namespace {

const Corpus& large_corpus() {
  static const Corpus corpus = read_corpus(large_text().file.path(), {.min_count = 5});
  return corpus;
}

/// The first words of a text, which keeps its vocabulary.
Corpus beginning_of(const Corpus& corpus, std::size_t words) {
  return corpus_of({corpus.vocabulary.words(), 1}, corpus.text.ids().first(words));
}

/// A path through the tree is many times as long as the noise of a center.
const Corpus& medium_corpus() {
  static const Corpus corpus = beginning_of(large_corpus(), 1'000'000);
  return corpus;
}

/// Full softmax takes V times as long a center: a short text of few words.
const Corpus& small_corpus() {
  static const Corpus corpus = read_corpus(Text(2'000, 100'000).file.path(), {.min_count = 1});
  return corpus;
}

/// The mean loss where W' is zero, which is where training starts.
double first_loss(const Corpus& corpus, const TrainSettings& settings) {
  const auto words = static_cast<double>(corpus.vocabulary.size());
  // At most: a center has window + 1 context words on average, fewer at the ends of sentences.
  if (settings.full_softmax) return static_cast<double>(settings.window + 1) * std::log(words);
  double examples = 0;
  if (settings.negatives != 0) examples += 1 + static_cast<double>(settings.negatives);
  // A path is hardly longer than in a balanced tree, because the frequent words have short ones.
  if (settings.hierarchical_softmax) examples += std::log2(words);
  return examples * std::log(2.0);
}

/// Pairs, or hidden vectors, and what is computed for them where that is the same for each: three
/// products for every word that a score is of.
void count_examples(benchmark::State& state, const Corpus& corpus, const TrainSettings& settings,
                    std::uint64_t examples) {
  const bool pairs = settings.architecture == Architecture::kSkipGram && !settings.full_softmax;
  if (pairs) count(state, "pairs", examples);
  if (settings.hierarchical_softmax) return;
  const std::size_t scores =
      settings.full_softmax ? corpus.vocabulary.size() : settings.negatives + 1;
  count_flop(state, active_kernels(), 6 * settings.dim * scores * examples, settings.threads);
}

void bench_train(benchmark::State& state, const Corpus& corpus, const TrainSettings& settings) {
  Model model = initial_model(corpus.vocabulary.size(), settings);
  const Corpus part = beginning_of(corpus, corpus.text.size() / 4);
  TrainResult result = train(part, settings, model);
  if (result.words_raw != part.text.size()) return state.SkipWithError("not all words trained");
  if (!(result.loss.at(0) < first_loss(corpus, settings))) {
    return state.SkipWithError("the loss does not fall");
  }
  for (auto _ : state) result = train(corpus, settings, model);
  count(state, "words", result.words_raw);
  count(state, "centers", result.words_kept);
  count_examples(state, corpus, settings, result.examples);
}

void register_train(const std::string& name, const Corpus& (*corpus)(),
                    const TrainSettings& settings) {
  benchmark::RegisterBenchmark(("train/" + name + "/D:" + std::to_string(settings.dim) +
                                "/threads:" + std::to_string(settings.threads))
                                   .c_str(),
                               [=](auto& state) { bench_train(state, corpus(), settings); })
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
}

}  // namespace

void register_trainer() {
  const std::string kernels(active_kernels().name);
  const struct {
    const char* name;
    Architecture architecture;
  } kArchitectures[] = {{"skip_gram/", Architecture::kSkipGram}, {"cbow/", Architecture::kCbow}};
  const struct {
    const char* name;
    bool tree;
    std::size_t negatives;
  } kLogistic[] = {{"negative_sampling/", false, 5},
                   {"hierarchical_softmax/", true, 0},
                   {"negative_sampling+hierarchical_softmax/", true, 5}};
  for (const int threads : thread_counts()) {
    for (const auto& [architecture_name, architecture] : kArchitectures) {
      TrainSettings settings{.architecture = architecture, .epochs = 1, .threads = threads};
      for (const auto& [name, tree, negatives] : kLogistic) {
        settings.hierarchical_softmax = tree;
        settings.negatives = negatives;
        for (const std::size_t dim : {100, 300}) {
          settings.dim = dim;
          register_train(std::string(architecture_name) + name + kernels,
                         tree ? medium_corpus : large_corpus, settings);
        }
      }
      settings.hierarchical_softmax = false;
      settings.negatives = 0;
      settings.full_softmax = true;
      settings.dim = 100;
      const std::string name = std::string(architecture_name) + "full_softmax/V:2000/";
      register_train(name + kernels, small_corpus, settings);
      settings.softmax_exact = true;
      register_train(name + "exact/" + kernels, small_corpus, settings);
    }
  }
}

}  // namespace hogvec::bench
