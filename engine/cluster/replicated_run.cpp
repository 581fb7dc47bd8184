#include "engine/cluster/replicated_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <thread>
#include <vector>

#include "engine/cluster/shared_check.hpp"
#include "io/error.hpp"

namespace hogvec {
namespace {

using Clock = std::chrono::steady_clock;

// Of a whole run. 16 ranks that each train a sixteenth of 100 MB of Wikipedia come to the vectors
// of one; with more the cost grows, with fewer rare words fall behind.
constexpr std::uint64_t kExchanges = 400;

/// The same rows.
Model view_of(const Model& model) {
  Model view;
  view.input = model.input;
  view.output = model.output;
  view.nodes = model.nodes;
  return view;
}

}  // namespace

/// What each rank says before an exchange.
struct ReplicatedRun::Message {
  std::uint64_t passes;  // the next interval, as the first rank wants it
  bool stop;
  bool diverged;
  bool failed;
  bool pause;
};

ReplicatedRun::ReplicatedRun(Ranks& ranks, const ChunkPlan& chunks, CorpusView mine,
                             const TrainPlan& plan, const RunTables& tables, const Model& model,
                             bool in_file, const PositionRecord& start, const Placement& placement,
                             const ExchangeWishes& wishes)
    : ranks_(ranks),
      chunks_(chunks),
      plan_(plan),
      model_(model),
      copies_(in_file),
      agreed_(in_file ? Model(ModelShape(mine.vocabulary.size(), plan)) : view_of(model)),
      wishes_(wishes),
      numbers_(chunks.all(), share_of(ranks)),
      working_(ModelShape(mine.vocabulary.size(), plan)),
      exchange_(ranks, mine.vocabulary, plan, tables, working_, agreed_,
                steps_before(start.first())),
      local_(part_of(start, chunks.all(), share_of(ranks)), plan),
      position_(start) {
  if (copies_) copy_rows(model, agreed_);
  spread(ranks, agreed_);
  copy_rows(agreed_, working_);
  run_ = std::make_unique<TrainingRun>(mine, plan, tables, working_, *local_, Merging::kEveryChunk,
                                       placement, static_cast<RunShare*>(this));
  const PositionRecord part = (*local_).read();
  trained_ = part.next - part.redo.size();
  const std::uint64_t total = plan.epochs * chunks.all();
  passes_ = wishes.words != 0 ? passes_of_words(wishes.words)
                              : std::max<std::uint64_t>(total / kExchanges, 1);
  passes_ = std::max<std::uint64_t>(passes_, static_cast<std::uint64_t>(ranks.size()));
  next_ = start.first() + passes_;
}

ReplicatedRun::~ReplicatedRun() = default;

std::uint64_t ReplicatedRun::passes_of_words(std::uint64_t words) const noexcept {
  const std::uint64_t of_chunk = std::max<std::uint64_t>(chunks_.all_words() / chunks_.all(), 1);
  return std::max<std::uint64_t>(words / of_chunk, 1);
}

std::size_t ReplicatedRun::memory(const ModelShape& shape, bool in_file) {
  return (in_file ? 2 : 1) * shape.bytes() + RowExchange::memory(shape);
}

bool ReplicatedRun::wait_beyond(std::uint64_t limit) {
  const Clock::time_point start = Clock::now();
  std::unique_lock lock(mutex_);
  change_.wait(lock, [&] { return closed_ || limit_.load(std::memory_order_relaxed) > limit; });
  waited_ += std::chrono::duration<double>(Clock::now() - start).count();
  return limit_.load(std::memory_order_relaxed) > limit;
}

void ReplicatedRun::trained(const ChunkTrainer& trainer, const ChunkSample& sample) noexcept {
  trainer.mark_touched(sample, exchange_.marks());
  trained_.fetch_add(1, std::memory_order_relaxed);
}

void ReplicatedRun::failed() noexcept {
  const std::lock_guard lock(mutex_);
  failed_ = closed_ = true;
  change_.notify_all();
}

/// Until this rank has trained as many passes as it has before `due`, or has to say that it will
/// not.
void ReplicatedRun::wait_for(std::uint64_t due) {
  constexpr auto kLook = std::chrono::microseconds(200);
  const std::uint64_t own = numbers_.before(due);
  std::unique_lock lock(mutex_);
  while (trained_.load(std::memory_order_relaxed) < own && !ended_ && !failed_ &&
         !stop_.load(std::memory_order_relaxed)) {
    change_.wait_for(lock, kLook);
  }
}

void ReplicatedRun::let_train_to(std::uint64_t pass) {
  {
    const std::lock_guard lock(mutex_);
    // By seconds, an interval may be a pass shorter than half of the one before.
    limit_.store(std::max(limit_.load(std::memory_order_relaxed), numbers_.before(pass)),
                 std::memory_order_release);
  }
  change_.notify_all();
}

void ReplicatedRun::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  change_.notify_all();
}

