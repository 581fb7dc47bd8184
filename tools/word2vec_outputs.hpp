// The files that a run of word2vec writes.
#pragma once

#include <memory>
#include <string>

#include "engine/model/model.hpp"
#include "engine/vocab/vocabulary.hpp"
#include "io/line_log.hpp"
#include "io/output_file.hpp"
#include "tools/options.hpp"

namespace hogvec::tools {

/// Opened before the work; what was not asked for is none.
struct Outputs {
  std::unique_ptr<io::OutputFile> vectors;
  std::unique_ptr<io::OutputFile> context;
  std::unique_ptr<io::OutputFile> vocabulary;
  std::unique_ptr<io::OutputFile> report;
  std::unique_ptr<io::LineLog> log;
};

/// The page is not among them, which is opened again and again; its place is looked at like the
/// others'. Errors: a place that cannot be written; one of the inputs; two outputs in one place; a
/// place that no page or log can have.
Outputs open_outputs(const Word2vecOptions& options);

/// Errors: the disks have not enough room for the vectors.
void require_disk(std::size_t vocabulary_size, const Word2vecOptions& options,
                  const Outputs& outputs);

/// Vectors, or the classes of the words, and those of W'. All are written, whatever goes wrong with
/// one of them; then it throws what went wrong first.
void write_results(Outputs& outputs, const Model& model, const Vocabulary& vocabulary,
                   const Word2vecOptions& options);

/// Whether the run reads or writes this file, so that it must not be replaced by another.
bool is_of_run(const std::string& path, const Word2vecOptions& options);

/// The vectors to another place than that which was asked for.
void write_partial(const std::string& path, const Model& model, const Vocabulary& vocabulary,
                   const Word2vecOptions& options);

}  // namespace hogvec::tools
