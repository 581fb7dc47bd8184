// word2vec: text in, word vectors out, in the manner of the reference tool.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>

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
  reading.threads = options.settings.threads;
  reading.min_count = options.min_count;
  reading.max_vocabulary = options.max_vocabulary;
  reading.vocabulary_file = options.read_vocab;
  reading.max_word_bytes = options.max_word_bytes;
  if (const char* folder = std::getenv("TMPDIR"); folder != nullptr && *folder != '\0') {
    reading.temporary_folder = folder;
  }
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

void require_memory(std::size_t vocabulary_size, const Word2vecOptions& options) {
  constexpr double kMiB = 1 << 20;
  std::size_t need = training_memory(vocabulary_size, options.settings);
  if (options.classes > 0) {
    need += kmeans_memory(vocabulary_size, options.settings.dim, options.classes,
                          options.settings.threads);
  }
  if (!options.held_out.empty()) need += held_out_memory(vocabulary_size, options.settings);
  const std::size_t free = available_memory();
  if (need <= free) {
    if (options.debug > 0) {
      note(fmt::format("memory: {:.0f} MiB for {} words of {} values",
                       static_cast<double>(need) / kMiB, vocabulary_size, options.settings.dim));
    }
    return;
  }
  say(kNoMemory);
  throw Error(
      fmt::format("training needs {:.0f} MiB of memory and {:.0f} MiB are free; use a "
                  "smaller -size, a larger -min-count or a larger machine",
                  static_cast<double>(need) / kMiB, static_cast<double>(free) / kMiB));
}

TrainResult train_model(const Corpus& corpus, const Word2vecOptions& options, Model& model,
                        const HeldOutText* held_out, RunReport& report) {
  const TrainSettings& settings = options.settings;
  Progress progress;
  const std::uint64_t words = std::uint64_t{corpus.text.size()} * settings.epochs;
  std::unique_ptr<ProgressLine> line;
  if (options.debug > 1) line = std::make_unique<ProgressLine>(progress, words, settings.threads);
  if (held_out != nullptr) {
    progress.on_epoch = [&](const EpochLoss& epoch) {
      report.held_out->epochs.push_back(held_out->loss(model));
      if (options.debug == 0) return;
      const std::string text =
          epoch_note(epoch, report.held_out->epochs.back(), settings.full_softmax);
      line ? line->note(text) : note(text);
    };
  }
  TrainResult result = train(corpus, settings, model, &progress);
  line.reset();
  if (held_out != nullptr) report.held_out->seconds = progress.on_epoch_seconds;
  if (!std::all_of(result.loss.begin(), result.loss.end(),
                   [](double loss) { return std::isfinite(loss); })) {
    note(
        "warning: the loss grew beyond all numbers and the vectors are useless; use a smaller "
        "-alpha");
  }
  return result;
}

void write_matrix(io::OutputFile& file, const Matrix& matrix, const Vocabulary& vocabulary,
                  bool binary) {
  io::write_vectors(
      file, binary ? io::VectorFormat::kBinary : io::VectorFormat::kText, matrix.view(),
      [&](std::size_t k) -> std::string_view { return vocabulary.word(static_cast<WordId>(k)); });
  file.commit();
}

/// "word class" lines, as the reference writes them.
void write_classes(io::OutputFile& file, const std::vector<std::uint32_t>& classes,
                   const Vocabulary& vocabulary) {
  for (std::size_t k = 0; k < classes.size(); ++k) {
    file.write(fmt::format("{} {}\n", vocabulary.word(static_cast<WordId>(k)), classes[k]));
  }
  file.commit();
}

std::unique_ptr<HeldOutText> read_held_out(const Vocabulary& vocabulary,
                                           const Word2vecOptions& options, RunReport& report) {
  if (options.held_out.empty()) return nullptr;
  auto held_out = std::make_unique<HeldOutText>(
      encode_corpus(options.held_out, vocabulary, read_options(options)), vocabulary,
      options.settings);
  report.held_out = {
      .epochs = {}, .centers = held_out->centers(), .unknown = held_out->text().unknown()};
  return held_out;
}

/// Trains on the corpus and writes the vectors, or the classes of the words.
void make_vectors(const Corpus& corpus, const Word2vecOptions& options, Outputs& outputs,
                  RunReport& report) {
  check(corpus, options.settings);
  const std::unique_ptr<HeldOutText> held_out = read_held_out(corpus.vocabulary, options, report);
  require_memory(corpus.vocabulary.size(), options);  // beside both texts
  if (const std::string effects = effects_note(options.settings);
      !effects.empty() && options.debug > 0) {
    note(effects);
  }
  const Clock::time_point begin = Clock::now();
  Model model = initial_model(corpus.vocabulary.size(), options.settings);
  report.initialize_seconds = seconds_since(begin);
  if (options.settings.full_softmax && options.settings.epochs > 0 && options.debug > 0) {
    note(estimate_note(estimate_full_softmax(corpus, options.settings, model),
                       options.settings.epochs));
  }
  report.result = train_model(corpus, options, model, held_out.get(), report);
  const Clock::time_point start = Clock::now();
  if (options.classes > 0) {
    write_classes(*outputs.vectors,
                  kmeans_classes(model.input, options.classes, options.settings.threads),
                  corpus.vocabulary);
  } else {
    write_matrix(*outputs.vectors, model.input, corpus.vocabulary, options.binary);
  }
  if (outputs.context) {
    write_matrix(*outputs.context, model.output, corpus.vocabulary, options.binary);
  }
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
