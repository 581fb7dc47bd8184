#include "engine/train/run.hpp"

#include <fmt/core.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/memory_nodes.hpp"
#include "engine/train/chunk.hpp"
#include "engine/train/chunk_trainer.hpp"
#include "engine/train/run_worker.hpp"
#include "engine/train/scratch.hpp"
#include "engine/workers.hpp"
#include "io/error.hpp"

namespace hogvec {
namespace {

/// The model. Errors: Error where it is of another shape than such a run trains.
const Model& require_rows(const Model& model, CorpusView corpus, const TrainPlan& plan) {
  const ModelShape shape(corpus.vocabulary.size(), plan);
  const auto require = [&](const char* name, const MatrixView& matrix, std::size_t rows) {
    if (rows == 0 || (matrix.rows() == rows && matrix.dim() == shape.dim)) return;
    throw Error(
        fmt::format("the model has {} {} vectors of {} values, and {} of {} are to be trained",
                    matrix.rows(), name, matrix.dim(), rows, shape.dim));
  };
  require("input", model.input, shape.words);
  require("output", model.output, shape.output_rows());
  require("node", model.nodes, shape.node_rows());
  return model;
}

}  // namespace

Trainable trainable_of(const EncodedCorpus& text) {
  Trainable found;
  WordId last = kSentenceEnd;
  text.for_each_part([&](std::span<const WordId> ids) {
    for (const WordId id : ids) {
      found.words += id != kSentenceEnd;
      if (id != kSentenceEnd && last != kSentenceEnd) found.neighbors = true;
      if (found.neighbors) return false;
      last = id;
    }
    return true;
  });
  return found;
}

void check(CorpusView corpus, const TrainPlan& plan) {
  check(corpus.vocabulary, plan.epochs == 0 ? Trainable() : trainable_of(corpus.text), plan);
}

void check(const Vocabulary& vocabulary, const Trainable& trainable, const TrainPlan& plan) {
  if (vocabulary.size() < 3) {
    throw NothingToTrain(
        "the vocabulary has fewer than two words besides </s>: there is nothing to train; "
        "give a longer text, a smaller -min-count or a larger -max-vocab");
  }
  // With a vocabulary from a file the text may have none of its words.
  if (plan.epochs == 0) return;
  if (trainable.words < 2) {
    throw NothingToTrain(
        "the text has fewer than two words of the vocabulary: there is nothing to train; give the "
        "text that belongs to it");
  }
  if (!trainable.neighbors) {
    throw NothingToTrain(
        "no word has a neighbour to learn from: each line of the text has one word of the "
        "vocabulary at most; a line is a sentence, and words are cut at spaces and tabs, at no "
        "other "
        "blanks; put the words of a sentence on one line, or use a smaller -min-count");
  }
}

TrainingRun::TrainingRun(CorpusView corpus, const TrainPlan& plan, const RunTables& tables,
                         const Model& model, Position& position, Merging merging,
                         const Placement& placement, RunShare* share)
    : corpus_(corpus),
      plan_(plan),
      tables_(tables),
      model_(require_rows(model, corpus, plan)),
      position_(position),
      merging_(merging),
      placement_(placement),
      share_(share),
      policy_(replica_policy(plan, placement)),
      rows_(model, policy_),
      set_of_cpu_(sets_of_cpus(policy_.sets, placement)),
      schedule_(share != nullptr ? share->chunks() : ChunkPlan(corpus.text), plan, position),
      loss_curve_(schedule_.total(), position.read().next) {
  if (share == nullptr) check(corpus, plan);
  check_position(position.read());
  const std::size_t longest = schedule_.chunks().longest();
  Ranks* const ranks = share == nullptr ? nullptr : share->together_with();
  const std::size_t bytes = worker_bytes(plan, tables, rows_, longest, ranks);
  for (int worker = 0; worker < plan.chunk_workers(); ++worker) {
    const TeamPlace place = place_of(worker);
    const scratch::Pages& pages = pages_.emplace_back(bytes);
    if (place.pins()) {
      const std::vector<int> cpus = placement_.cpus_of(place.first_domain);
      move_near(cpus, pages.memory().data(), pages.memory().size());
    }
    const scratch::Pages::Filling filling(pages_.back());
    workers_.push_back(std::make_unique<Worker>(plan, tables, rows_, longest, place, ranks));
  }
  move_near_users(rows_, set_of_cpu_, placement_);
  progress_.words = schedule_.words_done(position.read());
}

void TrainingRun::check_position(const PositionRecord& position) const {
  const std::uint64_t total = schedule_.total();
  const auto done = std::min(position.next, total);
  if (position.next <= total && std::all_of(position.redo.begin(), position.redo.end(),
                                            [&](std::uint64_t chunk) { return chunk < done; })) {
    return;
  }
  throw Error("the position of the run lies behind the end of its text; it is of another run");
}

TrainingRun::~TrainingRun() = default;

/// The domains are shared out: several to a worker and its team, or several workers to one.
TeamPlace TrainingRun::place_of(int worker) const noexcept {
  const int workers = plan_.chunk_workers();
  const int first = worker * placement_.domains / workers;
  const int end = (worker + 1) * placement_.domains / workers;
  return {&placement_, first, std::max(end - first, 1)};
}

std::size_t TrainingRun::worker_bytes(const TrainPlan& plan, const RunTables& tables,
                                      const ModelRows& rows, std::size_t longest_chunk,
                                      Ranks* ranks) {
  const scratch::Meter meter;
  const Worker worker(plan, tables, rows, longest_chunk, {}, ranks);
  return meter.bytes();
}

std::size_t TrainingRun::memory(CorpusView corpus, const TrainPlan& plan, const RunTables& tables,
                                const Placement& placement) {
  const ModelShape shape(corpus.vocabulary.size(), plan);
  Model model;  // without memory
  const std::size_t stride = row_stride(shape.dim);
  model.input = {nullptr, shape.words, shape.dim, stride};
  model.output = {nullptr, shape.output_rows(), shape.dim, stride};
  model.nodes = {nullptr, shape.node_rows(), shape.dim, stride};
  const ModelRows rows(model, replica_policy(plan, placement));
  const auto workers = static_cast<std::size_t>(plan.chunk_workers());
  const ChunkPlan chunks(corpus.text);
  const std::size_t one = worker_bytes(plan, tables, rows, chunks.longest());
  return shape.bytes() + rows.memory() + Position::bytes({}, workers, plan.epochs) +
         LossCurve::bytes(std::uint64_t{plan.epochs} * chunks.size()) +
         workers * (sizeof(Worker) + scratch::Pages::bytes(one));
}

RunEnd TrainingRun::run() { return run_until(schedule_.total()); }

RunEnd TrainingRun::run_epochs(std::size_t count) {
  const std::uint64_t end = (epochs_done() + count) * schedule_.chunks().size();
  return run_until(std::min(schedule_.total(), end));
}

RunEnd TrainingRun::run_until(std::uint64_t end) {
  const auto start = std::chrono::steady_clock::now();
  run_workers(plan_.chunk_workers(),
              [&](int worker) { train_chunks(static_cast<std::size_t>(worker), end); });
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  position_.add_seconds(elapsed.count());
  divergence_ = find_divergence(model_, plan_.threads);
  if (divergence_ || diverged_) return note_divergence();
  // Chunks from `end` on may be done, or in part: what goes on may have been far ahead.
  const std::uint64_t first = position_.read().first();
  if (first >= schedule_.total()) return RunEnd::kFinished;
  return first >= end ? RunEnd::kEpoch : RunEnd::kStopped;
}

std::size_t TrainingRun::epochs_done() const {
  const std::size_t chunks = schedule_.chunks().size();
  return chunks == 0 ? plan_.epochs : position_.read().first() / chunks;
}

RunEnd TrainingRun::note_divergence() {
  if (!divergence_) divergence_.emplace();  // a loss, though every row is sane
  if (diverged_) {
    divergence_->epoch = diverged_epoch_;
    divergence_->alpha = diverged_alpha_;
  } else {
    // Found in the last chunks, which are those of the progress.
    const std::uint64_t words = std::max<std::uint64_t>(progress_.words, 1);
    divergence_->epoch = (words - 1) / std::max<std::size_t>(schedule_.chunks().words(), 1);
    divergence_->alpha = progress_.alpha;
  }
  return RunEnd::kDiverged;
}

TrainResult result_of(const PositionRecord& position, const TrainPlan& plan, std::size_t epochs,
                      std::uint64_t words) {
  TrainResult result;
  result.seconds = position.seconds;
  result.words_raw = words;
  for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
    const EpochTally tally = epoch < position.epochs.size() ? position.epochs[epoch] : EpochTally();
    const EpochLoss loss(epoch, tally.loss);
    result.loss.push_back(loss.loss);
    if (plan.full_softmax) result.perplexity.push_back(loss.perplexity);
    result.examples += tally.loss.examples;
    result.words_kept += tally.kept;
  }
  return result;
}

