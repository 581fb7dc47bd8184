// The losses of a held-out text's sentences, each form of the model its own. One thread each.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "engine/kernels.hpp"
#include "engine/train/context_rows.hpp"
#include "engine/train/likelihood/held_out.hpp"
#include "engine/train/scratch.hpp"
#include "engine/train/softmax/sums.hpp"

namespace hogvec::held_out {

using Sentence = HeldOutText::Sentence;

/// What every worker reads.
struct Shared {
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

/// Collects the context rows of a center, of W.
inline void gather(const Shared& shared, std::size_t center, std::size_t first, std::size_t last,
                   ContextRows& context) noexcept {
  context.clear();
  for (std::size_t i = first; i < last; ++i) {
    if (i != center) context.add(shared.model.input.row(shared.text[i]));
  }
}

/// E_b of skip-gram: every center that is the same word has the same sum over all words.
class SkipGramSoftmax {
 public:
  explicit SkipGramSoftmax(const Shared& shared) : shared_(shared) {}

  double loss(std::span<const Sentence> sentences) noexcept {
    const simd::KernelTable& kernels = active_kernels();
    const MatrixView output = shared_.model.output;
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
  const Shared& shared_;
};

/// E of CBOW, Rong eq. (19) with the mean of the context as h: every center has an h of its own.
class CbowSoftmax {
 public:
  explicit CbowSoftmax(const Shared& shared)
      : shared_(shared),
        sums_(shared.model.output),
        context_(2 * shared.window, shared.model.input.stride()) {}

  double loss(std::span<const Sentence> sentences) noexcept {
    sum_ = 0;
    size_ = 0;
    sums_.restart();
    for_each_center(sentences, shared_.window,
                    [&](std::size_t center, std::size_t first, std::size_t last) {
                      gather(shared_, center, first, last, context_);
                      context_.mean(sums_.hidden(size_));
                      targets_[size_++] = shared_.text[center];
                      if (size_ == targets_.size()) flush();
                    });
    if (size_ != 0) flush();
    return sum_;
  }

 private:
  void flush() noexcept {
    const simd::KernelTable& kernels = active_kernels();
    const MatrixView output = shared_.model.output;
    std::array<double, SoftmaxSums::kBatch> log_sums;
    sums_.compute(size_, log_sums.data());
    for (std::size_t b = 0; b < size_; ++b) {
      sum_ += log_sums[b] -
              double{kernels.dot(output.row(targets_[b]), sums_.hidden(b), output.stride())};
    }
    size_ = 0;
  }

  const Shared& shared_;
  SoftmaxSums sums_;
  ContextRows context_;
  std::array<WordId, SoftmaxSums::kBatch> targets_;
  std::size_t size_ = 0;
  double sum_ = 0;
};

/// log(1 + exp(s)) = -log sigmoid(-s); only exp of what is not positive, so nothing overflows.
inline double softplus(double s) noexcept {
  return std::max(s, 0.0) + std::log1p(std::exp(-std::abs(s)));
}

/// The turns on the center's path, from each context row or from their mean.
class TreeLoss {
 public:
  TreeLoss(const Shared& shared, bool cbow)
      : shared_(shared),
        cbow_(cbow),
        context_(2 * shared.window, shared.model.input.stride()),
        hidden_(shared.model.input.stride()),
        scores_((cbow ? 1 : 2 * shared.window) * kSteps + simd::kRowPadding) {}

  double loss(std::span<const Sentence> sentences) noexcept {
    double sum = 0;
    for_each_center(sentences, shared_.window,
                    [&](std::size_t center, std::size_t first, std::size_t last) {
                      gather(shared_, center, first, last, context_);
                      const auto path = shared_.tree->path(shared_.text[center]);
                      if (cbow_) {
                        context_.mean(hidden_.data());
                        const float* const row = hidden_.data();
                        sum += path_loss(&row, 1, path);
                      } else {
                        sum += path_loss(context_.rows(), context_.size(), path);
                      }
                    });
    return sum;
  }

 private:
  static constexpr std::size_t kSteps = 64;  // scored at once; a text's paths have about 17

  /// -log of Rong eq. (45), summed over the inputs; positive where the code is 0 (word2vec.c:445).
  double path_loss(const float* const* inputs, std::size_t count,
                   std::span<const HuffmanTree::Step> path) noexcept {
    const MatrixView nodes = shared_.model.nodes;
    std::array<const float*, kSteps> rows;
    double sum = 0;
    for (std::size_t first = 0; first < path.size(); first += kSteps) {
      const auto steps = path.subspan(first, std::min(kSteps, path.size() - first));
      for (std::size_t m = 0; m < steps.size(); ++m) rows[m] = nodes.row(steps[m].node());
      active_kernels().score_rows(inputs, count, rows.data(), steps.size(), nodes.stride(),
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

  const Shared& shared_;
  bool cbow_;
  ContextRows context_;
  Scratch<float> hidden_;
  Scratch<float> scores_;
};

}  // namespace hogvec::held_out
