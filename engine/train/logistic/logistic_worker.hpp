// The trainers with logistic outputs: an architecture and one or two objectives, put together.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <tuple>

#include "engine/kernels.hpp"
#include "engine/train/chunk_trainer.hpp"
#include "engine/train/logistic/block.hpp"

namespace hogvec {

/// One worker: trains sampled chunks on the shared matrices, without locks, block after block.
/// Several objectives train the same inputs at once (word2vec.c:506).
template <class Architecture, class... Objectives>
class LogisticWorker final : public ChunkTrainer {
 public:
  struct Shared {
    const RowReplicas& input;  // W
    const TrainPlan& plan;
    const LockedWords& locked;
    std::tuple<typename Objectives::Shared...> objectives;
  };

  LogisticWorker(const Shared& shared, std::size_t longest_chunk)
      : shared_(shared),
        kernels_(active_kernels()),
        rows_at_once_(shared.plan.rows_at_once),
        blocks_(longest_chunk),  // at worst every word is a block of its own
        architecture_(shared.input, shared.plan, shared.locked),
        objectives_(Objectives(std::get<typename Objectives::Shared>(shared.objectives),
                               shared.plan, longest_chunk)...),
        outputs_(shared.plan.block_centers, most_outputs(shared)),
        counts_(Architecture::most_inputs(shared.plan), most_outputs(shared)),
        scratch_(
            simd::logistic_scratch(Architecture::most_inputs(shared.plan), most_outputs(shared))),
        lengths_(most_outputs(shared)),
        met_(most_outputs(shared)) {}

  /// Loss is per positive pair of a context word and a center, or per center for CBOW.
  ChunkLoss train(const ChunkSample& sample, std::uint64_t noise_key,
                  float alpha) noexcept override {
    careful_ = needs_care(alpha);
    plan_blocks(sample);
    for_each_objective([&](auto& objective) { objective.draw(blocks_.size(), noise_key); });
    for (std::size_t k = 0; k < std::min(kAhead, blocks_.size()); ++k) prefetch(sample, k);
    ChunkLoss total;
    for (std::size_t k = 0; k < blocks_.size(); ++k) {
      // Everything drawn in advance, the rows of a later block are known while this one is trained.
      if (k + kAhead < blocks_.size()) prefetch(sample, k + kAhead);
      total += train_block(sample, k, alpha);
    }
    return total;
  }

  void use_set(std::size_t set) noexcept override {
    for_each_matrix([&](ReplicatedRows& rows) { rows.use_set(set); });
  }
  void merge() noexcept override {
    for_each_matrix([](ReplicatedRows& rows) { rows.merge(); });
  }
  void refresh() noexcept override {
    for_each_matrix([](ReplicatedRows& rows) { rows.refresh(); });
  }
  void mark_touched(const ChunkSample& sample, ModelMarks& marks) const noexcept override {
    for (std::size_t i = 0; i < sample.size(); ++i) marks.input.mark(sample.ids()[i]);
    std::apply(
        [&](const auto&... objective) {
          (objective.mark_touched(sample, blocks_.size(), marks), ...);
        },
        objectives_);
  }

 private:
  static constexpr std::size_t kAhead = 1;  // blocks
  /// Two objectives share a block's rows, of which then no rule holds.
  static constexpr bool kMayBeOwn = Architecture::kInputOfCenter && sizeof...(Objectives) == 1;

  static std::size_t most_outputs(const Shared& shared) noexcept {
    return (Objectives::most_rows(std::get<typename Objectives::Shared>(shared.objectives),
                                  shared.plan) +
            ...);
  }

  template <class Visit>
  void for_each_objective(const Visit& visit) noexcept {
    std::apply([&](auto&... objective) { (visit(objective), ...); }, objectives_);
  }

  template <class Visit>
  void for_each_matrix(const Visit& visit) noexcept {
    visit(architecture_.rows());
    for_each_objective([&](auto& objective) { visit(objective.rows()); });
  }

  void plan_blocks(const ChunkSample& sample) noexcept {
    // Steps that are large leave little of what noise words still have to teach: every center needs
    // its own.
    const auto size = careful_ ? 1 : static_cast<std::uint32_t>(shared_.plan.block_centers);
    blocks_.clear();
    for (const Sentence& s : sample.sentences()) {
      if (s.end - s.begin < 2) continue;  // no context
      for (std::uint32_t begin = s.begin; begin < s.end;) {
        const std::uint32_t most = std::min(begin + size, s.end);
        std::uint32_t end = begin + 1;
        // A word that the block already has as a center begins the next one.
        while (end < most && !is_repeat(sample.repeat(end), end - begin)) ++end;
        blocks_.push_back({begin, end, s});
        begin = end;
      }
    }
  }

  void prefetch(const ChunkSample& sample, std::size_t k) noexcept {
    const Block& block = blocks_[k];
    for_each_objective([&](auto& objective) { objective.prefetch(sample, block, k); });
    // Of the context rows those that the block before did not have: the ones that enter on the
    // right, or all of them where a sentence begins.
    const std::size_t window = shared_.plan.window;
    const bool first = block.begin == block.sentence.begin;
    const std::size_t begin = first ? block.begin : block.begin + window;
    const std::size_t end = std::min<std::size_t>(block.end + window, block.sentence.end);
    for (std::size_t i = begin; i < end; ++i) {
      architecture_.prefetch(sample.ids()[i]);
    }
  }

