// word2vec: text in, word vectors out, in the manner of the reference tool.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <new>
#include <optional>

#include "engine/hogvec.hpp"
#include "engine/kernels.hpp"
#include "engine/model/stored_model.hpp"
#include "io/vocabulary_file.hpp"
#include "tools/console.hpp"
#include "tools/kept_flags.hpp"
#include "tools/options.hpp"
#include "tools/report.hpp"
#include "tools/run_notes.hpp"
#include "tools/signals.hpp"
#include "tools/training.hpp"
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

void note(const std::string& text) { complain("word2vec", text); }

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

/// One run, from a text that is read to files that are written.
class Word2vec {
 public:
  Word2vec(const Word2vecOptions& options, const CommandLine& line,
           std::optional<StoredModel> resumed)
      : options_(options),
        program_(line.program()),
        command_(line.command()),
        stored_(std::move(resumed)) {}

  void run() {
    active_kernels();  // a wrong HOGVEC_SIMD is told before the work
    outputs_ = open_outputs(options_);
    for (const std::string* output :
         {&options_.output, &options_.output_context, &options_.save_vocab, &options_.report}) {
      if (!output->empty() && io::same_file(*output, "/dev/stdout")) say_on_stderr();
    }
    say(fmt::format("Starting training using file {}\n", options_.train.shown()));
    if (stored_ && is_finished()) {
      write_finished();
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
    write_report();
  }

 private:
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
    write_vocabulary(vocabulary);
    const Clock::time_point start = Clock::now();
    write_results(outputs_, stored_->model(), vocabulary, options_);
    report_.write_seconds = seconds_since(start);
    if (options_.debug > 0) note(fmt::format("{}: is trained to its end", stored_->path()));
  }

  void read() {
    require_inputs(options_);
    const Clock::time_point start = Clock::now();
    corpus_.emplace(read_text(options_, stored_ ? &*stored_ : nullptr));
    if (stored_) check_text(*stored_, *corpus_, options_);
    report_.read_seconds = seconds_since(start);
    report_.vocabulary_size = corpus_->vocabulary.size();
    write_vocabulary(corpus_->vocabulary);
  }

