// How likely a text is that nothing was trained on: the exact negative log-likelihood.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/corpus/corpus.hpp"
#include "engine/model/model.hpp"
#include "engine/train/plan.hpp"
#include "engine/train/run_tables.hpp"

namespace hogvec {

/// -log p, natural logarithm, of all words that a model was asked to predict.
struct HeldOutLoss {
  double sum = 0;
  std::uint64_t predictions = 0;

  double mean() const noexcept { return sum / static_cast<double>(predictions); }
  double perplexity() const noexcept { return std::exp(mean()); }
};

/// Errors: Error, where what the plan trains gives no probabilities: negative samples alone.
void check_held_out(const TrainPlan& plan);

/// Bytes that the loss of a held-out text needs for a while, beside the text and the model.
std::size_t held_out_memory(std::size_t vocabulary_size, const TrainPlan& plan);

/// A held-out text, as the ids of a training vocabulary. No word of it is sub-sampled, and every
/// center has its full window within its sentence, which is cut where one of training is.
/// Immutable, so safe to share.
class HeldOutText {
 public:
  /// Uses the plan's objective, architecture, window and threads, and the tree of the tables, which
  /// must outlive it. With hierarchical softmax beside negative samples, the tree is what predicts.
  /// Errors: as check_held_out(); no sentence with two words.
  HeldOutText(EncodedCorpus text, const TrainPlan& plan, const RunTables& tables);

  const EncodedCorpus& text() const noexcept { return text_; }
  /// Words with a context.
  std::uint64_t centers() const noexcept { return centers_; }

  /// Full softmax: sum of E_b = -sum_c u_{j*_c} + C_b log sum_j exp(u_j), Rong eq. (29), over sum
  /// of C_b predictions. Hierarchical softmax: of the turns on the center's path, Rong eq. (45),
  /// from each context word's row, a prediction each. CBOW predicts the center from the mean of its
  /// context, once. Scores in float, all sums in double and in the order of the text: the same for
  /// any number of threads.
  HeldOutLoss loss(const Model& model) const;

  /// Places [begin, end) of the text, at least two words.
  struct Sentence {
    std::size_t begin;
    std::size_t end;
  };

 private:
  void find_sentences();
  void count_centers(std::size_t vocabulary_size);
  std::vector<double> log_sums(const Model& model) const;
  template <class MakeWorker>
  double sum_chunks(const MakeWorker& make_worker) const;

  EncodedCorpus text_;
  TrainPlan plan_;
  const HuffmanTree* tree_ = nullptr;  // none: full softmax
  std::vector<Sentence> sentences_;
  std::vector<std::size_t> chunks_;   // first sentence of each, and the number of sentences
  std::vector<WordId> center_words_;  // different ones
  std::uint64_t centers_ = 0;
  std::uint64_t predictions_ = 0;
};

}  // namespace hogvec
