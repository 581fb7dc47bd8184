#include "tools/word2vec_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "engine/cluster/shared_check.hpp"
#include "engine/hogvec.hpp"
#include "engine/kernels.hpp"
#include "engine/model/stored_model.hpp"
#include "io/vocabulary_file.hpp"
#include "tools/console.hpp"
#include "tools/kept_flags.hpp"
#include "tools/options.hpp"
#include "tools/report.hpp"
#include "tools/run_follower.hpp"
#include "tools/run_notes.hpp"
#include "tools/signals.hpp"
#include "tools/training.hpp"
#include "tools/word2vec_flags.hpp"
#include "tools/word2vec_outputs.hpp"
#include "tools/word2vec_resume.hpp"
#include "tools/word2vec_start.hpp"
#include "tools/word2vec_text.hpp"

namespace hogvec::tools {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

constexpr double kMiB = 1 << 20;

std::unique_ptr<HeldOutText> read_held_out(const Vocabulary& vocabulary, const TrainPlan& plan,
                                           const RunTables& tables, const Word2vecOptions& options,
                                           RunReport& report) {
  if (options.held_out.empty()) return nullptr;
  auto held_out = std::make_unique<HeldOutText>(
      encode_corpus(*options.held_out.open(), vocabulary, read_options(options, options.held_out)),
      plan, tables);
  report.held_out = {
      .epochs = {}, .centers = held_out->centers(), .unknown = held_out->text().unknown()};
  return held_out;
}

/// What the first rank has to say.
bool from_first(Ranks& ranks, bool value) { return values_of_all(ranks, int{value})[0] != 0; }

/// One run, from a text that is read to files that are written. Of several ranks the first one has
/// the files and the stored model.
class Word2vec {
 public:
  Word2vec(const Word2vecOptions& options, const CommandLine& line,
           std::optional<StoredModel> resumed, Ranks& ranks, const ExchangeWishes& wishes,
           RunFollower* follower)
      : options_(options),
        ranks_(ranks),
        wishes_(wishes),
        program_(line.program()),
        command_(line.command()),
        stored_(std::move(resumed)),
        follower_(follower) {}

  void run() {
    try {
      run_all();
    } catch (const StoppedBySignal& stopped) {
      if (follower_ != nullptr) follower_->fail(RunState::kStopped, stopped.message);
      throw;
    } catch (const std::bad_alloc&) {
      if (follower_ != nullptr) follower_->fail(RunState::kFailed, "not enough memory");
      throw;
    } catch (const std::exception& error) {
      if (follower_ != nullptr) follower_->fail(RunState::kFailed, error.what());
      throw;
    }
    together(ranks_, [&] {
      if (follower_ != nullptr) follower_->finish();
    });
  }

 private:
  void run_all() {
    together(ranks_, [&] {
      active_kernels();  // a wrong HOGVEC_SIMD is told before the work
      if (ranks_.first()) outputs_ = open_outputs(options_);
    });
    for (const std::string* output : {&options_.output, &options_.output_context,
                                      &options_.save_vocab, &options_.report, &options_.log}) {
      if (!output->empty() && io::same_file(*output, "/dev/stdout")) say_on_stderr();
    }
    if (stored_) tell_how_to_go_on();
    together(ranks_, [&] {
      if (follower_ != nullptr) follower_->begin(std::move(outputs_.log));
    });
    say(fmt::format("Starting training using file {}\n", options_.train.shown()));
    if (from_first(ranks_, stored_ && is_finished())) {
      together(ranks_, [&] {
        if (stored_) write_finished();
      });
    } else {
      if (!options_.model.empty()) {
        on_signal_.emplace(
            fmt::format("stopped before {} was made: nothing is kept; begin again "
                        "with: {}",
                        options_.model, command_));
      } else if (stored_) {
        on_signal_.emplace("stopped before training went on" + how_to_go_on());
      }
      read();
      if (options_.trains()) {
        train_model();
      } else {
        tell_vocabulary();
      }
    }
    together(ranks_, [&] { write_report(); });
  }

  void enter(RunPhase phase) {
    if (follower_ != nullptr) follower_->enter(phase);
  }

  void tell_how_to_go_on() {
    if (follower_ != nullptr) follower_->set_to_go_on(go_on_command());
  }

  bool is_finished() const {
    return stored_->state() == io::ModelState::kFinished &&
           stored_->record().plan.epochs == options_.settings.epochs;
  }

