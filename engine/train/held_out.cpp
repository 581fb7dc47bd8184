// Chunks of sentences are summed by all workers, each chunk from the start; then the sums of the
// chunks are added in their order.
#include "engine/train/held_out.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>

#include "engine/train/chunk.hpp"
#include "engine/train/softmax_sums.hpp"
#include "engine/workers.hpp"
#include "io/error.hpp"

namespace hogvec {
namespace {

using Sentence = HeldOutText::Sentence;

// Small enough that the workers end together, large enough that a batch is mostly full.
constexpr std::size_t kChunkWords = 1'024;

/// What every worker reads.
struct HeldOutShared {
  std::span<const WordId> text;
  const Model& model;
  std::size_t window;
  const HuffmanTree* tree;  // hierarchical softmax
  const double* log_sums;   // of each word as a center: full softmax, skip-gram
};

/// Calls visit(center, first, last) with the places of each center's window [first, last).
template <class Visit>
void for_each_center(std::span<const Sentence> sentences, std::size_t window, const Visit& visit) {
  for (const Sentence& s : sentences) {
    for (std::size_t center = s.begin; center < s.end; ++center) {
      visit(center, center - s.begin < window ? s.begin : center - window,
            s.end - center <= window ? s.end : center + window + 1);
    }
  }
}

/// The context rows of a center, of W.
class ContextRows {
 public:
  explicit ContextRows(const HeldOutShared& shared)
      : shared_(shared), rows_(2 * shared.window), spare_(shared.model.input.stride()) {}

  std::size_t gather(std::size_t center, std::size_t first, std::size_t last) noexcept {
    count_ = 0;
    for (std::size_t i = first; i < last; ++i) {
      if (i != center) rows_[count_++] = shared_.model.input.row(shared_.text[i]);
    }
    return count_;
  }
  const float* const* rows() const noexcept { return rows_.data(); }
  /// h of CBOW, Rong eq. (17).
  void mean(float* hidden) const noexcept {
    simd::active_kernels().mean_row(rows_.data(), count_, shared_.model.input.stride(), hidden,
                                    spare_.data());
  }

 private:
  const HeldOutShared& shared_;
  std::size_t count_ = 0;
  Scratch<const float*> rows_;
  Scratch<float> spare_;
};

/// E_b of skip-gram: every center that is the same word has the same sum over all words.
class SkipGramSoftmax {
 public:
  explicit SkipGramSoftmax(const HeldOutShared& shared) : shared_(shared) {}

  double loss(std::span<const Sentence> sentences) noexcept {
    const simd::KernelTable& kernels = simd::active_kernels();
    const Matrix& output = shared_.model.output;
    double sum = 0;
    for_each_center(
        sentences, shared_.window, [&](std::size_t center, std::size_t first, std::size_t last) {
          const WordId word = shared_.text[center];
          const float* hidden = shared_.model.input.row(word);
          double scores = 0;
          for (std::size_t i = first; i < last; ++i) {
            if (i == center) continue;
            scores += double{kernels.dot(output.row(shared_.text[i]), hidden, output.stride())};
          }
          sum += static_cast<double>(last - first - 1) * shared_.log_sums[word] - scores;
        });
    return sum;
  }

 private:
  const HeldOutShared& shared_;
};

/// E of CBOW, Rong eq. (19) with the mean of the context as h: every center has an h of its own.
class CbowSoftmax {
 public:
  explicit CbowSoftmax(const HeldOutShared& shared)
      : shared_(shared), sums_(shared.model.output), context_(shared) {}

  double loss(std::span<const Sentence> sentences) noexcept {
    sum_ = 0;
    size_ = 0;
    sums_.restart();
    for_each_center(sentences, shared_.window,
                    [&](std::size_t center, std::size_t first, std::size_t last) {
                      context_.gather(center, first, last);
                      context_.mean(sums_.hidden(size_));
                      targets_[size_++] = shared_.text[center];
                      if (size_ == targets_.size()) flush();
                    });
    if (size_ != 0) flush();
    return sum_;
  }

 private:
  void flush() noexcept {
    const simd::KernelTable& kernels = simd::active_kernels();
    const Matrix& output = shared_.model.output;
    std::array<double, SoftmaxSums::kBatch> log_sums;
    sums_.compute(size_, log_sums.data());
    for (std::size_t b = 0; b < size_; ++b) {
      sum_ += log_sums[b] -
              double{kernels.dot(output.row(targets_[b]), sums_.hidden(b), output.stride())};
    }
    size_ = 0;
  }

  const HeldOutShared& shared_;
  SoftmaxSums sums_;
  ContextRows context_;
  std::array<WordId, SoftmaxSums::kBatch> targets_;
  std::size_t size_ = 0;
  double sum_ = 0;
};

/// log(1 + exp(s)) = -log sigmoid(-s); only exp of what is not positive, so nothing overflows.
double softplus(double s) noexcept { return std::max(s, 0.0) + std::log1p(std::exp(-std::abs(s))); }

/// The turns on the center's path, from each context row or from their mean.
class HierarchicalLoss {
 public:
  HierarchicalLoss(const HeldOutShared& shared, bool cbow)
      : shared_(shared),
        cbow_(cbow),
        context_(shared),
        hidden_(shared.model.input.stride()),
        scores_((cbow ? 1 : 2 * shared.window) * kSteps + simd::kRowPadding) {}

