// word2vec: text in, word vectors out, in the manner of the reference tool.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <new>
#include <vector>

#include "engine/classes/kmeans.hpp"
#include "engine/hogvec.hpp"
#include "engine/system.hpp"
#include "io/output_file.hpp"
#include "io/vocabulary_file.hpp"
#include "tools/console.hpp"
#include "tools/options.hpp"
#include "tools/progress_line.hpp"
#include "tools/report.hpp"
#include "tools/run_notes.hpp"

namespace hogvec::tools {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

constexpr const char* kNoMemory = "Memory allocation failed\n";  // the reference's words

void note(const std::string& text) { complain("word2vec", text); }

/// The files of a run, opened before the work.
struct Outputs {
  std::unique_ptr<io::OutputFile> vectors;
  std::unique_ptr<io::OutputFile> context;
  std::unique_ptr<io::OutputFile> vocabulary;
  std::unique_ptr<io::OutputFile> report;
};

/// Errors: a place that cannot be written, the training text, two outputs in one place.
Outputs open_outputs(const Word2vecOptions& options) {
  struct Wanted {
    const char* flag;
    const std::string& path;
    std::unique_ptr<io::OutputFile>& file;
  };
  Outputs outputs;
  const Wanted all[] = {{"-output", options.output, outputs.vectors},
                        {"-output-context", options.output_context, outputs.context},
                        {"-save-vocab", options.save_vocab, outputs.vocabulary},
                        {"-report", options.report, outputs.report}};
  for (const Wanted& one : all) {
    if (one.path.empty()) continue;
    for (const auto& [path, what] :
         {std::pair{&options.train, "training"}, {&options.held_out, "held-out"}}) {
      if (path->empty() || !io::same_file(one.path, *path)) continue;
      throw Error(
          fmt::format("{} {}: this is the {} text; name another file", one.flag, one.path, what));
    }
    one.file = std::make_unique<io::OutputFile>(one.path);
    for (const Wanted& other : all) {
      if (&other == &one || !other.file || !one.file->same_place(*other.file)) continue;
      throw Error(
          fmt::format("{} and {} are the same file, {}; name two", other.flag, one.flag, one.path));
    }
  }
  return outputs;
}

/// The reference's own messages for the two inputs; the reason follows on stderr.
void require_inputs(const Word2vecOptions& options) {
  const auto require = [](const std::string& path, const char* message, const char* flag) {
    try {
      if (path.empty()) throw Error(std::string(flag) + ": name the text to read");
      io::MemoryMap::open_file(path);
    } catch (const Error&) {
      say(message);
      throw;
    }
  };
  if (!options.read_vocab.empty()) {
    require(options.read_vocab, "Vocabulary file not found\n", "-read-vocab");
  }
  require(options.train, "ERROR: training data file not found!\n", "-train");
  if (!options.held_out.empty()) io::MemoryMap::open_file(options.held_out);
}

ReadOptions read_options(const Word2vecOptions& options) {
  ReadOptions reading;
  reading.resources.threads = options.settings.threads;
  reading.min_count = options.min_count;
  reading.max_vocabulary = options.max_vocabulary;
  reading.vocabulary_file = options.read_vocab;
  reading.max_word_bytes = options.max_word_bytes;
  return reading;
}

Corpus read_text(const Word2vecOptions& options) {
  ReadOptions reading = read_options(options);
  std::uint64_t millions = 0;
  if (options.debug > 1) {
    reading.on_progress = [&millions](std::uint64_t words) {
      if (words / 1'000'000 <= millions) return;
      millions = words / 1'000'000;
      say(fmt::format("{}M\r", millions));
    };
  }
  Corpus corpus = read_corpus(options.train, reading);
  if (options.debug > 0) {
    say(fmt::format("Vocab size: {}\nWords in train file: {}\n", corpus.vocabulary.size(),
                    corpus.vocabulary.total_count()));
    if (corpus.vocabulary.left_out().words != 0) {
      note(left_out_note(corpus.vocabulary, options.max_vocabulary));
    }
  }
  return corpus;
}

void require_memory(const Corpus& corpus, const TrainPlan& plan, const RunTables& tables,
                    const Word2vecOptions& options) {
  constexpr double kMiB = 1 << 20;
  const std::size_t words = corpus.vocabulary.size();
  std::size_t need = TrainingRun::memory(corpus, plan, tables);
  if (options.classes > 0) need += kmeans_memory(words, plan.dim, options.classes, plan.threads);
  if (!options.held_out.empty()) need += held_out_memory(words, plan);
  const std::size_t free = available_memory();
  if (need <= free) {
    if (options.debug > 0) {
      // Of the whole process: what it holds already, the text among it, stays.
      const std::size_t most = std::max(peak_memory(), resident_memory() + need);
      note(fmt::format("memory: {:.0f} MiB for {} words of {} values",
                       std::ceil(static_cast<double>(most) / kMiB), words, plan.dim));
    }
    return;
  }
  say(kNoMemory);
  throw Error(
      fmt::format("training needs {:.0f} MiB of memory and {:.0f} MiB are free; use a "
                  "smaller -size, a larger -min-count, fewer -threads or a larger machine",
                  static_cast<double>(need) / kMiB, static_cast<double>(free) / kMiB));
}

/// Errors: the disks have not enough room for the vectors.
void require_disk(std::size_t vocabulary_size, const Word2vecOptions& options,
                  const Outputs& outputs) {
  const std::uint64_t bytes =
      io::vectors_bytes(options.binary ? io::VectorFormat::kBinary : io::VectorFormat::kText,
                        vocabulary_size, options.settings.dim);
  std::vector<io::SpaceNeed> needs;
  if (options.classes == 0) needs.push_back({outputs.vectors.get(), bytes});
  if (outputs.context) needs.push_back({outputs.context.get(), bytes});
  io::require_space(needs);
}

/// Trains to the end; where there is a held-out text, its loss is taken after every epoch.
void train_model(TrainingRun& run, const Corpus& corpus, const TrainPlan& plan,
                 const Word2vecOptions& options, const Model& model, const HeldOutText* held_out,
                 RunReport& report) {
  const std::uint64_t words = std::uint64_t{corpus.text.size()} * plan.epochs;
  std::unique_ptr<ProgressLine> line;
  if (options.debug > 1) {
    line = std::make_unique<ProgressLine>(run.progress(), words, plan.threads);
  }
  RunEnd end = RunEnd::kEpoch;
  for (std::size_t epoch = 0; end == RunEnd::kEpoch; ++epoch) {
    end = held_out == nullptr ? run.run() : run.run_epoch();
    if (held_out == nullptr || plan.epochs == 0 || end == RunEnd::kDiverged) continue;
    const Clock::time_point start = Clock::now();
    report.held_out->epochs.push_back(held_out->loss(model));
    report.held_out->seconds += seconds_since(start);
    if (options.debug == 0) continue;
    const std::string text =
        epoch_note(run.epoch_loss(epoch), report.held_out->epochs.back(), plan.full_softmax);
    line ? line->note(text) : note(text);
  }
  line.reset();
  report.result = run.result();
  if (end == RunEnd::kDiverged) throw Error(run.divergence()->message(corpus.vocabulary));
}

void write_matrix(io::OutputFile& file, MatrixView matrix, const Vocabulary& vocabulary,
                  bool binary) {
  io::write_vectors(
      file, binary ? io::VectorFormat::kBinary : io::VectorFormat::kText, matrix,
      [&](std::size_t k) -> std::string_view { return vocabulary.word(static_cast<WordId>(k)); });
  file.commit();
}

/// Does all of them, and throws at the end what went wrong first: that one file cannot take its
/// place is no reason to lose another.
void write_all(std::initializer_list<std::function<void()>> writers) {
  std::exception_ptr first;
  for (const auto& write : writers) {
    try {
      write();
    } catch (const std::exception& error) {
      if (first) note(error.what());
      if (!first) first = std::current_exception();
    }
  }
  if (first) std::rethrow_exception(first);
}

/// "word class" lines, as the reference writes them.
void write_classes(io::OutputFile& file, const std::vector<std::uint32_t>& classes,
                   const Vocabulary& vocabulary) {
  for (std::size_t k = 0; k < classes.size(); ++k) {
    file.write(fmt::format("{} {}\n", vocabulary.word(static_cast<WordId>(k)), classes[k]));
  }
  file.commit();
}

std::unique_ptr<HeldOutText> read_held_out(const Vocabulary& vocabulary, const TrainPlan& plan,
                                           const RunTables& tables, const Word2vecOptions& options,
                                           RunReport& report) {
  if (options.held_out.empty()) return nullptr;
  auto held_out = std::make_unique<HeldOutText>(
      encode_corpus(options.held_out, vocabulary, read_options(options)), plan, tables);
  report.held_out = {
      .epochs = {}, .centers = held_out->centers(), .unknown = held_out->text().unknown()};
  return held_out;
}

/// Trains on the corpus and writes the vectors, or the classes of the words.
void make_vectors(const Corpus& corpus, const Word2vecOptions& options, Outputs& outputs,
                  RunReport& report) {
  const TrainPlan plan = make_plan(options.settings);
  check(corpus, plan);
  const RunTables tables(corpus.vocabulary, plan);
  const std::unique_ptr<HeldOutText> held_out =
      read_held_out(corpus.vocabulary, plan, tables, options, report);
  require_memory(corpus, plan, tables, options);  // beside both texts
  require_disk(corpus.vocabulary.size(), options, outputs);
  if (const std::string effects = effects_note(plan); !effects.empty() && options.debug > 0) {
    note(effects);
  }
  const Clock::time_point begin = Clock::now();
  const Model model(ModelShape(corpus.vocabulary.size(), plan));
  initialize(model, plan.seed, plan.threads);
  LocalPosition position({}, plan);
  TrainingRun run(corpus, plan, tables, model, *position);
  report.initialize_seconds = seconds_since(begin);
  if (plan.full_softmax && plan.epochs > 0 && options.debug > 0) {
    note(estimate_note(run.estimate_full_softmax(), plan.epochs));
  }
  train_model(run, corpus, plan, options, model, held_out.get(), report);
  const Clock::time_point start = Clock::now();
  const auto write_vectors = [&] {
    if (options.classes == 0) {
      write_matrix(*outputs.vectors, model.input, corpus.vocabulary, options.binary);
    } else {
      write_classes(*outputs.vectors,
                    kmeans_classes(model.input, options.classes, options.settings.threads),
                    corpus.vocabulary);
    }
  };
  const auto write_context = [&] {
    if (outputs.context) {
      write_matrix(*outputs.context, model.output, corpus.vocabulary, options.binary);
    }
  };
  write_all({write_vectors, write_context});
  report.write_seconds = seconds_since(start);
}

void train_and_write(const Word2vecOptions& options) {
  simd::active_kernels();  // a wrong HOGVEC_SIMD is told before the work
  Outputs outputs = open_outputs(options);
  say(fmt::format("Starting training using file {}\n", options.train));
  require_inputs(options);
  RunReport report;
  const Clock::time_point start = Clock::now();
  const Corpus corpus = read_text(options);
  report.read_seconds = seconds_since(start);
  report.vocabulary_size = corpus.vocabulary.size();
  if (outputs.vocabulary) {
    io::write_vocabulary(*outputs.vocabulary, corpus.vocabulary.words());
    outputs.vocabulary->commit();
  }
  if (outputs.vectors) make_vectors(corpus, options, outputs, report);
  if (outputs.report) {
    outputs.report->write(to_json(report, options));
    outputs.report->commit();
  }
}

}  // namespace
}  // namespace hogvec::tools

int main(int argc, char** argv) {
  using namespace hogvec::tools;
  return run_with_flags("word2vec", kWord2vecUsage, argc, argv, [](CommandLine& line) {
    try {
      const Word2vecOptions options = word2vec_options(line);
      for (const std::string& warning : line.warnings()) note("warning: " + warning);
      train_and_write(options);
    } catch (const std::bad_alloc&) {
      say(kNoMemory);
      throw;
    }
  });
}
