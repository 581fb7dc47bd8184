// train() with the full softmax: all that a run does for its centers, losses and the walk over the
// text included, at several V, D, B, with threads that own rows of W' and with threads that do not.
#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "bench/support.hpp"
#include "engine/kernels.hpp"
#include "engine/reference/reference.hpp"
#include "engine/train/schedule.hpp"
#include "engine/train/train.hpp"

namespace hogvec::bench {
namespace {

constexpr std::size_t kSentence = 16;        // words
constexpr std::size_t kChunkWords = 11'000;  // a worker's piece of the text, see ChunkPlan

/// `centers` words for each chunk, as sub-sampling leaves them, and then empty sentences, in which
/// nothing is trained: a whole chunk of words would take minutes.
Corpus text_of(std::size_t vocabulary_size, std::size_t chunks, std::size_t centers) {
  Vocabulary vocabulary = zipf_vocabulary(vocabulary_size);
  const std::vector<WordId> words = sampled_ids(vocabulary, chunks * centers);
  std::vector<WordId> ids;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i % centers == 0) ids.resize(i / centers * kChunkWords, kSentenceEnd);
    // Before the sentence: a chunk begins behind the end of one.
    if (i % centers % kSentence == 0) ids.push_back(kSentenceEnd);
    ids.push_back(words[i]);
  }
  ids.resize(chunks * kChunkWords, kSentenceEnd);
  return corpus_of(std::move(vocabulary), ids);
}

/// One step of the batch [first, last) in double, each word the context of its neighbors: from the
/// old matrices for all, or in exact mode one after the other. Returns the sum of the losses.
double reference_batch(reference::Model& model, const std::vector<reference::SoftmaxExample>& batch,
                       const TrainSettings& settings) {
  double loss = 0;
  const reference::Model old = model;
  for (const auto& [center, context] : batch) {
    if (settings.softmax_exact) {
      loss += reference::full_softmax_step(model, center, context, settings.alpha);
      continue;
    }
    loss += reference::full_softmax_loss(old, center, context);
    const reference::Gradient step = reference::full_softmax_gradient(old, center, context);
    for (std::size_t i = 0; i < step.input.size(); ++i) {
      model.input[i] -= settings.alpha * step.input[i];
      model.output[i] -= settings.alpha * step.output[i];
    }
  }
  return loss;
}

Model random_model(std::size_t rows, std::size_t dim) {
  const float size = element_size(dim);
  Model model = initial_model(rows, {.full_softmax = true, .negatives = 0, .dim = dim});
  std::uint64_t seed = 1;
  for (const MatrixView matrix : {model.input, model.output}) {
    const Matrix values = random_matrix(rows, dim, size, seed++);
    std::copy_n(values.data(), rows * matrix.stride(), matrix.data());
  }
  return model;
}

/// Whether a short text, more than a batch, trains as in the reference. It is one chunk, which one
/// worker trains whatever the number of threads, and its windows are of one word to each side.
bool trains_right(TrainSettings settings) {
  constexpr std::size_t kWords = 100;
  settings.window = 1;
  const std::size_t batch = settings.softmax_batch;
  const std::size_t size = (batch + kSentence) / kSentence * kSentence + kSentence;
  Vocabulary vocabulary = zipf_vocabulary(kWords);
  const std::vector<WordId> words = sampled_ids(vocabulary, size);
  std::vector<WordId> ids;
  std::vector<reference::SoftmaxExample> examples(size);
  for (std::size_t i = 0; i < size; ++i) {
    ids.push_back(words[i]);
    examples[i].center = words[i];
    if (i % kSentence != 0) examples[i].context.push_back(words[i - 1]);
    if ((i + 1) % kSentence != 0) {
      examples[i].context.push_back(words[i + 1]);
    } else {
      ids.push_back(kSentenceEnd);
    }
  }
  Model model = random_model(kWords, settings.dim);
  reference::Model want{kWords, settings.dim, packed(model.input, kWords),
                        packed(model.output, kWords)};
  const TrainResult got = train(corpus_of(std::move(vocabulary), ids), settings, model);
  double loss = 0;
  for (std::size_t i = 0; i < size; i += batch) {
    const auto first = examples.begin() + static_cast<std::ptrdiff_t>(i);
    const auto last = first + static_cast<std::ptrdiff_t>(std::min(batch, size - i));
    loss += reference_batch(want, {first, last}, settings);
  }
  // Steps are of about 0.03.
  return got.examples == size &&
         all_close(got.loss, std::vector{loss / static_cast<double>(size)}, 0, 1e-5) &&
         all_close(packed(model.input, kWords), want.input, 1e-4, 0) &&
         all_close(packed(model.output, kWords), want.output, 1e-4, 0);
}

