#include "tools/training.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "engine/cluster/shared_run.hpp"
#include "io/error.hpp"
#include "tools/console.hpp"
#include "tools/progress_line.hpp"
#include "tools/run_notes.hpp"
#include "tools/signals.hpp"

namespace hogvec::tools {
namespace {

using Clock = std::chrono::steady_clock;

/// Makes a stored model lasting every so many seconds, beside the workers.
class Checkpoints {
 public:
  using Tell = std::function<void(const std::string& text)>;

  Checkpoints(StoredModel& stored, double seconds, Tell tell)
      : stored_(stored), seconds_(seconds), tell_(std::move(tell)), thread_([this] { run(); }) {}
  Checkpoints(const Checkpoints&) = delete;
  Checkpoints& operator=(const Checkpoints&) = delete;
  ~Checkpoints() {
    {
      const std::lock_guard lock(mutex_);
      done_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  /// Nobody else is at the file meanwhile.
  template <class Action>
  void alone(const Action& action) {
    const std::lock_guard lock(mutex_);
    action();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, seconds_, [this] { return done_; })) {
      try {
        stored_.checkpoint();
      } catch (const std::exception& error) {
        // The run may still end well, and its vectors have another place to go.
        tell_(std::string("warning: ") + error.what() +
              "; the model is not safe against a power failure any more");
        return;
      }
    }
  }

  StoredModel& stored_;
  std::chrono::duration<double> seconds_;
  Tell tell_;
  bool done_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread thread_;
};

/// Whether that is what a run has kept of this epoch's end, and nobody has gone on with.
bool is_untouched_copy(const std::string& path, std::size_t epoch) {
  struct stat status;
  if (lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || !io::is_model_file(path)) {
    return false;
  }
  try {
    const io::ModelFile file = io::ModelFile::open(path);
    const std::uint64_t chunks = epoch * ChunkPlan::count(read_record(file).text_words);
    return file.state() == io::ModelState::kStopped && read_position(file).first() == chunks;
  } catch (const Error&) {
    return false;
  }
}

/// Whether nothing stands there, or such a copy: nothing else is to be lost.
bool may_replace(const std::string& path, std::size_t epoch) {
  struct stat status;
  return lstat(path.c_str(), &status) != 0 || is_untouched_copy(path, epoch);
}

class Session {
 public:
  Session(const TrainingJob& job, RunReport& report) : job_(job), report_(report) {
    if (job.options.debug > 1) {
      line_ = std::make_unique<ProgressLine>(
          job.run.progress(), std::uint64_t{job.corpus.text.size()} * job.plan.epochs,
          job.plan.threads);
    }
    if (shared_ != nullptr) {
      shared_->pause_when([this] { return wants_checkpoint(); });
    } else if (job.stored != nullptr) {
      checkpoints_ = std::make_unique<Checkpoints>(*job.stored, job.options.checkpoint_seconds,
                                                   [this](const std::string& text) { tell(text); });
    }
  }

