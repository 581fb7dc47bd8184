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
  const auto negatives = static_cast<double>(settings.negatives);
  if (settings.objective == Objective::kNegativeSampling) return (1 + negatives) * std::log(2.0);
  // At most: a center has window + 1 context words on average, fewer at the ends of sentences.
  return static_cast<double>(settings.window + 1) *
         std::log(static_cast<double>(corpus.vocabulary.size()));
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
  for (const int threads : {1, 2}) {
    for (const std::size_t dim : {100, 300}) {
      register_train("negative_sampling/" + kernels, large_corpus,
                     {.dim = dim, .epochs = 1, .threads = threads});
    }
    register_train(
        "full_softmax/V:2000/" + kernels, small_corpus,
        {.objective = Objective::kFullSoftmax, .dim = 100, .epochs = 1, .threads = threads});
  }
}

}  // namespace hogvec::bench