  /// What was done to the words of -read-vocab.
  void tell_vocabulary() const {
    if (options_.debug == 0) return;
    for (const std::string& what : vocabulary_notes(corpus_->changes, options_.max_word_bytes)) {
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
    check(*corpus_, plan);
    tell_vocabulary();
    const RunTables tables(
        corpus_->vocabulary, plan,
        locked_words(options_, corpus_->vocabulary, stored_ ? &*stored_ : nullptr));
    const std::unique_ptr<HeldOutText> held_out =
        read_held_out(corpus_->vocabulary, plan, tables, options_, report_);
    const bool in_file = stored_ || !options_.model.empty();
    const Placement placement = find_placement(plan.threads, options_.placement);
    report_.placement = placement;
    require_memory(*corpus_, plan, tables, placement, options_, in_file);  // beside both texts
    require_disk(corpus_->vocabulary.size(), options_, outputs_);
    if (options_.debug > 0) {
      if (plan.threads > 1) note(placement_note(placement, plan));
      for (const std::string& effect : effects_notes(plan)) note(effect);
    }
    const Clock::time_point begin = Clock::now();
    Model model;
    std::optional<LocalPosition> local;
    if (in_file) {
      open_store(plan, tables.locked);
      model = stored_->model();
    } else {
      local.emplace(PositionRecord(), plan);
      model = Model(ModelShape(corpus_->vocabulary.size(), plan));
      begin_model(model, corpus_->vocabulary, plan, tables.locked, options_);
    }
    TrainingRun run(*corpus_, plan, tables, model, in_file ? stored_->position() : **local,
                    in_file ? Merging::kEveryChunk : Merging::kAtStops, placement);
    report_.initialize_seconds = seconds_since(begin);
    if (const std::string told = short_text_note(run.schedule(), plan);
        options_.debug > 0 && !told.empty()) {
      note(told);
    }
    if (plan.full_softmax && plan.epochs > 0 && options_.debug > 0) {
      note(estimate_note(run.estimate_full_softmax()));
    }
    on_signal_.reset();
    finish(
        train({*corpus_, plan, options_, model, run, in_file ? &*stored_ : nullptr, held_out.get()},
              report_),
        run, model, plan);
  }

  /// Leaves stored_ begun.
  void open_store(const TrainPlan& plan, const LockedWords& locked) {
    RunRecord record{plan, corpus_->text.size(), fingerprint_of(corpus_->text), locked.ids(),
                     flags_of(options_)};
    // How it began is said for good.
    if (stored_)
      record.flags.insert(stored_->record().flags.begin(), stored_->record().flags.end());
    if (!stored_) {
      io::refuse_unfinished_run(options_.model);  // another run's may have come meanwhile
      const auto bytes = static_cast<double>(StoredModel::bytes(corpus_->vocabulary, record));
      if (options_.debug > 0) {
        const bool copies = options_.keep > 0 && plan.epochs > 1;
        note(fmt::format("model: {} takes {:.0f} MiB of the disk{}", options_.model,
                         std::ceil(bytes / kMiB),
                         copies ? fmt::format(", and as much each of {} copies of epochs' ends",
                                              std::min(options_.keep + 1, plan.epochs - 1))
                                : ""));
      }
      stored_ = StoredModel::create(options_.model, corpus_->vocabulary, record);
      begin_model(stored_->model(), corpus_->vocabulary, plan, locked, options_);
      stored_->publish();
      on_signal_.emplace("stopped before training began" + how_to_go_on());
    }
    stored_->begin(record);
  }

  /// What comes of it.
  void finish(const TrainingEnd& end, const TrainingRun& run, const Model& model,
              const TrainPlan& plan) {
    if (end.end == RunEnd::kDiverged) {
      std::string message = run.divergence()->message(corpus_->vocabulary);
      if (stored_ && run.divergence()->epoch > 0 && options_.keep > 0) {
        message += fmt::format(
            "; go on from the last epoch's end with: {} -resume {} -alpha {}", program_,
            quoted(epoch_copy(stored_->path(), run.divergence()->epoch)), plan.alpha / 2);
      }
      throw Error(message);
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
      write_results(outputs_, model, corpus_->vocabulary, options_);
      report_.write_seconds = seconds_since(start);
      on_signal_.reset();
    }
    if (!end.not_stored.empty()) throw Error(end.not_stored);
    if (end.end != RunEnd::kStopped) return;
    if (options_.write_on_stop) write_report();
    throw StoppedBySignal{end.signal, stop_message(run, model)};
  }

  std::string how_to_go_on() const {
    return fmt::format("; go on with: {} -resume {}", program_, quoted(stored_->path()));
  }

  /// Where the run has been stopped, and how to go on.
  std::string stop_message(const TrainingRun& run, const Model& model) {
    const auto all = static_cast<double>(corpus_->text.size() * options_.settings.epochs);
    std::string message =
        fmt::format("stopped in epoch {} of {}, {:.1f}% trained",
                    std::max<std::size_t>(run.result().loss.size(), 1), options_.settings.epochs,
                    100 * static_cast<double>(run.progress().words) / all);
    if (stored_) return message + how_to_go_on();
    const std::string partial = options_.output + ".partial";
    if (!options_.write_on_stop && outputs_.vectors->volume() && !is_of_run(partial, options_)) {
      try {
        write_partial(partial, model, corpus_->vocabulary, options_);
        message += "; the vectors so far are in " + partial;
      } catch (const Error& error) {
        message += std::string("; the vectors so far are lost: ") + error.what();
      }
    }
    return message + "; begin again with: " + command_ + " (with -model FILE a run can go on)";
  }

  const Word2vecOptions& options_;
  std::string program_;  // both for a shell
  std::string command_;
  std::optional<StoredModel> stored_;
  std::optional<SayOnSignal> on_signal_;  // outside of training
  Outputs outputs_;
  std::optional<Corpus> corpus_;
  RunReport report_;
};

void run_word2vec(CommandLine& line) {
  std::optional<StoredModel> resumed;
  if (const char* path = line.file("-resume")) {
    resumed = StoredModel::open(path);
    line.add_defaults(lasting_flags(resumed->record().flags));
  }
  if (const char* path = line.file("-continue"); path != nullptr && io::is_model_file(path)) {
    const std::size_t dim = io::ModelFile::open(path).matrix("input").dim();
    line.add_defaults({{"-size", std::to_string(dim)}});
  }
  const Word2vecOptions options = word2vec_options(line);
  for (const std::string& warning : line.warnings()) note("warning: " + warning);
  if (resumed) check_resumed(*resumed, options);
  Word2vec(options, line, std::move(resumed)).run();
}

}  // namespace
}  // namespace hogvec::tools

int main(int argc, char** argv) {
  using namespace hogvec::tools;
  return run_with_flags("word2vec", kWord2vecUsage, argc, argv, [](CommandLine& line) {
    try {
      run_word2vec(line);
    } catch (const std::bad_alloc&) {
      say(kNoMemory);
      throw;
    }
  });
}
