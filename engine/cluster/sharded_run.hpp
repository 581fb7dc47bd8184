// One run of the full softmax on several machines, which have W' together.
//
// All ranks train the same batches at the same time. Each has a range of the rows of W', gives what
// these add to the sums of a batch, and updates them; the sums over all ranks are made in the tree
// in which one machine makes them (softmax/shards.hpp), so that the bytes are the same. W is on
// every rank, and takes the same steps there.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

#include "engine/cluster/shared_run.hpp"
#include "engine/ranks.hpp"

namespace hogvec {

/// One run; every rank has one, and calls the same functions.
class ShardedRun final : public SharedRun, private RunShare {
 public:
  /// As share_run(); `chunks` and `text` are the whole text. Errors: as TrainingRun; those of
  /// Ranks.
  ShardedRun(Ranks& ranks, const ChunkPlan& chunks, CorpusView text, const TrainPlan& plan,
             const RunTables& tables, const Model& model, bool in_file, const PositionRecord& start,
             const Placement& placement);
  ~ShardedRun() override;

  /// Bytes that a rank takes beside those of TrainingRun::memory(); `in_file`: as the first one
  /// does.
  static std::size_t memory(const ModelShape& shape, bool in_file);
  /// And those of them that it does not take, of rows that are others'. The first rank without a
  /// file has all of them when it writes them.
  static std::size_t spared(const ModelShape& shape, const Ranks& ranks, bool in_file);

  RunEnd run() override;
  RunEnd run_epochs(std::size_t count) override;
  /// Ends run() of all ranks after the chunk in hand. Async-signal-safe.
  void ask_to_stop() noexcept override { stop_.store(true, std::memory_order_relaxed); }

  const Progress& progress() const noexcept override { return run_->progress(); }
  const LossCurve& loss_curve() const noexcept override { return run_->loss_curve(); }
  const Schedule& schedule() const noexcept override { return run_->schedule(); }
  const PositionRecord& position() const noexcept override { return position_; }
  TrainResult result() const override { return run_->result(); }
  std::size_t epochs_done() const override { return run_->epochs_done(); }
  EpochLoss epoch_loss(std::size_t epoch) const override { return run_->epoch_loss(epoch); }
  const std::optional<Divergence>& divergence() const noexcept override { return divergence_; }
  std::optional<ExchangeReport> report() const override { return std::nullopt; }

 private:
  struct Word;

  const ChunkPlan& chunks() const noexcept override { return chunks_; }
  Ranks* together_with() noexcept override { return &ranks_; }
  std::uint64_t limit() const noexcept override { return limit_.load(std::memory_order_relaxed); }
  bool wait_beyond(std::uint64_t limit) override;
  void trained(const ChunkTrainer&, const ChunkSample&) noexcept override {}

  RunEnd run_until(std::uint64_t end);
  bool go_on(bool diverged);
  void send_rows(const Model& from, const Model& to, bool to_first);

  Ranks& ranks_;
  const ChunkPlan& chunks_;
  const TrainPlan& plan_;
  const Model& model_;
  Model working_;  // what is trained: model_ where that lies in no file
  LocalPosition local_;
  PositionRecord position_;
  std::unique_ptr<TrainingRun> run_;
  std::optional<Divergence> divergence_;
  std::atomic<std::uint64_t> limit_{0};
  std::atomic<bool> stop_{false};
  bool over_ = false;  // all ranks know that they come back
  bool paused_ = false;
};

}  // namespace hogvec
