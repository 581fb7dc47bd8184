#include "tools/word2vec_outputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/classes/kmeans.hpp"
#include "engine/resources.hpp"
#include "engine/workers.hpp"
#include "io/error.hpp"
#include "io/model_file.hpp"
#include "io/npy_file.hpp"
#include "io/output_place.hpp"
#include "io/vectors_file.hpp"
#include "tools/console.hpp"

namespace hogvec::tools {
namespace {

io::VectorFormat format_of(const Word2vecOptions& options) {
  return options.binary ? io::VectorFormat::kBinary : io::VectorFormat::kText;
}

/// Of the outputs: the end of a sentence is the first of all.
std::size_t first_word(const Word2vecOptions& options) noexcept {
  return options.sentence_end ? kSentenceEnd : kSentenceEnd + 1;
}

void write_matrix(io::OutputFile& file, MatrixView matrix, const Vocabulary& vocabulary,
                  const Word2vecOptions& options) {
  const std::size_t first = first_word(options);
  const MatrixView rows(matrix.row(first), matrix.rows() - first, matrix.dim(), matrix.stride());
  run_with_threads(useful_threads(options.settings.threads), [&] {
    io::write_vectors(file, format_of(options), rows, [&](std::size_t k) -> std::string_view {
      return vocabulary.word(static_cast<WordId>(first + k));
    });
  });
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
                   const Vocabulary& vocabulary, const Word2vecOptions& options) {
  for (std::size_t k = first_word(options); k < classes.size(); ++k) {
    file.write(fmt::format("{} {}\n", vocabulary.word(static_cast<WordId>(k)), classes[k]));
  }
  file.commit();
}

/// Whether both would be the same name, though nothing may stand there yet.
bool same_name(const std::string& a, const std::string& b) {
  std::error_code failure;
  const std::filesystem::path first = std::filesystem::weakly_canonical(a, failure);
  if (failure) return false;
  const std::filesystem::path second = std::filesystem::weakly_canonical(b, failure);
  return !failure && first == second;
}

/// A file that a run reads, or its model, and what it is to the run.
struct OwnFile {
  std::string path;  // empty: none
  const char* what;
};

constexpr const char* kReadVocabulary = "the vocabulary";

/// Errors: the file is a text that the run reads.
void refuse_text(const char* flag, const std::string& path, const Word2vecOptions& options) {
  const auto refuse = [&](const TextPlaces& places, const char* what) {
    if (!places.hold(path)) return;
    throw Error(fmt::format("{} {}: this is {}; name another file", flag, path, what));
  };
  refuse(options.train, "the training text");
  refuse(options.held_out, "the held-out text");
}

/// The list that would be read beside vectors of this name; empty: none.
std::string words_of_npy(const std::string& path) {
  return path.find(".npy") == std::string::npos ? "" : io::word_list_beside(path);
}

std::vector<OwnFile> inputs_of(const Word2vecOptions& options) {
  return {{options.read_vocab, kReadVocabulary},
          {options.continue_from, "the model to continue"},
          {options.init, "what the run begins with"},
          {words_of_npy(options.init), "the words of what the run begins with"},
          {options.init_context, "what the run begins with"},
          {words_of_npy(options.init_context), "the words of what the run begins with"},
          {options.locked, "the list of locked words"}};
}

/// Errors: the model would take the place of what the run reads, or of another run.
void check_model_place(const Word2vecOptions& options) {
  if (options.model.empty()) return;
  refuse_text("-model", options.model, options);
  for (const OwnFile& input : inputs_of(options)) {
    if (input.path.empty() || !io::same_file(options.model, input.path)) continue;
    throw Error(fmt::format("-model {}: this is {}; name another file", options.model, input.what));
  }
  io::refuse_unfinished_run(options.model);
}

/// Errors: an output would take the place of what the run reads, or of its model.
void check_output_place(const char* flag, const std::string& output,
                        const Word2vecOptions& options) {
  refuse_text(flag, output, options);
  std::vector<OwnFile> own = inputs_of(options);
  // A vocabulary is read whole before it is written again.
  const bool again = output == options.save_vocab && !io::is_model_file(output);
  if (again) {
    std::erase_if(own, [](const OwnFile& file) { return file.what == kReadVocabulary; });
  }
  own.push_back({options.model, "the model"});
  own.push_back({options.resume, "the model"});
  for (const OwnFile& file : own) {
    if (file.path.empty()) continue;
    // The model may not be there yet.
    const bool same = io::same_file(output, file.path) ||
                      (file.path == options.model && same_name(output, file.path));
    if (!same) continue;
    throw Error(fmt::format("{} {}: this is {}; name another file", flag, output, file.what));
  }
}

/// Errors: it would be compressed.
void require_plain(const char* flag, const io::OutputFile* file) {
  if (file == nullptr || !file->is_packed()) return;
  throw Error(
      fmt::format("{} {}: is read while it is written, and so is not compressed; name a "
                  "file that ends neither in .gz nor in .zst",
                  flag, file->path()));
}

}  // namespace

Outputs open_outputs(const Word2vecOptions& options) {
  check_model_place(options);
  struct Wanted {
    const char* flag;
    const std::string& path;
    std::unique_ptr<io::OutputFile>& file;
  };
  Outputs outputs;
  std::unique_ptr<io::OutputFile> page;  // both to look at their places
  std::unique_ptr<io::OutputFile> log;
  if (!options.page.empty() && io::find_output_place(options.page).straight) {
    throw Error(
        fmt::format("-page {}: a page is replaced every few seconds, which neither a pipe "
                    "nor a device can be; name a file",
                    options.page));
  }
  const Wanted all[] = {{"-output", options.output, outputs.vectors},
                        {"-output-context", options.output_context, outputs.context},
                        {"-save-vocab", options.save_vocab, outputs.vocabulary},
                        {"-report", options.report, outputs.report},
                        {"-page", options.page, page},
                        {"-log", options.log, log}};
  for (const Wanted& one : all) {
    if (one.path.empty()) continue;
    check_output_place(one.flag, one.path, options);
    // A log is opened once: the reader of a FIFO would take this for its end.
    if (&one.file == &log && io::find_output_place(one.path).straight) continue;
    one.file = std::make_unique<io::OutputFile>(one.path);
    for (const Wanted& other : all) {
      if (&other == &one || !other.file || !one.file->same_place(*other.file)) continue;
      throw Error(
          fmt::format("{} and {} are the same file, {}; name two", other.flag, one.flag, one.path));
    }
  }
  require_plain("-page", page.get());
  require_plain("-log", log.get());
  if (!options.log.empty()) {
    outputs.log = std::make_unique<io::LineLog>(options.log, options.resume.empty()
                                                                 ? io::LineLog::Begin::kAnew
                                                                 : io::LineLog::Begin::kBehind);
  }
  return outputs;
}

void require_disk(std::size_t vocabulary_size, const Word2vecOptions& options,
                  const Outputs& outputs) {
  const std::uint64_t bytes =
      io::vectors_bytes(format_of(options), vocabulary_size, options.settings.dim);
  std::vector<io::SpaceNeed> needs;
  if (outputs.vectors && options.classes == 0) needs.push_back({outputs.vectors.get(), bytes});
  if (outputs.context) needs.push_back({outputs.context.get(), bytes});
  io::require_space(needs);
}

void write_results(Outputs& outputs, const Model& model, const Vocabulary& vocabulary,
                   const Word2vecOptions& options) {
  const auto write_vectors = [&] {
    if (!outputs.vectors) return;
    if (options.classes == 0) {
      write_matrix(*outputs.vectors, model.input, vocabulary, options);
    } else {
      write_classes(*outputs.vectors,
                    kmeans_classes(model.input, options.classes, options.settings.threads),
                    vocabulary, options);
    }
  };
  const auto write_context = [&] {
    if (outputs.context) write_matrix(*outputs.context, model.output, vocabulary, options);
  };
  write_all({write_vectors, write_context});
}

bool is_of_run(const std::string& path, const Word2vecOptions& options) {
  std::vector<OwnFile> own = inputs_of(options);
  for (const std::string* output : {&options.output_context, &options.save_vocab, &options.report,
                                    &options.page, &options.log}) {
    own.push_back({*output, "an output"});
  }
  return options.train.hold(path) || options.held_out.hold(path) ||
         std::any_of(own.begin(), own.end(),
                     [&](const OwnFile& file) { return io::same_file(path, file.path); });
}

void write_partial(const std::string& path, const Model& model, const Vocabulary& vocabulary,
                   const Word2vecOptions& options) {
  io::OutputFile file(path, options.output);  // who renames it has what the name says
  write_matrix(file, model.input, vocabulary, options);
}

}  // namespace hogvec::tools