TrainResult TrainingRun::result() const {
  const PositionRecord position = position_.read();
  const std::size_t chunks = std::max<std::size_t>(schedule_.chunks().size(), 1);
  return result_of(position, plan_, (position.next + chunks - 1) / chunks,
                   schedule_.words_done(position));
}

void TrainingRun::train_chunks(std::size_t worker, std::uint64_t end) {
  const PinnedThread pinned(placement_, place_of(static_cast<int>(worker)).first_domain);
  ChunkTrainer& trainer = *workers_[worker]->trainer;
  // What a thread begins with that came late, or waited for a core while others trained several
  // chunks each, would be the rows of long ago: it would spend much of a chunk on learning them.
  const std::uint64_t away = 2 * workers_.size();
  std::optional<std::uint64_t> last;
  while (!stop_.load(std::memory_order_relaxed) && !diverged_.load(std::memory_order_relaxed)) {
    const std::optional<ChunkTask> task = take(worker, end);
    if (!task) break;
    const std::uint64_t number = schedule_.number(*task);
    trainer.use_set(set_for(worker));
    if (!last || number > *last + away) trainer.refresh();
    last = number;
    train_chunk(worker, *task);
  }
  trainer.merge();
}

std::optional<ChunkTask> TrainingRun::take(std::size_t worker, std::uint64_t end) {
  if (share_ == nullptr) return schedule_.take(worker, end);
  for (;;) {
    const std::uint64_t limit = share_->limit();
    if (const auto task = schedule_.take(worker, std::min(end, limit))) return task;
    if (limit >= end || !share_->wait_beyond(limit)) return std::nullopt;
  }
}