  /// All is trained: what is left to do needs no text.
  void write_finished() {
    const Vocabulary vocabulary = stored_->vocabulary();
    const RunRecord& record = stored_->record();
    report_.vocabulary_size = vocabulary.size();
    report_.result = result_of(stored_->start(), record.plan, record.plan.epochs,
                               record.text_words * record.plan.epochs);
    if (follower_ != nullptr) {
      follower_->set_text(vocabulary.size(), record.text_words, 0);
      follower_->set_trained(record.plan, report_.result);
    }
    enter(RunPhase::kWriting);
    write_vocabulary(vocabulary);
    const Clock::time_point start = Clock::now();
    write_results(outputs_, stored_->model(), vocabulary, options_);
    report_.write_seconds = seconds_since(start);
    if (options_.debug > 0) note(fmt::format("{}: is trained to its end", stored_->path()));
  }

  void read() {
    together(ranks_, [&] { require_inputs(options_, ranks_); });
    const Clock::time_point start = Clock::now();
    text_.emplace(read_text(options_, stored_ ? &*stored_ : nullptr, ranks_));
    report_.read_seconds = seconds_since(start);
    report_.vocabulary_size = vocabulary().size();
    if (follower_ != nullptr) {
      follower_->set_text(vocabulary().size(), text_->words, text_->unknown);
      follower_->enter(RunPhase::kPreparing);
    }
    together(ranks_, [&] {
      if (stored_) check_text(*stored_, *text_, options_);
      write_vocabulary(vocabulary());
    });
  }

  const Vocabulary& vocabulary() const { return text_->corpus.vocabulary; }

  /// What was done to the words of -read-vocab.
  void tell_vocabulary() const {
    if (options_.debug == 0) return;
    for (const std::string& what :
         vocabulary_notes(text_->corpus.changes, options_.max_word_bytes)) {
      note(fmt::format("-read-vocab {}: {}", options_.read_vocab, what));
    }
  }

  void write_vocabulary(const Vocabulary& vocabulary) {
    if (!outputs_.vocabulary) return;
    io::write_vocabulary(*outputs_.vocabulary, vocabulary.words());
    outputs_.vocabulary->commit();
  }

  void write_report() {
    if (!outputs_.report) return;
    outputs_.report->write(to_json(report_, options_));
    outputs_.report->commit();
  }

  void train_model() {
    const TrainPlan plan = make_plan(options_.settings);
    const Corpus& corpus = text_->corpus;
    check_together(ranks_, corpus, plan);
    tell_vocabulary();
    std::vector<WordId> locked;
    together(ranks_, [&] {
      if (ranks_.first()) {
        locked = locked_words(options_, corpus.vocabulary, stored_ ? &*stored_ : nullptr).ids();
      }
    });
    broadcast(ranks_, locked);
    const RunTables tables(corpus.vocabulary, plan, LockedWords(corpus.vocabulary.size(), locked));
    std::unique_ptr<HeldOutText> held_out;
    const Placement placement = find_placement(plan.threads, options_.placement);
    report_.placement = placement;
    if (follower_ != nullptr) follower_->set_plan(plan, placement);
    together(ranks_, [&] {
      const bool in_file = options_.in_file() && ranks_.first();
      if (ranks_.first()) {
        held_out = read_held_out(corpus.vocabulary, plan, tables, options_, report_);
      }
      // Beside both texts.
      require_memory(corpus, plan, tables, placement, options_, in_file, ranks_);
      if (ranks_.first()) require_disk(corpus.vocabulary.size(), options_, outputs_);
    });
    if (options_.debug > 0) {
      if (plan.threads > 1) note(placement_note(placement, plan));
      for (const std::string& effect : effects_notes(plan)) note(effect);
    }
    tell_cores(plan);
    const Clock::time_point begin = Clock::now();
    Model model;
    together(ranks_, [&] { model = begin_run(plan, tables.locked); });
    const PositionRecord start = spread_position();
    std::optional<LocalPosition> local;
    std::unique_ptr<Run> run;
    if (ranks_.alone()) {
      if (!stored_) local.emplace(start, plan);
      run = std::make_unique<TrainingRun>(
          corpus, plan, tables, model, stored_ ? stored_->position() : **local,
          stored_ ? Merging::kEveryChunk : Merging::kAtStops, placement);
    } else {
      run = share_run(ranks_, *text_->chunks, corpus, plan, tables, model, stored_.has_value(),
                      start, placement, wishes_);
    }
    report_.initialize_seconds = seconds_since(begin);
    if (const std::string told = short_text_note(run->schedule(), plan);
        options_.debug > 0 && !told.empty()) {
      note(told);
    }
    if (auto* const alone = dynamic_cast<TrainingRun*>(run.get());
        alone != nullptr && plan.full_softmax && plan.epochs > 0 && options_.debug > 0) {
      note(estimate_note(alone->estimate_full_softmax()));
    }
    std::optional<WatchedWords> watched;
    if (follower_ != nullptr) watched = watch(*run, plan, model);
    on_signal_.reset();
    const TrainingEnd end = train(
        {corpus, plan, options_, model, *run, ranks_, stored_ ? &*stored_ : nullptr, held_out.get(),
         stored_ ? go_on_command() : "", follower_, watched ? &*watched : nullptr},
        report_);
    finish(end, *run, model, plan);
  }

