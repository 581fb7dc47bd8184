// evaluate VECTORS: how good they are, by test sets of similarity and of analogies.
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
    R"(Usage: evaluate VECTORS [-similarity FILE]... [-analogies FILE]... [-top N] [-json FILE]
       [-threads N]
Prints how good word vectors are.

  VECTORS           word vectors of word2vec, binary or text, of GloVe or of NumPy (.npy, with the
                    words in .words), or a model file
  -similarity FILE  pairs of words with a number, a line each: Spearman's rank correlation of the
                    numbers with the cosines
  -analogies FILE   sections ": NAME" of questions, four words A B C D a line: how often D is the
                    best answer to A is to B as C is to which word, by 3CosAdd (nearest to
                    B - A + C) and by 3CosMul. A name that holds "gram" makes a section syntactic
  -top N            analogies are asked and answered over the N most frequent words (30000);
                    0: over all
  -json FILE        write the figures as JSON too; with /dev/stdout, instead
  -threads N        threads to read and to answer with (all cores)
  --help, --version

-similarity and -analogies may be given several times. Words are compared whatever the case of
their letters (Unicode), and of those that are then equal the most frequent counts. Pairs and
questions with a word that is not known are left out: "found" says how many were not.
)";

struct Options {
  std::string vectors;
  std::vector<std::string> similarity;
  std::vector<std::string> analogies;
  std::size_t top = 0;
  std::string json;
  int threads = 1;
};

Options options_of(CommandLine& line) {
  Options options;
  options.vectors = line.next_word();
  options.similarity = line.values("-similarity");
  options.analogies = line.values("-analogies");
  const std::int64_t top = line.integer("-top", 0).value_or(kDefaultTop);
  options.top = top == 0 ? WordIndex::kNotFound : static_cast<std::size_t>(top);
  if (const char* json = line.file("-json")) options.json = json;
  options.threads = threads_of(line);
  warn_of_extra_words(kName, line);
  if (options.similarity.empty() && options.analogies.empty()) {
    throw Error("nothing to evaluate by; give -similarity FILE or -analogies FILE");
  }
  return options;
}

/// Opened before the work; none where there is no -json.
std::unique_ptr<io::OutputFile> open_json(const Options& options) {
  if (options.json.empty()) return nullptr;
  std::vector<std::string> inputs = options.similarity;
  inputs.insert(inputs.end(), options.analogies.begin(), options.analogies.end());
  inputs.push_back(options.vectors);
  for (const std::string& input : inputs) {
    if (!io::same_file(options.json, input)) continue;
    throw Error(fmt::format("-json {}: this is an input; name another file", options.json));
  }
  return std::make_unique<io::OutputFile>(options.json);
}

io::QuestionsFile read_questions(const std::string& path) {
  io::QuestionsFile questions(path);
  if (const std::size_t lines = questions.malformed_lines(); lines > 0) {
    complain(kName, fmt::format(
                        "warning: {}: {} left out, the first is line {}; a question has four words",
                        path, lines == 1 ? "1 line is" : fmt::format("{} lines are", lines),
                        questions.first_malformed_line()));
  }
  return questions;
}

void evaluate(const Options& options) {
  const std::unique_ptr<io::OutputFile> json = open_json(options);
  std::vector<std::vector<io::WordPair>> pairs;
  for (const std::string& path : options.similarity) pairs.push_back(io::read_word_pairs(path));
  std::vector<io::QuestionsFile> questions;
  for (const std::string& path : options.analogies) questions.push_back(read_questions(path));

  const WordIndex index = read_index(kName, options.vectors);
  const FoldedWords words(index, Letters::kUnicode);
  EvaluationReport report;
  report.vectors = options.vectors;
  report.words = index.size();
  report.dim = index.dim();
  report.top = std::min(options.top, index.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    report.similarity.push_back(
        {options.similarity[i], evaluate_similarity(index, words, pairs[i])});
  }
  for (std::size_t i = 0; i < questions.size(); ++i) {
    report.analogies.push_back(
        {options.analogies[i], evaluate_analogies(index, words, report.top, questions[i])});
  }
  const bool only_json = json != nullptr && io::same_file(options.json, "/dev/stdout");
  if (!only_json) print_now(to_text(report));
  if (json == nullptr) return;
  json->write(to_json(report));
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