  ChunkLoss train_block(const ChunkSample& sample, std::size_t k, float alpha) noexcept {
    const Block& block = blocks_[k];
    const std::uint64_t examples = architecture_.gather(sample, block);
    outputs_.clear(block.size(), kMayBeOwn && !careful_);
    for_each_objective([&](auto& objective) { objective.gather(sample, block, k, outputs_); });
    architecture_.count_pairs(outputs_, counts_);
    const double loss = careful_ ? train_in_parts(sample, block, alpha) : train_at_once(alpha);
    return {loss, examples, 0};
  }

  double train_at_once(float alpha) noexcept {
    double loss = 0;
    const std::size_t inputs = architecture_.input_count();
    for (std::size_t first = 0; first < inputs; first += rows_at_once_) {
      loss += train_rows(first, std::min(rows_at_once_, inputs - first), alpha);
    }
    architecture_.finish_block();
    return loss;
  }

  /// The loss is that before the first part.
  [[gnu::noinline]] double train_in_parts(const ChunkSample& sample, const Block& block,
                                          float alpha) noexcept {
    const std::size_t parts = parts_of(block, alpha);
    alpha /= static_cast<float>(parts);
    const double loss = train_at_once(alpha);
    for (std::size_t part = 1; part < parts; ++part) {
      architecture_.gather(sample, block);  // hidden vectors of what has been trained
      train_at_once(alpha);
    }
    return loss;
  }

  /// Whether steps of this size may be too large for a block that sums those of all its pairs.
  bool needs_care(float alpha) const noexcept {
    const TrainPlan& plan = shared_.plan;
    const auto least = static_cast<float>(safe_alpha(plan.architecture));
    // Noise words that are drawn several times have as large a step at once.
    const auto words = static_cast<float>(shared_.input.shared().rows());
    return alpha * (1 + static_cast<float>(plan.negatives) / words) > least;
  }

  /// In how many parts, each with its share of alpha, a block must be trained so that no step goes
  /// beyond where it leads to: a step along a row is stable up to 2 / curvature, and the curvature
  /// of the loss in a row is at most a quarter of the sum of the squared lengths of the rows that
  /// it meets, each as often as it meets it.
  std::size_t parts_of(const Block& block, float alpha) noexcept {
    constexpr float kMostStep = 1;  // of 2
    constexpr float kMostParts = 256;
    const std::size_t inputs = architecture_.input_count();
    const std::size_t outputs = outputs_.size();
    const std::size_t stride = shared_.input.shared().stride();
    lengths_.clear();
    for (std::size_t j = 0; j < outputs; ++j) {
      const float* const row = outputs_.rows()[j];
      lengths_.push_back(kernels_.dot(row, row, stride));
    }
    met_.clear();
    for (std::size_t j = 0; j < outputs; ++j) met_.push_back(0);
    float most = 0;
    for (std::size_t i = 0; i < inputs; ++i) {
      const float* const row = architecture_.inputs()[i];
      const float length = kernels_.dot(row, row, stride);
      const float* const trials = counts_.trials.data() + i * outputs;
      float met = 0;
      for (std::size_t j = 0; j < outputs; ++j) {
        met += trials[j] * lengths_[j];
        met_[j] += trials[j] * length;
      }
      most = std::max(most, met);
    }
    // Context rows that centers of CBOW share move as all of them want.
    if (shared_.plan.cbow()) most *= static_cast<float>(block.size());
    for (std::size_t j = 0; j < outputs; ++j) most = std::max(most, met_[j]);
    const float parts = std::ceil(alpha * most / 4 / kMostStep);
    return static_cast<std::size_t>(parts > 1 ? std::min(parts, kMostParts) : 1);  // 1 for a NaN
  }

  /// Input rows [first, first + count) of the block against all its output rows; all of them where
  /// they have rows of their own.
  double train_rows(std::size_t first, std::size_t count, float alpha) noexcept {
    const std::size_t pairs = first * outputs_.size();
    const std::size_t own = outputs_.own();
    return kernels_.logistic_block({
        .inputs = architecture_.inputs() + first,
        .own = own != 0 ? outputs_.rows() : nullptr,
        .outputs = outputs_.rows() + own,
        .positives = counts_.positives.data() + pairs,
        .trials = counts_.trials.data() + pairs,
        .scratch = scratch_.data(),
        .input_count = count,
        .output_count = outputs_.size() - own,
        .stride = shared_.input.shared().stride(),
        .alpha = alpha,
        .gains = Architecture::kInputOfCenter,
    });
  }

  Shared shared_;
  const simd::KernelTable& kernels_;
  std::size_t rows_at_once_;
  ScratchList<Block> blocks_;
  Architecture architecture_;
  std::tuple<Objectives...> objectives_;
  OutputRows outputs_;
  PairCounts counts_;
  Scratch<float> scratch_;
  bool careful_ = false;
  // Of the output rows of a block that is looked at: their squared lengths, and those that they
  // meet.
  ScratchList<float> lengths_;
  ScratchList<float> met_;
};

}  // namespace hogvec
