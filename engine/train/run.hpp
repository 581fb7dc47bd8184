// A training run: an object that can be looked at, stopped, and gone on with.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "engine/corpus/corpus.hpp"
#include "engine/model/model.hpp"
#include "engine/placement.hpp"
#include "engine/train/divergence.hpp"
#include "engine/train/loss_curve.hpp"
#include "engine/train/model_rows.hpp"
#include "engine/train/plan.hpp"
#include "engine/train/position.hpp"
#include "engine/train/run_share.hpp"
#include "engine/train/run_tables.hpp"
#include "engine/train/schedule.hpp"
#include "engine/train/scratch.hpp"
#include "io/error.hpp"

namespace hogvec {

/// Where a run stands. Written by the workers with relaxed atomics, to be read from any thread.
struct Progress {
  std::atomic<std::uint64_t> words{0};  // raw words done, of all epochs
  std::atomic<double> alpha{0};  // lowest learning rate of a chunk so far, which is the latest
};

/// What a run did, from its first chunk on, whatever lay in between.
struct TrainResult {
  double seconds = 0;              // wall time of the training alone, but of what was killed
  std::uint64_t words_raw = 0;     // words of the text, sentence ends included, over all epochs
  std::uint64_t words_kept = 0;    // of these, words that sub-sampling kept: the centers
  std::vector<double> loss;        // of each epoch: mean per positive pair (skip-gram), or per
                                   // center with a context (CBOW, full softmax)
  std::vector<double> perplexity;  // of each epoch, full softmax only: exp(sum E / sum C)
  std::uint64_t examples = 0;      // pairs or centers that the loss is a mean of, over all epochs
};

/// What a position says of a run, of which `epochs` have begun and `words` of the text are done.
TrainResult result_of(const PositionRecord& position, const TrainPlan& plan, std::size_t epochs,
                      std::uint64_t words);

/// Why run() came back.
enum class RunEnd {
  kFinished,  // every epoch is trained
  kEpoch,     // the epoch is trained, and it is not the last
  kPaused,    // somebody wanted to look; of a run that ranks share
  kStopped,   // somebody asked for it
  kDiverged,  // values are beyond all use: see divergence()
};

/// How long a run with the full softmax will take.
struct TimeEstimate {
  double centers = 0;             // of an epoch: words that sub-sampling is expected to keep
  double centers_per_second = 0;  // by all threads
  double epochs = 0;              // that are left to train, the begun one in part
  double seconds = 0;             // of these
};

/// When what a worker has changed in its replicas of the most frequent rows is in the model's.
enum class Merging {
  kAtStops,     // when run() comes back
  kEveryChunk,  // before the position says that the chunk is done: where that outlives the process
};

/// A run as those see it who begin it, look at it and stop it.
class Run {
 public:
  Run() = default;
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  virtual ~Run() = default;

  /// Trains to the end. Errors: a text in a file cannot be read; the run can then not go on.
  virtual RunEnd run() = 0;
  /// The same to the end of the epoch of the first chunk that is not done.
  RunEnd run_epoch() { return run_epochs(1); }
  /// Or of one behind it: of so many, 1 or more.
  virtual RunEnd run_epochs(std::size_t count) = 0;
  /// Ends run() when the chunks in hand are trained; it stays asked for. Async-signal-safe.
  virtual void ask_to_stop() noexcept = 0;

  /// Of the schedule's words.
  virtual const Progress& progress() const noexcept = 0;
  /// Of the schedule's passes that this run has trained.
  virtual const LossCurve& loss_curve() const noexcept = 0;
  virtual const Schedule& schedule() const noexcept = 0;

  // When run() has come back:

  virtual TrainResult result() const = 0;
  /// Epochs of which every chunk is trained, but for later ones that are ahead of them.
  virtual std::size_t epochs_done() const = 0;
  virtual EpochLoss epoch_loss(std::size_t epoch) const = 0;
  virtual const std::optional<Divergence>& divergence() const noexcept = 0;
};

/// Workers that are built once, before anything is trained, and live as long as the run. It comes
/// back at a chunk's border, all that was trained in the model's rows, and can then go on: in
/// between the model is the caller's. One caller; ask_to_stop() from any thread.
class TrainingRun final : public Run {
 public:
  /// Goes on from `position`, which is of a run with the plan's epochs. What is passed by reference
  /// must outlive the run, but for the placement. With a share the corpus is the part of the text
  /// that is trained here, position and passes are numbers of its own, and whether there is
  /// anything to train is not asked. Errors: as check(corpus, plan); Error where the model has
  /// other rows than the plan trains; std::bad_alloc.
  TrainingRun(CorpusView corpus, const TrainPlan& plan, const RunTables& tables, const Model& model,
              Position& position, Merging merging = Merging::kAtStops,
              const Placement& placement = {}, RunShare* share = nullptr);
  ~TrainingRun() override;