  /// Whatever ends it, the run is the caller's again.
  ~Session() {
    if (job_.follower != nullptr) job_.follower->stop_looking();
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  TrainingEnd train() {
    StopOnSignal stop([this] { this->stop(); });
    // As all ranks see it.
    const bool by_epochs =
        !job_.options.held_out.empty() || (job_.options.in_file() && job_.options.keep > 0);
    const std::size_t stride = epochs_between_looks(job_.run.schedule(), job_.plan);
    if (job_.follower != nullptr) job_.follower->look_at(job_.run);
    RunEnd end = RunEnd::kEpoch;
    while (end == RunEnd::kEpoch || end == RunEnd::kPaused) {
      enter(RunPhase::kTraining);
      if (by_epochs) {
        end = job_.run.run_epoch();
      } else if (job_.options.is_followed() && job_.plan.epochs > 0) {
        end = job_.run.run_epochs(stride - job_.run.epochs_done() % stride);
      } else {
        end = job_.run.run();
      }
      if (shared_ != nullptr && job_.stored != nullptr) take_checkpoint();
      if (job_.plan.epochs == 0) break;
      if (job_.follower != nullptr) {
        job_.follower->came_back(job_.run.result(), job_.run.epochs_done());
      }
      if (end == RunEnd::kEpoch || end == RunEnd::kFinished) {
        take_held_out();
        look_at_words(stride);
      }
      if (end == RunEnd::kEpoch) keep_copy();
    }
    enter(RunPhase::kWriting);
    if (job_.follower != nullptr) job_.follower->stop_looking();
    checkpoints_.reset();
    line_.reset();
    report_.result = job_.run.result();
    report_.ranks = job_.ranks.size();
    if (shared_ != nullptr) report_.exchange = shared_->report();
    std::string not_stored;
    if (job_.stored != nullptr) {
      try {
        if (!moved_) job_.stored->move_to(shared_->position());
        job_.stored->end(state_of(end));
      } catch (const Error& error) {
        not_stored = error.what();  // the vectors have another place to go
      }
    }
    return {end, end == RunEnd::kStopped ? signal_of_all(stop.signal()) : 0, not_stored};
  }

 private:
  static io::ModelState state_of(RunEnd end) {
    switch (end) {
      case RunEnd::kFinished:
        return io::ModelState::kFinished;
      case RunEnd::kDiverged:
        return io::ModelState::kDiverged;
      default:
        return io::ModelState::kStopped;
    }
  }

  void stop() {
    job_.run.ask_to_stop();
    // Where a rank has died, the others wait for it until the job ends them.
    if (shared_ != nullptr && !job_.to_go_on.empty()) {
      note("a signal has come: the ranks stop together; if one of them is gone, " + job_.to_go_on);
    }
  }

  /// The first one that any rank was sent.
  int signal_of_all(int mine) {
    for (const int signal : values_of_all(job_.ranks, mine)) {
      if (signal != 0) return signal;
    }
    return 0;
  }

  bool wants_checkpoint() const {
    const std::chrono::duration<double> since = Clock::now() - checkpoint_;
    return job_.stored != nullptr && since.count() >= job_.options.checkpoint_seconds;
  }

  /// What all ranks have trained becomes lasting. Where it does not, it is tried again with the
  /// next, and no copy is kept meanwhile.
  void take_checkpoint() {
    checkpoint_ = Clock::now();
    try {
      job_.stored->move_to(shared_->position());
      moved_ = true;
    } catch (const Error& error) {
      moved_ = false;
      tell(std::string("warning: ") + error.what() +
           "; the model says that less is trained than there is");
    }
  }

  void tell(const std::string& text) const {
    if (line_) {
      line_->note(text);
    } else {
      note(text);
    }
  }

  void enter(RunPhase phase) const {
    if (job_.follower != nullptr) job_.follower->enter(phase);
  }

  void look_at_words(std::size_t stride) {
    if (job_.watched == nullptr) return;
    const std::size_t epoch = job_.run.epochs_done();
    if (epoch % stride != 0 && epoch != job_.plan.epochs) return;
    enter(RunPhase::kNeighbors);
    job_.follower->add_look({epoch, job_.watched->look(job_.model.input, job_.plan.threads)});
  }

  void take_held_out() {
    if (job_.held_out == nullptr) return;
    enter(RunPhase::kHeldOut);
    const Clock::time_point start = Clock::now();
    report_.held_out->epochs.push_back(job_.held_out->loss(job_.model));
    report_.held_out->seconds += std::chrono::duration<double>(Clock::now() - start).count();
    if (job_.follower != nullptr) {
      job_.follower->add_held_out(job_.run.epochs_done(), report_.held_out->epochs.back());
    }
    if (job_.options.debug == 0) return;
    tell(epoch_note(job_.run.epoch_loss(job_.run.epochs_done() - 1),
                    report_.held_out->epochs.back(), job_.plan.full_softmax));
  }

  /// The next epoch may be the one that spoils the model.
  void keep_copy() {
    if (job_.stored == nullptr || job_.options.keep == 0 || !moved_) return;
    enter(RunPhase::kKeeping);
    const std::size_t epoch = job_.run.epochs_done();
    try {
      const std::string copy = epoch_copy(job_.stored->path(), epoch);
      if (!may_replace(copy, epoch)) {
        throw Error(copy + ": is no copy that a run has kept, or has been gone on with, and stays");
      }
      const auto keep = [&] { job_.stored->copy_to(copy); };
      if (checkpoints_) {
        checkpoints_->alone(keep);
      } else {
        keep();
      }
    } catch (const Error& error) {
      tell(std::string("warning: ") + error.what() + "; this epoch's end is not kept");
      return;
    }
    if (epoch <= job_.options.keep) return;
    // Who was killed in between has left older ones.
    for (std::size_t old = epoch - job_.options.keep; old > 0; --old) {
      const std::string copy = epoch_copy(job_.stored->path(), old);
      if (!is_untouched_copy(copy, old) || unlink(copy.c_str()) != 0) return;
    }
  }

  const TrainingJob& job_;
  RunReport& report_;
  SharedRun* shared_ = dynamic_cast<SharedRun*>(&job_.run);  // none: by this process alone
  Clock::time_point checkpoint_ = Clock::now();              // the last one
  bool moved_ = true;  // the stored model stands where the ranks do
  std::unique_ptr<ProgressLine> line_;
  std::unique_ptr<Checkpoints> checkpoints_;
};

}  // namespace

TrainingEnd train(const TrainingJob& job, RunReport& report) {
  return Session(job, report).train();
}

std::size_t epochs_between_looks(const Schedule& schedule, const TrainPlan& plan) {
  constexpr std::size_t kMostLooks = 64;
  constexpr std::size_t kLooks = 8;  // that a run has all the same
  // At an epoch's end each worker waits for half a chunk.
  constexpr std::size_t kChunksOfWorker = 16;
  const auto at_least_one = [](std::size_t number) { return std::max<std::size_t>(number, 1); };
  const std::size_t chunks = at_least_one(schedule.chunks().all());
  const auto workers = static_cast<std::size_t>(plan.chunk_workers());
  const std::size_t steady = (kChunksOfWorker * workers + chunks - 1) / chunks;
  const std::size_t few = at_least_one(plan.epochs / kLooks);
  return std::max(
      {(plan.epochs + kMostLooks - 1) / kMostLooks, std::min(steady, few), std::size_t{1}});
}

std::string epoch_copy(const std::string& model, std::size_t epoch) {
  return fmt::format("{}.epoch-{}", model, epoch);
}

}  // namespace hogvec::tools