/// Words before a pass of the whole run, each times its learning rate, which falls evenly.
double ReplicatedRun::steps_before(std::uint64_t pass) const noexcept {
  const auto all = static_cast<double>(std::max<std::uint64_t>(plan_.epochs * chunks_.all(), 1));
  const double share = static_cast<double>(pass) / all;
  const double words =
      share * static_cast<double>(plan_.epochs) * static_cast<double>(chunks_.all_words());
  return words * (plan_.alpha - (plan_.alpha - plan_.end_alpha) * share / 2);
}

void ReplicatedRun::communicate(std::uint64_t end) {
  Clock::time_point last = Clock::now();
  for (;;) {
    const std::uint64_t due = std::min(next_, end);
    wait_for(due);
    Message mine{passes_, stop_.load(std::memory_order_relaxed), false, false, false};
    {
      const std::lock_guard lock(mutex_);
      mine.failed = failed_;
      mine.diverged = divergence_.has_value();
    }
    mine.pause = ranks_.first() && wants_pause();
    if (wishes_.seconds > 0) {
      const double took = std::chrono::duration<double>(Clock::now() - last).count();
      const double factor = std::clamp(wishes_.seconds / std::max(took, 1e-6), 0.5, 2.0);
      mine.passes =
          std::max<std::uint64_t>(static_cast<std::uint64_t>(static_cast<double>(passes_) * factor),
                                  static_cast<std::uint64_t>(ranks_.size()));
    }
    last = Clock::now();
    const std::vector<Message> all = values_of_all(ranks_, mine);
    const auto any = [&](bool Message::*what) {
      return std::any_of(all.begin(), all.end(), [&](const Message& m) { return m.*what; });
    };
    passes_ = all[0].passes;
    if (any(&Message::stop) || any(&Message::diverged) || any(&Message::failed)) {
      run_->ask_to_stop();
      return close();
    }
    paused_ = all[0].pause;
    if (paused_ || due == end) return close();
    next_ += passes_;
    exchange_.run(steps_before(due));
    let_train_to(std::min(next_ + passes_, end));
  }
}

RunEnd ReplicatedRun::run() { return run_until(plan_.epochs * chunks_.all()); }

RunEnd ReplicatedRun::run_epochs(std::size_t count) {
  return run_until(std::min<std::uint64_t>(plan_.epochs, epochs_done() + count) * chunks_.all());
}

RunEnd ReplicatedRun::run_until(std::uint64_t end) {
  ranks_.wait(Ranks::Waiting::kAsleep);
  closed_ = ended_ = paused_ = failed_ = false;
  let_train_to(std::min(next_ + passes_, end));
  std::exception_ptr failure;  // of the communicator
  std::thread communicator([&] {
    try {
      communicate(end);
    } catch (...) {
      failure = std::current_exception();
      run_->ask_to_stop();
      close();
    }
  });
  std::exception_ptr own;
  RunEnd run_end = RunEnd::kStopped;
  try {
    run_end = run_->run_until(numbers_.before(end));
  } catch (...) {
    own = std::current_exception();
  }
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    failed_ = failed_ || own != nullptr;
    if (run_end == RunEnd::kDiverged) divergence_ = run_->divergence();
  }
  change_.notify_all();
  communicator.join();
  if (failure) std::rethrow_exception(failure);

  together(ranks_, [&] {
    if (own) std::rethrow_exception(own);
  });
  agree_on_position();
  exchange_.run_all(steps_before(position_.next));
  if (copies_) copy_rows(agreed_, model_);
  divergence_ = divergence_of_all(ranks_, divergence_);
  // Where they were let to, they have come.
  next_ = std::max(next_, position_.next) + passes_;
  if (divergence_) return RunEnd::kDiverged;
  const std::uint64_t first = position_.first();
  if (first >= plan_.epochs * chunks_.all()) return RunEnd::kFinished;
  if (first >= end) return RunEnd::kEpoch;
  return paused_ ? RunEnd::kPaused : RunEnd::kStopped;
}

void ReplicatedRun::agree_on_position() {
  std::vector<Bytes> all;
  gather(ranks_, (*local_).read().encode(), all);
  std::vector<PositionRecord> parts;
  parts.reserve(all.size());
  for (const Bytes& bytes : all) parts.push_back(PositionRecord::decode(bytes));
  position_ = whole_of(parts, chunks_.all());
  words_done_ = sum_of_all(ranks_, run_->schedule().words_done((*local_).read()));
}

TrainResult ReplicatedRun::result() const {
  const std::size_t chunks = chunks_.all();
  return result_of(position_, plan_, (position_.next + chunks - 1) / chunks, words_done_);
}

std::optional<ExchangeReport> ReplicatedRun::report() const {
  return ExchangeReport{exchange_.totals(), waited_ / std::max(plan_.chunk_workers(), 1)};
}

}  // namespace hogvec
