#include "tools/run_follower.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "engine/kernels.hpp"
#include "engine/system.hpp"
#include "engine/train/softmax/precision.hpp"
#include "io/error.hpp"
#include "tools/console.hpp"

namespace hogvec::tools {
namespace {

constexpr std::chrono::milliseconds kLook{200};

// So many samples fill a chart, and what is behind the last of them is never more than one of its
// places: they grow with the logarithm of the time, 3,000 in ten days.
constexpr double kSamples = 400;

constexpr std::chrono::seconds kPatience{2};

double seconds_between(std::chrono::steady_clock::time_point from,
                       std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

RunFollower::RunFollower(const Word2vecOptions& options, const CommandLine& line, int ranks)
    : page_(options.page) {
  history_.command = line.command();
  history_.text = options.train.shown();
  history_.settings = run_settings(options, line);
  history_.machine = this_machine();
  history_.wall_begin = wall_now();
  history_.ranks = ranks;
  history_.resumed = !options.resume.empty();
  history_.to_go_on = "begin again with: " + history_.command;
}

RunFollower::~RunFollower() { close(); }

void RunFollower::close() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    run_ = nullptr;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void RunFollower::hear(std::string_view message) {
  constexpr std::string_view kWarning = "warning: ";
  const bool warning = message.starts_with(kWarning);
  if (warning) message.remove_prefix(kWarning.size());
  const std::lock_guard lock(notes_mutex_);
  heard_.push_back({std::string(message), warning});
}

void RunFollower::begin(std::unique_ptr<io::LineLog> log) {
  const std::lock_guard lock(mutex_);
  page_.write(history_, false);
  if (log) log_ = std::make_unique<RunLog>(std::move(log));
  begun_ = true;
  thread_ = std::thread([this] { run(); });
}

void RunFollower::enter(RunPhase phase) {
  const std::lock_guard lock(mutex_);
  pass_time();
  history_.phase = phase;
}

void RunFollower::set_to_go_on(const std::string& command) {
  const std::lock_guard lock(mutex_);
  history_.to_go_on = command;
}

void RunFollower::set_text(std::size_t vocabulary, std::uint64_t words, std::uint64_t unknown) {
  const std::lock_guard lock(mutex_);
  history_.vocabulary = vocabulary;
  history_.text_words = words;
  history_.unknown_words = unknown;
}

void RunFollower::set_plan(const TrainPlan& plan, const Placement& placement) {
  const std::lock_guard lock(mutex_);
  history_.plan = plan;
  history_.placement = placement;
  history_.words = std::uint64_t{plan.epochs} * history_.text_words;
  history_.kernel = active_kernels().name;
  if (plan.full_softmax) {
    history_.softmax_kernel = softmax_kernels(plan.softmax_precision, active_kernels()).name;
  }
}

void RunFollower::set_trained(const TrainPlan& plan, const TrainResult& result) {
  const std::lock_guard lock(mutex_);
  history_.plan = plan;
  history_.words = history_.words_before = result.words_raw;
  history_.words_done = static_cast<double>(result.words_raw);
  history_.kernel = active_kernels().name;
  set_results(result, plan.epochs);
  if (log_) log_->begin(history_);
}

void RunFollower::set_first_look(std::vector<WordLook> words) {
  const std::lock_guard lock(mutex_);
  history_.looks.push_back({0, std::move(words)});
}

void RunFollower::set_watched(std::vector<WatchedWord> words, std::size_t epochs_between_looks) {
  const std::lock_guard lock(mutex_);
  history_.watched = std::move(words);
  history_.epochs_between_looks = epochs_between_looks;
}

void RunFollower::look_at(const Run& run) {
  const std::lock_guard lock(mutex_);
  run_ = &run;
  next_piece_ = history_.first_piece = run.loss_curve().first();
  history_.pieces = run.loss_curve().pieces();
  history_.epochs_before = history_.plan->epochs == 0 ? 0 : run.epochs_done();
  look();
  history_.words_before = static_cast<std::uint64_t>(history_.words_done);
  page_.hurry();  // there is something to see
  if (!log_) return;
  log_->begin(history_);
  if (const std::string problem = log_->flush(); !problem.empty()) {
    log_.reset();
    throw Error(problem);
  }
}

void RunFollower::set_results(const TrainResult& result, std::size_t epochs_done) {
  history_.trained_seconds = result.seconds;
  history_.trained_words = result.words_raw;
  history_.epochs.clear();
  for (std::size_t k = 0; k < result.loss.size(); ++k) {
    EpochRow row{result.loss[k], std::nullopt, k < epochs_done};
    if (k < result.perplexity.size()) row.perplexity = result.perplexity[k];
    history_.epochs.push_back(row);
  }
}

void RunFollower::came_back(const TrainResult& result, std::size_t epochs_done) {
  const std::lock_guard lock(mutex_);
  look();
  set_results(result, epochs_done);
  if (!log_) return;
  history_.peak_memory = peak_memory();
  log_->points(history_, true);
  log_->epoch(history_, epochs_done);
  flush_log();
}

void RunFollower::add_held_out(std::size_t epoch, const HeldOutLoss& loss) {
  const std::lock_guard lock(mutex_);
  history_.held_out.push_back({epoch, loss.mean(), loss.perplexity()});
  if (!log_) return;
  log_->held_out(history_);
  flush_log();
}

void RunFollower::add_look(WordsLook look) {
  const std::lock_guard lock(mutex_);
  history_.looks.push_back(std::move(look));
  if (!log_) return;
  log_->look(history_);
  flush_log();
}

void RunFollower::stop_looking() noexcept {
  const std::lock_guard lock(mutex_);
  if (run_ == nullptr) return;
  try {
    look();
    if (log_) log_->points(history_, true);
  } catch (const std::exception&) {
    // A point less.
  }
  run_ = nullptr;
}

void RunFollower::expect(RunState state) {
  const std::lock_guard lock(mutex_);
  failure_ = state;
}

/// Empty, or what could not be written.
std::string RunFollower::end(RunState state, const std::string& message) {
  const std::lock_guard lock(mutex_);
  if (ended_ || !begun_) return "";
  ended_ = true;
  if (run_ != nullptr) look();
  run_ = nullptr;
  history_.state = state;
  history_.message = message;
  return write_last();
}

void RunFollower::finish() {
  const std::string problem = end(RunState::kFinished, "");
  close();
  if (!problem.empty()) throw Error(problem);
}

void RunFollower::fail(RunState state, const std::string& message) noexcept {
  try {
    if (state == RunState::kFailed) {
      const std::lock_guard lock(mutex_);
      state = failure_;
    }
    if (const std::string problem = end(state, message); !problem.empty()) note(problem);
    close();
  } catch (const std::exception&) {
    // There is a failure to be told already.
  }
}

void RunFollower::end_by_signal(int signal, const std::string& told) noexcept {
  try {
    // Whoever holds the lock may wait for a disk for ever, and a signal ends that too.
    const std::unique_lock lock(mutex_, kPatience);
    if (!lock || ended_ || !begun_) return;
    ended_ = true;
    history_.state = RunState::kStopped;
    history_.message =
        told.empty() ? fmt::format("ended at once by signal {}; {}", signal, history_.to_go_on)
                     : told;
    if (run_ != nullptr) look();
    write_last();
  } catch (const std::exception&) {
    // The process ends.
  }
}

void RunFollower::run() {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    wake_.wait_for(lock, kLook);
    if (ended_) return;
    look();
    if (log_ && run_ != nullptr) {
      log_->points(history_, false);
      flush_log();
    }
    page_.write_when_due(history_);
  }
}

void RunFollower::look() {
  pass_time();
  take_notes();
  if (run_ == nullptr) return;
  const ChunkPlan& chunks = run_->schedule().chunks();
  // Of ranks each knows its own words, and they go side by side.
  const double share = chunks.words() == 0 ? 1
                                           : static_cast<double>(chunks.all_words()) /
                                                 static_cast<double>(chunks.words());
  const Progress& progress = run_->progress();
  history_.words_done = static_cast<double>(progress.words.load(std::memory_order_relaxed)) * share;
  history_.alpha = progress.alpha.load(std::memory_order_relaxed);
  take_points();
  const double seconds = training_seconds(history_);
  const double last = history_.samples.empty() ? -1 : history_.samples.back().seconds;
  if (last < 0 || seconds - last >= std::max(0.2, seconds / kSamples)) {
    history_.samples.push_back({seconds, history_.words_done, resident_memory()});
  }
}

void RunFollower::take_notes() {
  std::vector<RunNote> heard;
  {
    const std::lock_guard lock(notes_mutex_);
    heard.swap(heard_);
  }
  for (RunNote& note : heard) {
    if (log_) log_->note(note);
    history_.notes.push_back(std::move(note));
  }
}

/// In order: a part of the run that is trained, but for a chunk that a worker has had for long, is
/// not yet there.
void RunFollower::take_points() {
  const LossCurve& curve = run_->loss_curve();
  for (; next_piece_ < curve.pieces(); ++next_piece_) {
    const std::optional<ChunkLoss> loss = curve.piece(next_piece_);
    if (!loss) return;
    history_.curve.push_back({words_before_pass(curve.begin(next_piece_ + 1)),
                              run_->schedule().task(curve.begin(next_piece_)).alpha, *loss});
  }
}

void RunFollower::pass_time() {
  const Clock::time_point now = Clock::now();
  history_.phase_seconds[static_cast<std::size_t>(history_.phase)] +=
      seconds_between(phase_start_, now);
  phase_start_ = now;
  history_.seconds = seconds_between(start_, now);
}

std::uint64_t RunFollower::words_before_pass(std::uint64_t pass) const {
  const ChunkPlan& chunks = run_->schedule().chunks();
  const std::uint64_t words = pass / chunks.size() * chunks.all_words();
  const std::size_t chunk = pass % chunks.size();
  return chunk == 0 ? words : words + chunks.place(chunk);
}

/// Empty, or why not all is written.
std::string RunFollower::flush_log() {
  const Clock::time_point start = Clock::now();
  std::string problem = log_->flush();
  history_.page_seconds += seconds_between(start, Clock::now());
  if (!problem.empty() && !std::exchange(log_told_, true)) {
    note(fmt::format("warning: -log: {}; its lines wait until they can be", problem));
  }
  return problem;
}

/// Empty, or what could not be written.
std::string RunFollower::write_last() {
  pass_time();
  take_notes();
  std::string problem;
  if (log_) {
    history_.peak_memory = peak_memory();
    log_->end(history_);
    log_told_ = true;  // it is about to be
    problem = flush_log();
  }
  try {
    page_.write(history_, true);
  } catch (const std::exception& error) {
    if (problem.empty()) return error.what();
    note(error.what());
  }
  return problem;
}

}  // namespace hogvec::tools