  /// The words whose neighbors are looked at, and what these are where there is more to see than
  /// random values.
  WatchedWords watch(const Run& run, const TrainPlan& plan, const Model& model) {
    WatchedWords watched(options_, vocabulary());
    std::vector<WatchedWord> words;
    for (const WordId id : watched.ids()) {
      words.push_back({vocabulary().word(id), vocabulary().count(id)});
    }
    follower_->set_watched(std::move(words), epochs_between_looks(run.schedule(), plan));
    const bool begun = stored_ && stored_->start().first() > 0;
    if (begun || !options_.continue_from.empty() || !options_.init.empty()) {
      follower_->set_first_look(watched.look(model.input, plan.threads));
    }
    return watched;
  }

  /// Threads that share a core are the first thing that goes wrong where ranks are started.
  void tell_cores(const TrainPlan& plan) {
    if (ranks_.alone()) return;
    const std::vector<int> cores = values_of_all(ranks_, usable_cores());
    const auto least = std::min_element(cores.begin(), cores.end());
    if (*least >= plan.threads || options_.debug == 0) return;
    note(
        fmt::format("warning: rank {} has {} core{} for its {} threads; give each rank its own, "
                    "as with: mpirun --map-by socket --bind-to socket, and -threads as many",
                    least - cores.begin(), *least, *least == 1 ? "" : "s", plan.threads));
  }

  /// The model with the values that the run begins with, on the first rank; room for it on others.
  Model begin_run(const TrainPlan& plan, const LockedWords& locked) {
    if (options_.in_file() && ranks_.first()) {
      open_store(plan, locked);
      return stored_->model();
    }
    Model model(ModelShape(vocabulary().size(), plan));
    if (ranks_.first()) begin_model(model, vocabulary(), plan, locked, options_);
    return model;
  }

  /// Where the run goes on from.
  PositionRecord spread_position() {
    std::vector<std::byte> bytes = (stored_ ? stored_->start() : PositionRecord()).encode();
    broadcast(ranks_, bytes);
    return PositionRecord::decode(bytes);
  }

  /// Leaves stored_ begun.
  void open_store(const TrainPlan& plan, const LockedWords& locked) {
    RunRecord record{plan, text_->words, fingerprint_of(*text_), locked.ids(), flags_of(options_)};
    // How it began is said for good.
    if (stored_)
      record.flags.insert(stored_->record().flags.begin(), stored_->record().flags.end());
    if (!stored_) {
      io::refuse_unfinished_run(options_.model);  // another run's may have come meanwhile
      const auto bytes = static_cast<double>(StoredModel::bytes(vocabulary(), record));
      if (options_.debug > 0) {
        const bool copies = options_.keep > 0 && plan.epochs > 1;
        note(fmt::format("model: {} takes {:.0f} MiB of the disk{}", options_.model,
                         std::ceil(bytes / kMiB),
                         copies ? fmt::format(", and as much each of {} copies of epochs' ends",
                                              std::min(options_.keep + 1, plan.epochs - 1))
                                : ""));
      }
      stored_ = StoredModel::create(options_.model, vocabulary(), record);
      begin_model(stored_->model(), vocabulary(), plan, locked, options_);
      stored_->publish();
      tell_how_to_go_on();
      on_signal_.emplace("stopped before training began" + how_to_go_on());
    }
    // Ranks that stop do not stand at the same place, but not further apart than two exchanges: of
    // a run of 800,000 chunks.
    constexpr std::size_t kMostRedo = 4096;
    stored_->begin(record, ranks_.alone() ? 0 : kMostRedo);
  }