/// What one thread trains in about half a second: whole batches and whole sentences.
std::size_t centers_of(std::size_t words, const TrainSettings& settings) {
  const double flop = settings.softmax_batch == 1 ? 5e9 : 25e9;  // W' comes from far for one center
  const auto centers =
      static_cast<std::size_t>(flop / (6 * static_cast<double>(words * settings.dim)));
  const std::size_t step = std::max(settings.softmax_batch, kSentence);
  return std::clamp((centers + step - 1) / step, std::size_t{1}, 9'000 / step) * step;
}

void bench_train(benchmark::State& state, std::size_t words, const TrainSettings& settings) {
  if (!trains_right(settings)) return state.SkipWithError("not the reference's result");
  const auto threads = static_cast<std::size_t>(settings.threads);
  const std::size_t centers = threads * centers_of(words, settings);
  const Corpus corpus = text_of(words, threads, centers / threads);
  if (ChunkPlan(corpus.text).size() != threads) {
    return state.SkipWithError("not a chunk for each thread");
  }
  Model model = random_model(words, settings.dim);
  for (auto _ : state) {
    if (train(corpus, settings, model).examples != centers) {
      return state.SkipWithError("not all centers trained");
    }
  }
  count(state, "centers", centers);
  count_flop(state, active_kernels(), 6 * words * settings.dim * centers, settings.threads);
}

void register_train(std::size_t words, const TrainSettings& settings) {
  const bool owner = settings.softmax_threads == SoftmaxThreads::kOwner;
  benchmark::RegisterBenchmark(
      ("full_softmax/V:" + std::to_string(words) + "/D:" + std::to_string(settings.dim) +
       "/B:" + std::to_string(settings.softmax_batch) +
       (settings.softmax_exact ? "/exact/" : "/minibatch/") + (owner ? "owner/" : "hogwild/") +
       std::string(active_kernels().name) + "/threads:" + std::to_string(settings.threads))
          .c_str(),
      [=](auto& state) { bench_train(state, words, settings); })
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
}

/// Exact batches have one owner each, and those of a single center are no others.
void register_modes(std::size_t words, TrainSettings settings) {
  register_train(words, settings);
  settings.softmax_threads = SoftmaxThreads::kHogwild;
  register_train(words, settings);
  if (settings.softmax_batch == 1) return;
  settings.softmax_threads = SoftmaxThreads::kOwner;
  settings.softmax_exact = true;
  register_train(words, settings);
}

}  // namespace

void register_full_softmax() {
  for (const std::size_t words : {10'000, 30'000, 70'000}) {
    for (const std::size_t dim : {100, 300}) {
      for (const std::size_t batch : {1, 8, 16, 32, 128}) {
        for (const int threads : thread_counts()) {
          register_modes(words, {.full_softmax = true,
                                 .negatives = 0,
                                 .softmax_batch = batch,
                                 .dim = dim,
                                 .subsampling = 0,
                                 .epochs = 1,
                                 .threads = threads});
        }
      }
    }
  }
}

}  // namespace hogvec::bench
