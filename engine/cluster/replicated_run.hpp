// One run on several machines, each with a model of its own and its share of the text.
//
// All ranks go through the same passes as one machine would, with the same samples and learning
// rates: chunk c of an epoch is trained by rank c modulo their number. While workers train, a
// thread beside them exchanges what was trained: the most frequent rows often, all others seldom
// (row_exchange.hpp). Nobody trains further than two exchanges ahead of the slowest.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "engine/cluster/row_exchange.hpp"
#include "engine/cluster/shared_position.hpp"
#include "engine/cluster/shared_run.hpp"
#include "engine/ranks.hpp"
#include "engine/train/run.hpp"

namespace hogvec {

/// One run; every rank has one, and calls the same functions.
class ReplicatedRun final : public SharedRun, private RunShare {
 public:
  /// As share_run(), with a position of the whole run. What is passed by reference must outlive it.
  ReplicatedRun(Ranks& ranks, const ChunkPlan& chunks, CorpusView mine, const TrainPlan& plan,
                const RunTables& tables, const Model& model, bool in_file,
                const PositionRecord& start, const Placement& placement,
                const ExchangeWishes& wishes);
  ~ReplicatedRun() override;

  /// Bytes that a rank takes beside those of TrainingRun::memory(); `in_file`: as the first one
  /// does.
  static std::size_t memory(const ModelShape& shape, bool in_file);

  /// All ranks come to the same end, and agree on the same rows. Errors: of one rank, on all.
  RunEnd run() override;
  RunEnd run_epochs(std::size_t count) override;
  /// Ends run() of all ranks, before the next exchange. Async-signal-safe.
  void ask_to_stop() noexcept override { stop_.store(true, std::memory_order_relaxed); }

  /// Of this rank's words.
  const Progress& progress() const noexcept override { return run_->progress(); }
  const LossCurve& loss_curve() const noexcept override { return run_->loss_curve(); }
  const Schedule& schedule() const noexcept override { return run_->schedule(); }

  // Of the whole run, when run() has come back:

  const PositionRecord& position() const noexcept override { return position_; }
  TrainResult result() const override;
  std::size_t epochs_done() const override { return position_.first() / chunks_.all(); }
  EpochLoss epoch_loss(std::size_t epoch) const override {
    return {epoch, position_.epochs[epoch].loss};
  }
  const std::optional<Divergence>& divergence() const noexcept override { return divergence_; }
  std::optional<ExchangeReport> report() const override;

 private:
  struct Message;

  const ChunkPlan& chunks() const noexcept override { return chunks_; }
  std::uint64_t limit() const noexcept override { return limit_.load(std::memory_order_acquire); }
  bool wait_beyond(std::uint64_t limit) override;
  void trained(const ChunkTrainer& trainer, const ChunkSample& sample) noexcept override;
  void failed() noexcept override;

  RunEnd run_until(std::uint64_t end);
  void communicate(std::uint64_t end);
  void wait_for(std::uint64_t due);
  void let_train_to(std::uint64_t pass);
  void close();
  double steps_before(std::uint64_t pass) const noexcept;
  void agree_on_position();
  std::uint64_t passes_of_words(std::uint64_t words) const noexcept;

  Ranks& ranks_;
  const ChunkPlan& chunks_;
  const TrainPlan& plan_;
  const Model& model_;
  bool copies_;   // what is agreed on to the model whenever run() comes back
  Model agreed_;  // the model itself where that is not so
  ExchangeWishes wishes_;
  PassNumbers numbers_;
  Model working_;
  RowExchange exchange_;
  LocalPosition local_;
  PositionRecord position_;       // of the whole run
  std::uint64_t words_done_ = 0;  // of the text, by all
  std::unique_ptr<TrainingRun> run_;

  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> limit_{0};    // of this rank's passes
  std::atomic<std::uint64_t> trained_{0};  // of them
  std::uint64_t next_ = 0;    // pass of the whole run at which the next exchange is due
  std::uint64_t passes_ = 0;  // from one to the next
  std::mutex mutex_;
  std::condition_variable change_;
  bool closed_ = false;  // workers are to come back at the limit
  bool ended_ = false;   // they have
  bool paused_ = false;  // for that alone
  bool failed_ = false;  // on this rank
  double waited_ = 0;
  std::optional<Divergence> divergence_;
};

}  // namespace hogvec