  /// Bytes that such a run takes: model, position, and what every worker says that it needs. Beside
  /// the corpus and the tables. Errors: std::bad_alloc where it passes 2^63.
  static std::size_t memory(CorpusView corpus, const TrainPlan& plan, const RunTables& tables,
                            const Placement& placement = {});

  /// By plan.threads threads, which share W and W' without locks; with one thread, and with owner
  /// threads, the bytes are a function of text and plan, wherever it was stopped.
  RunEnd run() override;
  RunEnd run_epochs(std::size_t count) override;
  /// The same to before this pass, of the schedule's: kEpoch says that all before it are trained.
  RunEnd run_until(std::uint64_t end);

  void ask_to_stop() noexcept override { stop_.store(true, std::memory_order_relaxed); }

  const Progress& progress() const noexcept override { return progress_; }
  const LossCurve& loss_curve() const noexcept override { return loss_curve_; }
  const Schedule& schedule() const noexcept override { return schedule_; }
  const std::optional<Divergence>& divergence() const noexcept override { return divergence_; }
  TrainResult result() const override;
  std::size_t epochs_done() const override;
  EpochLoss epoch_loss(std::size_t epoch) const override {
    return {epoch, position_.epoch(epoch).loss};
  }

  /// Full softmax: lets the workers train their text with a step of 0 for about 50 ms, or for two
  /// batches where that is longer: no value of the model changes. Batches that will be trained in
  /// parts (softmax/steadiness.hpp) are not foreseen.
  TimeEstimate estimate_full_softmax();

 private:
  struct Worker;

  /// What one worker makes of Scratch, whose rows need no memory.
  static std::size_t worker_bytes(const TrainPlan& plan, const RunTables& tables,
                                  const ModelRows& rows, std::size_t longest_chunk,
                                  Ranks* ranks = nullptr);
  TeamPlace place_of(int worker) const noexcept;
  std::size_t set_for(std::size_t worker) const noexcept;
  void check_position(const PositionRecord& position) const;
  std::optional<ChunkTask> take(std::size_t worker, std::uint64_t end);
  void train_chunks(std::size_t worker, std::uint64_t end);
  void train_chunk(std::size_t worker, const ChunkTask& task);
  void draw(Worker& worker, const ChunkTask& task) const;
  RunEnd note_divergence();

  CorpusView corpus_;
  const TrainPlan& plan_;
  const RunTables& tables_;
  const Model& model_;
  Position& position_;
  Merging merging_;
  Placement placement_;
  RunShare* share_;
  ReplicaPolicy policy_;
  ModelRows rows_;
  std::vector<std::uint16_t> set_of_cpu_;  // of replicas
  Schedule schedule_;
  LossCurve loss_curve_;
  std::deque<scratch::Pages> pages_;  // of each worker
  std::vector<std::unique_ptr<Worker>> workers_;
  Progress progress_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> diverged_{false};
  std::size_t diverged_epoch_ = 0;  // of who set the flag
  double diverged_alpha_ = 0;
  std::optional<Divergence> divergence_;
};

/// A text has too few words, or none next to another: nothing could be learned.
class NothingToTrain : public Error {
 public:
  using Error::Error;
};

/// What a text has to train, as far as it must be looked at to know.
struct Trainable {
  std::size_t words = 0;   // sentence ends are none; counted up to the first neighbors
  bool neighbors = false;  // two words side by side
};
/// Errors: those of EncodedCorpus::read().
Trainable trainable_of(const EncodedCorpus& text);

/// Errors: NothingToTrain.
void check(const Vocabulary& vocabulary, const Trainable& text, const TrainPlan& plan);
/// Errors: NothingToTrain; those of EncodedCorpus::read().
void check(CorpusView corpus, const TrainPlan& plan);

}  // namespace hogvec
