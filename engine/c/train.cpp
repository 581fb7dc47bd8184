// A run on a thread of its own, which the caller's thread watches.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "engine/c/calls.hpp"
#include "engine/c/settings.hpp"
#include "engine/c/text.hpp"
#include "engine/first_exception.hpp"
#include "engine/model/model.hpp"
#include "engine/train/run.hpp"

namespace c = hogvec::c;

namespace {

using namespace std::chrono_literals;

struct Watcher {
  hogvec_on_progress on_progress;  // or NULL
  void* data;

  /// Whether the caller wants the run to go on.
  bool look(const hogvec::TrainingRun& run, std::uint64_t words_total) const {
    if (on_progress == nullptr) return true;
    hogvec_progress progress{};
    progress.size = sizeof(progress);
    progress.words = run.progress().words;
    progress.words_total = words_total;
    progress.alpha = run.progress().alpha;
    progress.epochs = run.epochs_done();
    if (progress.epochs > 0) {
      progress.loss = run.epoch_loss(static_cast<std::size_t>(progress.epochs) - 1).loss;
    }
    return on_progress(&progress, data) == 0;
  }
};

/// A thread that is told to stop, and waited for, however its scope is left.
class EpochThread {
 public:
  explicit EpochThread(hogvec::TrainingRun& run) : run_(run), thread_([this] { work(); }) {}
  EpochThread(const EpochThread&) = delete;
  EpochThread& operator=(const EpochThread&) = delete;
  ~EpochThread() {
    if (!thread_.joinable()) return;
    run_.ask_to_stop();
    thread_.join();
  }

  bool wait_for(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, time, [this] { return done_; });
  }

  /// Errors: what the run throws.
  hogvec::RunEnd end() {
    thread_.join();
    failure_.rethrow();
    return end_;
  }

 private:
  void work() noexcept {
    failure_.guard([this] { end_ = run_.run_epoch(); });
    const std::lock_guard lock(mutex_);
    done_ = true;
    changed_.notify_one();
  }

  hogvec::TrainingRun& run_;
  hogvec::FirstException failure_;
  hogvec::RunEnd end_ = hogvec::RunEnd::kStopped;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  std::thread thread_;  // last: it uses all of the others
};

/// To the end, or until the caller wants no more of it.
hogvec::RunEnd train(hogvec::TrainingRun& run, const Watcher& watcher, std::uint64_t words_total) {
  bool stopped = false;  // who has said so is not asked again
  const auto look = [&] {
    if (stopped || watcher.look(run, words_total)) return;
    stopped = true;
    run.ask_to_stop();
  };
  for (;;) {
    EpochThread epoch(run);
    while (!epoch.wait_for(100ms)) look();
    const hogvec::RunEnd end = epoch.end();
    if (end == hogvec::RunEnd::kDiverged) return end;
    if (end != hogvec::RunEnd::kStopped) look();
    if (stopped) return hogvec::RunEnd::kStopped;
    if (end != hogvec::RunEnd::kEpoch) return end;
  }
}

/// The vector of every id of the caller, whose rows are in the order of their frequency here.
void copy_vectors(const hogvec_text& text, hogvec::ConstMatrixView rows, float* vectors) {
  const std::size_t dim = rows.dim();
  for (std::size_t id = 0; id < text.words; ++id) {
    float* const to = vectors + id * dim;
    if (text.row_of[id] == hogvec::kSentenceEnd) {
      std::fill_n(to, dim, 0.0F);
    } else {
      std::copy_n(rows.row(text.row_of[id]), dim, to);
    }
  }
}

/// Errors: Error, where nothing could be learned.
void check_text(hogvec::CorpusView corpus, const hogvec::TrainPlan& plan) {
  try {
    check(corpus, plan);
  } catch (const hogvec::NothingToTrain&) {
    throw hogvec::Error(
        "there is nothing to train: the text has no two different words, often enough, next to "
        "each other in a sentence; give a longer text or a smaller min_count");
  }
}

}  // namespace

hogvec_status hogvec_train(const hogvec_text* text, const hogvec_settings* settings,
                           hogvec_on_progress on_progress, void* data, float* vectors,
                           size_t count) {
  return c::guarded([&] {
    c::require_given(text, "text");
    c::require_given(settings, "settings");
    c::require_given(vectors, "vectors");
    const hogvec::TrainPlan plan = make_plan(settings->resolved());
    c::require(count % plan.dim == 0 && count / plan.dim == text->words,
               "count is not the number of words times dim");
    const hogvec::CorpusView corpus(text->vocabulary, text->text);
    check_text(corpus, plan);
    const hogvec::Model model({text->vocabulary.size(), plan});
    initialize(model, plan.seed, plan.threads);
    const hogvec::RunTables tables(corpus.vocabulary, plan);
    hogvec::LocalPosition position(hogvec::PositionRecord(), plan);
    hogvec::TrainingRun run(corpus, plan, tables, model, *position, hogvec::Merging::kAtStops,
                            hogvec::find_placement(plan.threads));
    const std::uint64_t words_total = std::uint64_t{plan.epochs} * text->text.size();
    const hogvec::RunEnd end = train(run, {on_progress, data}, words_total);
    if (end == hogvec::RunEnd::kDiverged) {
      throw hogvec::Error(run.divergence()->message(corpus.vocabulary));
    }
    copy_vectors(*text, model.input, vectors);
    return end == hogvec::RunEnd::kStopped ? HOGVEC_STOPPED : HOGVEC_OK;
  });
}
