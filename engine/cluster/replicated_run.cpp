#include "engine/cluster/replicated_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <exception>
#include <thread>
#include <vector>

#include "io/error.hpp"

namespace hogvec {
namespace {

using Clock = std::chrono::steady_clock;

// Of a whole run. 16 ranks that each train a sixteenth of 100 MB of Wikipedia come to the vectors
// of one; with more the cost grows, with fewer rare words fall behind.
constexpr std::uint64_t kExchanges = 400;

ChunkShare share_of(const Ranks& ranks) noexcept {
  return {static_cast<std::size_t>(ranks.rank()), static_cast<std::size_t>(ranks.size())};
}

void copy(const Model& from, const Model& to) {
  const auto sources = from.matrices();
  const auto targets = to.matrices();
  for (std::size_t m = 0; m < sources.size(); ++m) {
    if (sources[m].empty()) continue;
    std::memcpy(targets[m].data(), sources[m].data(),
                sources[m].rows() * sources[m].stride() * sizeof(float));
  }
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
                             const TrainPlan& plan, const RunTables& tables, const Model& agreed,
                             const PositionRecord& start, const Placement& placement,
                             const ExchangeWishes& wishes)
    : ranks_(ranks),
      chunks_(chunks),
      plan_(plan),
      agreed_(agreed),
      wishes_(wishes),
      numbers_(chunks.all(), share_of(ranks)),
      working_(ModelShape(mine.vocabulary.size(), plan)),
      exchange_(ranks, mine.vocabulary, plan, tables, working_, agreed,
                words_before(start.first())),
      local_(part_of(start, chunks.all(), share_of(ranks)), plan),
      position_(start) {
  copy(agreed, working_);
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

std::size_t ReplicatedRun::memory(const ModelShape& shape) {
  return shape.bytes() + RowExchange::memory(shape);
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

/// Until this rank has trained its passes before `due`, or has to say that it will not.
void ReplicatedRun::wait_for(std::uint64_t due) {
  constexpr auto kLook = std::chrono::microseconds(200);
  const std::uint64_t own = numbers_.before(due);
  std::unique_lock lock(mutex_);
  while (trained_.load(std::memory_order_relaxed) < own && !ended_ &&
         !stop_.load(std::memory_order_relaxed)) {
    change_.wait_for(lock, kLook);
  }
}

void ReplicatedRun::let_train_to(std::uint64_t pass) {
  {
    const std::lock_guard lock(mutex_);
    limit_.store(numbers_.before(pass), std::memory_order_release);
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

double ReplicatedRun::words_before(std::uint64_t pass) const noexcept {
  return static_cast<double>(pass) / static_cast<double>(chunks_.all()) *
         static_cast<double>(chunks_.all_words());
}

double ReplicatedRun::alpha_at(std::uint64_t pass) const noexcept {
  const auto all = static_cast<double>(plan_.epochs * chunks_.all());
  return plan_.end_alpha + (plan_.alpha - plan_.end_alpha) * (1 - static_cast<double>(pass) / all);
}

void ReplicatedRun::communicate(std::uint64_t end) {
  Clock::time_point last = Clock::now();
  for (;;) {
    const std::uint64_t due = std::min(next_, end);
    wait_for(due);
    Message mine{passes_, stop_.load(std::memory_order_relaxed), false, failed_, false};
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
    exchange_.run(words_before(due), alpha_at(due));
    let_train_to(std::min(next_ + passes_, end));
  }
}

RunEnd ReplicatedRun::run() { return run_until(plan_.epochs * chunks_.all()); }

RunEnd ReplicatedRun::run_epoch() {
  return run_until(std::min<std::uint64_t>(plan_.epochs, epochs_done() + 1) * chunks_.all());
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
    failed_ = own != nullptr;
    if (run_end == RunEnd::kDiverged) divergence_ = run_->divergence();
  }
  change_.notify_all();
  communicator.join();
  if (failure) std::rethrow_exception(failure);

  const std::vector<std::uint8_t> failed =
      values_of_all(ranks_, static_cast<std::uint8_t>(own != nullptr));
  if (own) std::rethrow_exception(own);
  for (std::size_t r = 0; r < failed.size(); ++r) {
    if (failed[r] != 0) throw Error(fmt::format("rank {} has failed, and with it the run", r));
  }
  exchange_.run_all(words_before(end), alpha_at(end));
  agree_on_position();
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
  for (const Bytes& bytes : all) parts.push_back(PositionRecord::decode(bytes));
  position_ = whole_of(parts, chunks_.all());
}

TrainResult ReplicatedRun::result() const {
  const std::size_t chunks = chunks_.all();
  const double share =
      static_cast<double>(position_.next) / static_cast<double>(plan_.epochs * chunks);
  return result_of(
      position_, plan_, (position_.next + chunks - 1) / chunks,
      static_cast<std::uint64_t>(share * static_cast<double>(plan_.epochs * chunks_.all_words())));
}

std::optional<ExchangeReport> ReplicatedRun::report() const {
  return ExchangeReport{exchange_.totals(), waited_ / std::max(plan_.chunk_workers(), 1)};
}

}  // namespace hogvec
