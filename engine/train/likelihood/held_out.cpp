// Chunks of sentences are summed by all workers, each chunk from the start; then the sums of the
// chunks are added in their order.
#include "engine/train/likelihood/held_out.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "engine/train/chunk.hpp"
#include "engine/train/likelihood/held_out_losses.hpp"
#include "engine/train/softmax/sums.hpp"
#include "engine/workers.hpp"
#include "io/error.hpp"

namespace hogvec {
namespace {

// Small enough that the workers end together, large enough that a batch is mostly full.
constexpr std::size_t kChunkWords = 1'024;

/// What each worker makes when it first needs it.
template <class T>
class PerWorker {
 public:
  explicit PerWorker(int workers) : all_(static_cast<std::size_t>(workers)) {}

  template <class Make>
  T& of(int worker, const Make& make) {
    std::unique_ptr<T>& mine = all_[static_cast<std::size_t>(worker)];
    if (!mine) mine.reset(new T(make()));  // in place: a T need not be movable
    return *mine;
  }

 private:
  std::vector<std::unique_ptr<T>> all_;
};

}  // namespace

void check_held_out(const TrainPlan& plan) {
  if (plan.full_softmax || plan.hierarchical_softmax) return;
  throw Error(
      "negative samples give no probabilities, so a held-out text has no likelihood; use the full "
      "or hierarchical softmax");
}

std::size_t held_out_memory(std::size_t vocabulary_size, const TrainPlan& plan) {
  if (!plan.full_softmax) return 0;
  return vocabulary_size * sizeof(double) +
         static_cast<std::size_t>(plan.threads) * SoftmaxSums::memory(plan.dim);
}

HeldOutText::HeldOutText(EncodedCorpus text, const TrainPlan& plan, const RunTables& tables)
    : text_(std::move(text)), plan_(plan), tree_(tables.tree ? &*tables.tree : nullptr) {
  check_held_out(plan);
  find_sentences();
  if (sentences_.empty()) {
    throw Error(
        "the held-out text has no two words of the vocabulary in one sentence: nothing could be "
        "predicted; give a text of the same language, in sentences");
  }
  count_centers(tables.keep.size());
}

void HeldOutText::find_sentences() {
  const std::span<const WordId> ids = text_.ids();
  std::size_t begin = 0;
  std::size_t chunk_words = kChunkWords;  // the first sentence begins a chunk
  const auto end_sentence = [&](std::size_t end) {
    if (end - begin < 2) return;
    if (chunk_words >= kChunkWords) {
      chunks_.push_back(sentences_.size());
      chunk_words = 0;
    }
    sentences_.push_back({begin, end});
    chunk_words += end - begin;
  };
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] == kSentenceEnd) {
      end_sentence(i);
      begin = i + 1;
    } else if (i + 1 - begin == plan_.sentence_words) {
      end_sentence(i + 1);
      begin = i + 1;
    }
  }
  end_sentence(ids.size());
  chunks_.push_back(sentences_.size());
}

void HeldOutText::count_centers(std::size_t vocabulary_size) {
  std::vector<bool> seen(vocabulary_size);
  const bool pairs = !plan_.cbow();
  const std::span<const WordId> ids = text_.ids();
  held_out::for_each_center(sentences_, plan_.window,
                            [&](std::size_t center, std::size_t first, std::size_t last) {
                              ++centers_;
                              predictions_ += pairs ? last - first - 1 : 1;
                              seen[ids[center]] = true;
                            });
  for (WordId word = 0; word < seen.size(); ++word) {
    if (seen[word]) center_words_.push_back(word);
  }
}

/// log sum_j exp(v'_j . v_w) for every word w that is a center; the others' stay 0.
std::vector<double> HeldOutText::log_sums(const Model& model) const {
  // Batches that a worker does in a row: each may profit from the scores of the one before.
  constexpr std::size_t kGroup = 8 * SoftmaxSums::kBatch;
  std::vector<double> sums(model.input.rows());
  PerWorker<SoftmaxSums> workers(plan_.threads);
  const std::size_t groups = (center_words_.size() + kGroup - 1) / kGroup;
  for_each_index(plan_.threads, groups, [&](std::size_t group, int worker) {
    SoftmaxSums& softmax = workers.of(worker, [&] { return SoftmaxSums(model.output); });
    std::array<double, SoftmaxSums::kBatch> of_batch;
    softmax.restart();
    const std::size_t end = std::min((group + 1) * kGroup, center_words_.size());
    for (std::size_t first = group * kGroup; first < end; first += SoftmaxSums::kBatch) {
      const std::size_t count = std::min(SoftmaxSums::kBatch, end - first);
      for (std::size_t b = 0; b < count; ++b) {
        std::copy_n(model.input.row(center_words_[first + b]), model.input.stride(),
                    softmax.hidden(b));
      }
      softmax.compute(count, of_batch.data());
      for (std::size_t b = 0; b < count; ++b) sums[center_words_[first + b]] = of_batch[b];
    }
  });
  return sums;
}

template <class MakeWorker>
double HeldOutText::sum_chunks(const MakeWorker& make_worker) const {
  std::vector<double> sums(chunks_.size() - 1);
  PerWorker<decltype(make_worker())> workers(plan_.threads);
  for_each_index(plan_.threads, sums.size(), [&](std::size_t k, int worker) {
    sums[k] = workers.of(worker, make_worker)
                  .loss({sentences_.data() + chunks_[k], sentences_.data() + chunks_[k + 1]});
  });
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

HeldOutLoss HeldOutText::loss(const Model& model) const {
  const bool cbow = plan_.cbow();
  held_out::Shared shared{text_.ids(), model, plan_.window, tree_, nullptr};
  const auto sum = [&] {
    if (tree_ != nullptr) return sum_chunks([&] { return held_out::TreeLoss(shared, cbow); });
    if (cbow) return sum_chunks([&] { return held_out::CbowSoftmax(shared); });
    const std::vector<double> sums = log_sums(model);
    shared.log_sums = sums.data();
    return sum_chunks([&] { return held_out::SkipGramSoftmax(shared); });
  };
  return {sum(), predictions_};
}

}  // namespace hogvec
