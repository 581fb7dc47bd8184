// evaluate VECTORS...: how good they are, by test sets of similarity and of analogies.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "engine/workers.hpp"
#include "io/error.hpp"
#include "io/output_file.hpp"
#include "tools/command_line.hpp"
#include "tools/console.hpp"
#include "tools/evaluation_report.hpp"

namespace hogvec::tools {

namespace {

constexpr std::string_view kName = "evaluate";
constexpr std::int64_t kDefaultTop = 30000;  // as the usual figures are made

constexpr std::string_view kUsage =
    R"(Usage: evaluate VECTORS... [-similarity FILE]... [-analogies FILE]... [-column N] [-top N]
       [-json FILE] [-threads N]
Prints how good word vectors are; of several files, side by side.

  VECTORS           word vectors of word2vec, binary or text, of GloVe or of NumPy (.npy, with the
                    words in .words), or a model file
  -similarity FILE  pairs of words with a number, a line each: Spearman's rank correlation of the
                    numbers with the cosines. As published: WordSim-353, SimLex-999, SimVerb, MEN,
                    Rare Words, MTurk and others between tabs, commas, semicolons or spaces
  -column N         the column of the numbers, from 1, of all such files (found by what most lines
                    hold, and printed)
  -analogies FILE   sections ": NAME" of questions, or none, four words A B C D a line: how often D is
                    the best answer to A is to B as C is to which word, by 3CosAdd (nearest to
                    B - A + C) and by 3CosMul. Or a folder as BATS is one: each .txt file of pairs a
                    section. A name that holds "gram" or "morphology" makes a section syntactic
  -top N            analogies are asked and answered over the N most frequent words (30000);
                    0: over all
  -json FILE        write the figures as JSON too; with -, instead
  -threads N        threads to read and to answer with (0: all cores)
  --help, --version

Files may be compressed, or pipes, but for models.
-similarity and -analogies may be given several times. Words are compared whatever the case of
their letters (Unicode), and of those that are then equal the most frequent counts. Pairs and
questions with a word that is not known are left out: "found" says how many were not.
)";

struct Options {
  std::vector<std::string> vectors;
  std::vector<std::string> similarity;
  std::vector<std::string> analogies;
  std::size_t column = 0;
  std::size_t top = 0;
  std::string json;
  int threads = 1;
};

Options options_of(CommandLine& line) {
  Options options;
  options.vectors = {line.next_word()};
  options.similarity = line.values("-similarity");
  options.analogies = line.values("-analogies");
  const std::int64_t top = line.integer("-top", 0).value_or(kDefaultTop);
  options.top = top == 0 ? WordIndex::kNotFound : static_cast<std::size_t>(top);
  if (const char* json = line.file("-json")) options.json = output_path(json);
  options.threads = threads_of(line);
  options.column = static_cast<std::size_t>(line.integer("-column", 3, 1000).value_or(0));
  for (const char* vectors; (vectors = line.next_file()) != nullptr;) {
    options.vectors.emplace_back(vectors);
  }
  warn_of_extra_words(kName, line);
  if (options.similarity.empty() && options.analogies.empty()) {
    throw Error("nothing to evaluate by; give -similarity FILE or -analogies FILE");
  }
  return options;
}

std::vector<std::string> inputs_of(const Options& options) {
  std::vector<std::string> inputs = options.similarity;
  inputs.insert(inputs.end(), options.analogies.begin(), options.analogies.end());
  inputs.insert(inputs.end(), options.vectors.begin(), options.vectors.end());
  return inputs;
}

/// Opened before the work; none where there is no -json.
std::unique_ptr<io::OutputFile> open_json(const Options& options) {
  if (options.json.empty()) return nullptr;
  for (const std::string& input : inputs_of(options)) {
    if (!io::same_file(options.json, input)) continue;
    throw Error(fmt::format("-json {}: this is an input; name another file", options.json));
  }
  return std::make_unique<io::OutputFile>(options.json);
}

void warn_of_lines(const std::string& path, std::size_t lines, std::size_t first,
                   std::string_view wanted) {
  if (lines == 0) return;
  complain(kName, fmt::format("warning: {}: {} left out, the first is line {}; {}", path,
                              lines == 1 ? "1 line is" : fmt::format("{} lines are", lines), first,
                              wanted));
}

io::QuestionsFile read_questions(const std::string& path) {
  io::QuestionsFile questions(path);
  warn_of_lines(path, questions.malformed_lines(), questions.first_malformed_line(),
                "a question has four words");
  return questions;
}

io::SimilarityFile read_pairs(const std::string& path, std::size_t column) {
  io::SimilarityFile file = io::read_similarity(path, column);
  warn_of_lines(path, file.left_out, file.first_left_out, "a pair has two words and a number");
  return file;
}

void evaluate(const Options& options) {
  io::require_read_once(inputs_of(options));
  const std::unique_ptr<io::OutputFile> json = open_json(options);
  std::vector<io::SimilarityFile> pairs;
  for (const std::string& path : options.similarity) {
    pairs.push_back(read_pairs(path, options.column));
  }
  std::vector<io::QuestionsFile> questions;
  for (const std::string& path : options.analogies) questions.push_back(read_questions(path));

  std::vector<EvaluationReport> reports;
  for (const std::string& vectors : options.vectors) {
    const WordIndex index = read_index(kName, vectors);
    const FoldedWords words(index, Letters::kUnicode);
    EvaluationReport& report = reports.emplace_back();
    report.vectors = vectors;
    report.words = index.size();
    report.dim = index.dim();
    report.top = std::min(options.top, index.size());
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      report.similarity.push_back(
          {options.similarity[i], pairs[i], evaluate_similarity(index, words, pairs[i].pairs)});
    }
    for (std::size_t i = 0; i < questions.size(); ++i) {
      report.analogies.push_back(
          {options.analogies[i], evaluate_analogies(index, words, report.top, questions[i])});
    }
  }
  const bool only_json = json != nullptr && io::same_file(options.json, "/dev/stdout");
  if (!only_json) print_now(to_text(reports));
  if (json == nullptr) return;
  json->write(to_json(reports));
  json->commit();
}

}  // namespace
}  // namespace hogvec::tools

int main(int argc, char** argv) {
  using namespace hogvec::tools;
  return run_with_flags(kName, kUsage, argc, argv, [](CommandLine& line) {
    const Options options = options_of(line);
    hogvec::run_with_threads(options.threads, [&] { evaluate(options); });
  });
}