  /// What comes of it.
  void finish(const TrainingEnd& end, const Run& run, const Model& model, const TrainPlan& plan) {
    if (end.end == RunEnd::kDiverged) {
      if (follower_ != nullptr) follower_->expect(RunState::kDiverged);
      std::string message = run.divergence()->message(vocabulary());
      if (stored_ && run.divergence()->epoch > 0 && options_.keep > 0) {
        message += fmt::format(
            "; go on from the last epoch's end with: {} -resume {} -alpha {}", program_,
            quoted(epoch_copy(stored_->path(), run.divergence()->epoch)), plan.alpha / 2);
      }
      together(ranks_, [&] { throw Error(message); });
    }
    if (end.end != RunEnd::kStopped || options_.write_on_stop) {
      std::optional<StopOnSignal> finishing;
      if (stored_) {
        on_signal_.emplace("stopped while the outputs were written" + how_to_go_on());
      } else if (end.end == RunEnd::kFinished) {
        // Nothing else has what was trained.
        finishing.emplace([] { note("the outputs are being written; one more signal ends that"); });
      }
      const Clock::time_point start = Clock::now();
      together(ranks_, [&] {
        if (ranks_.first()) write_results(outputs_, model, vocabulary(), options_);
      });
      report_.write_seconds = seconds_since(start);
      on_signal_.reset();
    }
    together(ranks_, [&] {
      if (!end.not_stored.empty()) throw Error(end.not_stored);
      if (end.end == RunEnd::kStopped && options_.write_on_stop) write_report();
    });
    if (end.end != RunEnd::kStopped) return;
    throw StoppedBySignal{end.signal, ranks_.first() ? stop_message(run, model) : ""};
  }

  std::string go_on_command() const {
    return fmt::format("go on with: {} -resume {}", program_, quoted(stored_->path()));
  }
  std::string how_to_go_on() const { return "; " + go_on_command(); }

  /// Where the run has been stopped, and how to go on.
  std::string stop_message(const Run& run, const Model& model) {
    const auto all = static_cast<double>(text_->words * options_.settings.epochs);
    const TrainResult result = run.result();
    std::string message = fmt::format(
        "stopped in epoch {} of {}, {:.1f}% trained", std::max<std::size_t>(result.loss.size(), 1),
        options_.settings.epochs, 100 * static_cast<double>(result.words_raw) / all);
    if (stored_) return message + how_to_go_on();
    const std::string partial = options_.output + ".partial";
    if (!options_.write_on_stop && outputs_.vectors->volume() && !is_of_run(partial, options_)) {
      try {
        write_partial(partial, model, vocabulary(), options_);
        message += "; the vectors so far are in " + partial;
      } catch (const Error& error) {
        message += std::string("; the vectors so far are lost: ") + error.what();
      }
    }
    return message + "; begin again with: " + command_ + " (with -model FILE a run can go on)";
  }

  const Word2vecOptions& options_;
  Ranks& ranks_;
  ExchangeWishes wishes_;
  std::string program_;  // both for a shell
  std::string command_;
  std::optional<StoredModel> stored_;
  RunFollower* follower_;                 // none: nobody looks; of the first rank
  std::optional<SayOnSignal> on_signal_;  // outside of training
  Outputs outputs_;
  std::optional<RunText> text_;
  RunReport report_;
};

}  // namespace

void run_word2vec(CommandLine& line, Ranks& ranks, const std::optional<ExchangeWishes>& job) {
  std::optional<StoredModel> resumed = open_models(line, ranks);
  Word2vecOptions options;
  together(ranks, [&] {
    options = word2vec_options(line);
    if (job) check_job(options, *job, ranks);
  });
  if (job) options.train.ranks = ranks.size();
  if (!ranks.alone()) require_same_flags(options, ranks);
  std::optional<RunFollower> follower;
  std::optional<NoteListener> listener;
  std::optional<BeforeSignalEnds> before_end;
  if (options.is_followed() && ranks.first()) {
    follower.emplace(options, line, ranks.size());
    listener.emplace([&](std::string_view message) { follower->hear(message); });
    before_end.emplace(
        [&](int signal, const std::string& told) { follower->end_by_signal(signal, told); });
  }
  for (const std::string& warning : line.warnings()) note("warning: " + warning);
  together(ranks, [&] {
    if (resumed) check_resumed(*resumed, options);
  });
  const ExchangeWishes wishes = values_of_all(ranks, job.value_or(ExchangeWishes()))[0];
  Word2vec(options, line, std::move(resumed), ranks, wishes, follower ? &*follower : nullptr).run();
}

}  // namespace hogvec::tools