/// That of the core on which the worker happens to be, or of its neighbors by number.
std::size_t TrainingRun::set_for(std::size_t worker) const noexcept {
  if (!set_of_cpu_.empty()) {
    const int cpu = sched_getcpu();
    if (cpu >= 0 && static_cast<std::size_t>(cpu) < set_of_cpu_.size()) {
      return set_of_cpu_[static_cast<std::size_t>(cpu)];
    }
  }
  return worker * policy_.sets / workers_.size();
}

void TrainingRun::train_chunk(std::size_t worker_number, const ChunkTask& task) {
  Worker& worker = *workers_[worker_number];
  try {
    draw(worker, task);
  } catch (...) {
    ask_to_stop();  // what the others would train to the end would be lost with this chunk
    if (share_ != nullptr) share_->failed();
    throw;
  }
  const std::uint64_t noise = stream_key(plan_.seed, task.epoch, task.chunk, Stream::kNoise);
  const ChunkLoss loss =
      worker.trainer->train(worker.sample, noise, static_cast<float>(task.alpha));
  if (merging_ == Merging::kEveryChunk) worker.trainer->merge();
  if (share_ != nullptr) share_->trained(*worker.trainer, worker.sample);
  if (has_diverged(model_, worker.sample, loss) && !diverged_.exchange(true)) {
    diverged_epoch_ = task.epoch;
    diverged_alpha_ = task.alpha;
  }
  loss_curve_.add(schedule_.number(task), loss);
  schedule_.finish(worker_number, task, {loss, worker.sample.size()});
  progress_.words.fetch_add(task.size, std::memory_order_relaxed);
  // Whoever ends last need not have the last chunk.
  double least = progress_.alpha.load(std::memory_order_relaxed);
  while ((least == 0 || task.alpha < least) &&
         !progress_.alpha.compare_exchange_weak(least, task.alpha, std::memory_order_relaxed)) {
  }
}

void TrainingRun::draw(Worker& worker, const ChunkTask& task) const {
  const auto key = [&](Stream stream) {
    return stream_key(plan_.seed, task.epoch, task.chunk, stream);
  };
  const std::span<const WordId> text =
      corpus_.text.read(task.begin, task.size, {worker.text.data(), worker.text.size()});
  worker.sample.draw(text, tables_.keep, plan_.window, key(Stream::kSubsampling),
                     key(Stream::kWindow), plan_.shrink_windows, plan_.sentence_words);
}

}  // namespace hogvec
