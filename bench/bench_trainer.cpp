// train(): one epoch over a text, with the active kernels. Words are raw words, as every tool
// counts.
#include <cmath>
#include <cstddef>
#include <string>

#include "bench/support.hpp"
#include "engine/train/trainer.hpp"

namespace hogvec::bench {
namespace {

const Corpus& large_corpus() {
  static const Corpus corpus = read_corpus(large_text().file.path(), {.min_count = 5});
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

void bench_train(benchmark::State& state, const Corpus& corpus, const TrainSettings& settings) {
  Model model = initial_model(corpus.vocabulary.size(), settings);
  const TrainResult first = train(corpus, settings, model);
  if (first.words_raw != corpus.text.size()) return state.SkipWithError("not all words trained");
  if (!(first.loss.at(0) < first_loss(corpus, settings))) {
    return state.SkipWithError("the loss does not fall");
  }
  for (auto _ : state) benchmark::DoNotOptimize(train(corpus, settings, model));
  count(state, "words", first.words_raw);
  count(state, "centers", first.words_kept);
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
  const std::string kernels(simd::active_kernels().name);
  const struct {
    const char* name;
    TrainSettings settings;
  } kLogistic[] = {
      {"skip_gram/negative_sampling/", {}},
      {"skip_gram/hierarchical_softmax/", {.hierarchical_softmax = true, .negatives = 0}},
      {"cbow/negative_sampling/", {.architecture = Architecture::kCbow}},
      {"cbow/hierarchical_softmax/",
       {.architecture = Architecture::kCbow, .hierarchical_softmax = true, .negatives = 0}},
  };
  for (const int threads : {1, 2}) {
    for (const auto& [name, mode] : kLogistic) {
      for (const std::size_t dim : {100, 300}) {
        TrainSettings settings = mode;
        settings.dim = dim;
        settings.epochs = 1;
        settings.threads = threads;
        register_train(name + kernels, large_corpus, settings);
      }
    }
    register_train(
        "skip_gram/full_softmax/V:2000/" + kernels, small_corpus,
        {.full_softmax = true, .negatives = 0, .dim = 100, .epochs = 1, .threads = threads});
  }
}

}  // namespace hogvec::bench