  double loss(std::span<const Sentence> sentences) noexcept {
    double sum = 0;
    for_each_center(sentences, shared_.window,
                    [&](std::size_t center, std::size_t first, std::size_t last) {
                      const std::size_t count = context_.gather(center, first, last);
                      const auto path = shared_.tree->path(shared_.text[center]);
                      if (cbow_) {
                        context_.mean(hidden_.data());
                        const float* const row = hidden_.data();
                        sum += path_loss(&row, 1, path);
                      } else {
                        sum += path_loss(context_.rows(), count, path);
                      }
                    });
    return sum;
  }

 private:
  static constexpr std::size_t kSteps = 64;  // scored at once; a text's paths have about 17

  /// -log of Rong eq. (45), summed over the inputs; positive where the code is 0 (word2vec.c:445).
  double path_loss(const float* const* inputs, std::size_t count,
                   std::span<const HuffmanTree::Step> path) noexcept {
    const Matrix& nodes = shared_.model.nodes;
    std::array<const float*, kSteps> rows;
    double sum = 0;
    for (std::size_t first = 0; first < path.size(); first += kSteps) {
      const auto steps = path.subspan(first, std::min(kSteps, path.size() - first));
      for (std::size_t m = 0; m < steps.size(); ++m) rows[m] = nodes.row(steps[m].node());
      simd::active_kernels().score_rows(inputs, count, rows.data(), steps.size(), nodes.stride(),
                                        scores_.data());
      for (std::size_t u = 0; u < count; ++u) {
        for (std::size_t m = 0; m < steps.size(); ++m) {
          const double score = scores_[u * steps.size() + m];
          sum += softplus(steps[m].code() ? score : -score);
        }
      }
    }
    return sum;
  }

  const HeldOutShared& shared_;
  bool cbow_;
  ContextRows context_;
  Scratch<float> hidden_;
  Scratch<float> scores_;
};

}  // namespace

void check_held_out(const TrainSettings& settings) {
  if (settings.full_softmax || settings.hierarchical_softmax) return;
  throw Error(
      "negative samples give no probabilities, so a held-out text has no likelihood; use the full "
      "or hierarchical softmax");
}

std::size_t held_out_memory(std::size_t vocabulary_size, const TrainSettings& settings) {
  if (!settings.full_softmax) return 0;
  return vocabulary_size * sizeof(double) +
         static_cast<std::size_t>(settings.threads) * SoftmaxSums::memory(settings.dim);
}

HeldOutText::HeldOutText(EncodedCorpus text, const Vocabulary& vocabulary,
                         const TrainSettings& settings)
    : text_(std::move(text)), settings_(settings) {
  check_held_out(settings);
  find_sentences();
  if (sentences_.empty()) {
    throw Error(
        "the held-out text has no two words of the vocabulary in one sentence: nothing could be "
        "predicted; give a text of the same language, in sentences");
  }
  count_centers(vocabulary);
  if (!settings.full_softmax) tree_.emplace(vocabulary);
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
    } else if (i + 1 - begin == kSentenceWords) {
      end_sentence(i + 1);
      begin = i + 1;
    }
  }
  end_sentence(ids.size());
  chunks_.push_back(sentences_.size());
}

void HeldOutText::count_centers(const Vocabulary& vocabulary) {
  std::vector<bool> seen(vocabulary.size());
  const bool pairs = settings_.architecture == Architecture::kSkipGram;
  for_each_center(sentences_, settings_.window,
                  [&](std::size_t center, std::size_t first, std::size_t last) {
                    ++centers_;
                    predictions_ += pairs ? last - first - 1 : 1;
                    seen[text_.ids()[center]] = true;
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
  std::atomic<std::size_t> next{0};
  run_workers(settings_.threads, [&](int) {
    SoftmaxSums softmax(model.output);
    std::array<double, SoftmaxSums::kBatch> of_batch;
    for (std::size_t group; (group = next.fetch_add(kGroup)) < center_words_.size();) {
      softmax.restart();
      const std::size_t end = std::min(group + kGroup, center_words_.size());
      for (std::size_t first = group; first < end; first += SoftmaxSums::kBatch) {
        const std::size_t count = std::min(SoftmaxSums::kBatch, end - first);
        for (std::size_t b = 0; b < count; ++b) {
          std::copy_n(model.input.row(center_words_[first + b]), model.input.stride(),
                      softmax.hidden(b));
        }
        softmax.compute(count, of_batch.data());
        for (std::size_t b = 0; b < count; ++b) sums[center_words_[first + b]] = of_batch[b];
      }
    }
  });
  return sums;
}

template <class MakeWorker>
double HeldOutText::sum_chunks(const MakeWorker& make_worker) const {
  std::vector<double> sums(chunks_.size() - 1);
  std::atomic<std::size_t> next{0};
  run_workers(settings_.threads, [&](int) {
    auto worker = make_worker();
    for (std::size_t k; (k = next.fetch_add(1)) < sums.size();) {
      sums[k] = worker.loss({sentences_.data() + chunks_[k], sentences_.data() + chunks_[k + 1]});
    }
  });
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

HeldOutLoss HeldOutText::loss(const Model& model) const {
  const bool cbow = settings_.architecture == Architecture::kCbow;
  HeldOutShared shared{text_.ids(), model, settings_.window, tree_ ? &*tree_ : nullptr, nullptr};
  const auto sum = [&] {
    if (tree_) return sum_chunks([&] { return HierarchicalLoss(shared, cbow); });
    if (cbow) return sum_chunks([&] { return CbowSoftmax(shared); });
    const std::vector<double> sums = log_sums(model);
    shared.log_sums = sums.data();
    return sum_chunks([&] { return SkipGramSoftmax(shared); });
  };
  return {sum(), predictions_};
}

}  // namespace hogvec
