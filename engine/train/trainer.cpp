#include "engine/train/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>

#include "engine/sampling/alias_sampler.hpp"
#include "engine/sampling/subsampling.hpp"
#include "engine/train/logistic/cbow.hpp"
#include "engine/train/chunk.hpp"
#include "engine/train/softmax/full_softmax.hpp"
#include "engine/train/logistic/hierarchical_softmax.hpp"
#include "engine/train/logistic/logistic_worker.hpp"
#include "engine/train/logistic/negative_sampling.hpp"
#include "engine/train/logistic/skip_gram.hpp"
#include "engine/workers.hpp"
#include "io/error.hpp"

namespace hogvec {
namespace {

constexpr double kNoisePower = 0.75;         // unigram^(3/4), word2vec.c:52
constexpr double kLeastAlphaShare = 0.0001;  // word2vec.c:391

/// The reference's generator, r <- r * multiplier + increment mod 2^64, which can jump ahead.
struct Lcg {
  static constexpr std::uint64_t kMultiplier = 25214903917u;
  static constexpr std::uint64_t kIncrement = 11;

  std::uint64_t state;

  std::uint64_t next() noexcept { return state = state * kMultiplier + kIncrement; }

  /// As `steps` calls of next(): squares the map r -> a r + c for every binary digit.
  void jump(std::uint64_t steps) noexcept {
    std::uint64_t a = kMultiplier;
    std::uint64_t c = kIncrement;
    for (; steps != 0; steps >>= 1) {
      if (steps & 1) state = state * a + c;
      c = (a + 1) * c;
      a *= a;
    }
  }
};

void initialize_rows(const Matrix& input, std::size_t begin, std::size_t end,
                     std::uint64_t seed) noexcept {
  const std::size_t dim = input.dim();
  Lcg random{seed};
  random.jump(std::uint64_t{begin} * dim);
  for (std::size_t k = begin; k < end; ++k) {
    float* row = input.row(k);
    for (std::size_t d = 0; d < dim; ++d) {
      const double uniform = static_cast<double>(random.next() & 0xffff) / 65536 - 0.5;
      row[d] = static_cast<float>(uniform / static_cast<double>(dim));
    }
  }
}

bool has_two_words(std::span<const WordId> text) noexcept {
  std::size_t words = 0;
  for (const WordId id : text) {
    words += id != kSentenceEnd;
    if (words == 2) return true;
  }
  return false;
}

bool has_output(const TrainSettings& settings) noexcept {
  return settings.full_softmax || settings.negatives > 0;
}

/// What a worker counts by itself, on cache lines of its own.
struct alignas(128) Tally {
  std::uint64_t kept = 0;
  std::vector<ChunkLoss> epochs;
};

/// The learning rate of a chunk that begins `words` into the run (word2vec.c:390).
double chunk_alpha(const TrainSettings& settings, std::uint64_t words, std::uint64_t text_words) {
  const double total = static_cast<double>(settings.epochs) * static_cast<double>(text_words) + 1;
  return settings.alpha * std::max(kLeastAlphaShare, 1 - static_cast<double>(words) / total);
}

ChunkLoss total_loss(const std::vector<Tally>& tallies, std::size_t epoch) {
  ChunkLoss total;
  for (const Tally& tally : tallies) total += tally.epochs[epoch];
  return total;
}

EpochLoss epoch_loss(const ChunkLoss& total, std::size_t epoch) {
  const auto mean = [&](std::uint64_t count) {
    return count == 0 ? 0 : total.sum / static_cast<double>(count);
  };
  return {epoch, mean(total.examples), std::exp(mean(total.panels))};
}

/// Every worker takes the next (epoch, chunk) of epochs [first, last) until there is none, so that
/// alpha falls with time.
template <class Worker>
void train_epochs(const Corpus& corpus, const TrainSettings& settings,
                  const typename Worker::Shared& shared, Progress* progress, std::size_t first,
                  std::size_t last, std::vector<Tally>& tallies) {
  const std::span<const WordId> text = corpus.text.ids();
  const ChunkPlan plan(text);
  const std::vector<std::uint32_t> keep = keep_thresholds(corpus.vocabulary, settings.subsampling);
  const std::uint64_t total = std::uint64_t{plan.size()} * last;
  std::atomic<std::uint64_t> next{std::uint64_t{plan.size()} * first};
  run_workers(chunk_workers(settings), [&](int worker_number) {
    Tally& tally = tallies[static_cast<std::size_t>(worker_number)];
    tally.epochs.resize(settings.epochs);
    ChunkSample sample(plan.longest(), Worker::span(settings));
    Worker worker(shared, plan.longest());
    for (std::uint64_t k; (k = next.fetch_add(1, std::memory_order_relaxed)) < total;) {
      const std::uint64_t epoch = k / plan.size();
      const std::uint64_t chunk = k % plan.size();
      const auto key = [&](Stream stream) {
        return stream_key(settings.seed, epoch, chunk, stream);
      };
      const std::size_t begin = plan.begin(chunk);
      const std::size_t size = plan.begin(chunk + 1) - begin;
      const double alpha = chunk_alpha(settings, epoch * text.size() + begin, text.size());
      sample.draw(text.subspan(begin, size), keep, settings.window, key(Stream::kSubsampling),
                  key(Stream::kWindow));
      const ChunkLoss loss = worker.train(sample, key(Stream::kNoise), static_cast<float>(alpha));
      tally.kept += sample.size();
      tally.epochs[epoch] += loss;
      if (progress != nullptr) {
        progress->words.fetch_add(size, std::memory_order_relaxed);
        progress->alpha.store(alpha, std::memory_order_relaxed);
      }
    }
    worker.finish();
  });
}

/// All epochs at once or, where somebody wants to see the model after each, one by one.
template <class Worker>
std::vector<Tally> train_chunks(const Corpus& corpus, const TrainSettings& settings,
                                const typename Worker::Shared& shared, Progress* progress) {
  std::vector<Tally> tallies(static_cast<std::size_t>(chunk_workers(settings)));
  if (progress == nullptr || !progress->on_epoch) {
    train_epochs<Worker>(corpus, settings, shared, progress, 0, settings.epochs, tallies);
    return tallies;
  }
  for (std::size_t epoch = 0; epoch < settings.epochs; ++epoch) {
    train_epochs<Worker>(corpus, settings, shared, progress, epoch, epoch + 1, tallies);
    const auto start = std::chrono::steady_clock::now();
    progress->on_epoch(epoch_loss(total_loss(tallies, epoch), epoch));
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    progress->on_epoch_seconds += elapsed.count();
  }
  return tallies;
}

template <class Architecture>
std::vector<Tally> train_logistic(const Corpus& corpus, const TrainSettings& settings,
                                  const Model& model, Progress* progress) {
  const auto run = [&]<class... Objectives>(const typename Objectives::Shared&... shared) {
    return train_chunks<LogisticWorker<Architecture, Objectives...>>(
        corpus, settings, {model.input, settings, {shared...}}, progress);
  };
  if (!settings.hierarchical_softmax) {
    const AliasSampler noise(corpus.vocabulary, kNoisePower);
    return run.template operator()<NegativeSampling>({model.output, noise});
  }
  const HuffmanTree tree(corpus.vocabulary);
  if (settings.negatives == 0) {
    return run.template operator()<HierarchicalSoftmax>({model.nodes, tree});
  }
  const AliasSampler noise(corpus.vocabulary, kNoisePower);
  return run.template operator()<HierarchicalSoftmax, NegativeSampling>({model.nodes, tree},
                                                                        {model.output, noise});
}

std::vector<Tally> train_objective(const Corpus& corpus, const TrainSettings& settings,
                                   const Model& model, Progress* progress) {
  if (settings.full_softmax) {
    return train_chunks<FullSoftmaxWorker>(corpus, settings, {model.input, model.output, settings},
                                           progress);
  }
  return settings.architecture == Architecture::kCbow
             ? train_logistic<Cbow>(corpus, settings, model, progress)
             : train_logistic<SkipGram>(corpus, settings, model, progress);
}

void fill_result(const std::vector<Tally>& tallies, const TrainSettings& settings,
                 TrainResult& result) {
  for (std::size_t epoch = 0; epoch < settings.epochs; ++epoch) {
    const ChunkLoss total = total_loss(tallies, epoch);
    const EpochLoss loss = epoch_loss(total, epoch);
    result.loss.push_back(loss.loss);
    if (settings.full_softmax) result.perplexity.push_back(loss.perplexity);
    result.examples += total.examples;
  }
  for (const Tally& tally : tallies) result.words_kept += tally.kept;
}

}  // namespace

void check(const Corpus& corpus, const TrainSettings& settings) {
  check(settings);
  if (corpus.vocabulary.size() < 3) {
    throw Error(
        "the vocabulary has fewer than two words besides </s>: there is nothing to train; "
        "give a longer text, a smaller -min-count or a larger -max-vocab");
  }
  // With a vocabulary from a file the text may have none of its words.
  if (settings.epochs != 0 && !has_two_words(corpus.text.ids())) {
    throw Error(
        "the text has fewer than two words of the vocabulary: there is nothing to train; give the "
        "text that belongs to it");
  }
}

std::size_t training_memory(std::size_t vocabulary_size, const TrainSettings& settings) {
  // Steps of an average path, and where each begins; natural text needs 12 to 20.
  constexpr std::size_t kTreeBytes = 20 * sizeof(HuffmanTree::Step) + sizeof(std::size_t);
  const std::size_t matrix = Matrix::bytes(vocabulary_size, settings.dim);
  std::size_t bytes = matrix;
  if (has_output(settings)) bytes += matrix;
  if (settings.hierarchical_softmax) bytes += matrix + vocabulary_size * kTreeBytes;
  if (settings.full_softmax) bytes += softmax_memory(vocabulary_size, settings);
  return bytes;
}

Model initial_model(std::size_t vocabulary_size, const TrainSettings& settings) {
  Model model{Matrix(vocabulary_size, settings.dim), Matrix(), Matrix()};
  if (has_output(settings)) model.output = Matrix(vocabulary_size, settings.dim);
  if (settings.hierarchical_softmax) model.nodes = Matrix(vocabulary_size - 1, settings.dim);
  const auto threads = static_cast<std::size_t>(settings.threads);
  run_workers(settings.threads, [&](int worker_number) {
    const auto worker = static_cast<std::size_t>(worker_number);
    initialize_rows(model.input, vocabulary_size * worker / threads,
                    vocabulary_size * (worker + 1) / threads, settings.seed);
    // W' is zero already; touched here, its pages do not have to be fetched while training.
    for (const Matrix* matrix : {&model.output, &model.nodes}) {
      const std::size_t begin = matrix->rows() * worker / threads;
      const std::size_t end = matrix->rows() * (worker + 1) / threads;
      if (end > begin) {
        std::memset(matrix->row(begin), 0, (end - begin) * matrix->stride() * sizeof(float));
      }
    }
  });
  return model;
}

TrainResult train(const Corpus& corpus, const TrainSettings& settings, Model& model,
                  Progress* progress) {
  check(corpus, settings);
  if (progress != nullptr) progress->on_epoch_seconds = 0;
  TrainResult result;
  result.words_raw = std::uint64_t{corpus.text.size()} * settings.epochs;
  const auto start = std::chrono::steady_clock::now();
  const std::vector<Tally> tallies = train_objective(corpus, settings, model, progress);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  result.seconds = elapsed.count() - (progress == nullptr ? 0 : progress->on_epoch_seconds);
  fill_result(tallies, settings, result);
  return result;
}

}  // namespace hogvec
