#include "tools/query_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "engine/workers.hpp"
#include "io/error.hpp"
#include "io/output_file.hpp"
#include "tools/command_line.hpp"
#include "tools/console.hpp"
#include "tools/line_editor.hpp"

namespace hogvec::tools {

namespace {

constexpr std::size_t kReferenceRows = 40;
constexpr std::size_t kWordColumn = 50;  // bytes: printf's %50s
constexpr const char* kNotKnown = "Out of dictionary word!";

struct Options {
  std::string vectors;
  std::vector<std::string> queries;
  std::string json;
  std::size_t top = kReferenceRows;
  bool compat = false;
  int threads = 1;
};

Options options_of(const QueryProgram& program, const char* vectors, CommandLine& line) {
  Options options;
  options.vectors = vectors;
  options.queries = line.values("-query");
  if (const char* const json = line.file("-json")) options.json = output_path(json);
  options.top = static_cast<std::size_t>(line.integer("-top", 1).value_or(kReferenceRows));
  options.compat = line.integer("-compat", 0, 1).value_or(0) != 0;
  options.threads = threads_of(line);
  warn_of_extra_words(program.name, line);
  if (!options.json.empty() && io::same_file(options.json, options.vectors)) {
    throw Error(fmt::format("-json {}: this is an input; name another file", options.json));
  }
  return options;
}

/// Words of the vectors that a line asks for: of those that have spaces, the longest, of eight
/// parts at most.
std::vector<std::string> words_of(const WordIndex& index, std::string_view line) {
  constexpr std::size_t kMostParts = 8;
  const std::vector<std::string_view> parts = split_words(line);
  std::vector<std::string> words;
  for (std::size_t first = 0; first < parts.size();) {
    std::string longest(parts[first]);
    std::size_t next = first + 1;
    std::string joined = longest;
    const std::size_t end = std::min(parts.size(), first + kMostParts);
    for (std::size_t last = first + 1; last < end; ++last) {
      joined += ' ';
      joined += parts[last];
      if (index.find(joined) == WordIndex::kNotFound) continue;
      longest = joined;
      next = last + 1;
    }
    words.push_back(std::move(longest));
    first = next;
  }
  return words;
}

/// A table whose rows are filled up to `rows` with no word and the cosine `floor`.
void append_rows(std::string& text, const WordIndex& index, const std::vector<Neighbor>& neighbors,
                 std::size_t rows, float floor) {
  for (std::size_t k = 0; k < rows; ++k) {
    const bool filled = k < neighbors.size();
    const std::string_view word = filled ? index.word(neighbors[k].row) : "";
    // Padded by bytes, as printf does; fmt would count the columns of a terminal.
    text.append(kWordColumn - std::min(kWordColumn, word.size()), ' ');
    fmt::format_to(std::back_inserter(text), "{}\t\t{:f}\n", word,
                   filled ? neighbors[k].cosine : floor);
  }
}

/// The answers to the queries of one command, in each form that is asked for.
class Answers {
 public:
  Answers(const QueryProgram& program, const Options& options, const WordIndex& index)
      : program_(program), options_(options), index_(index) {
    if (options.json.empty()) return;
    json_on_stdout_ = io::same_file(options.json, "/dev/stdout");
    if (!json_on_stdout_) json_ = std::make_unique<io::OutputFile>(options.json);
  }

  bool prompts() const noexcept { return !json_on_stdout_; }

  void add(std::string_view line) {
    const std::vector<std::string> owned =
        options_.compat ? std::vector<std::string>() : words_of(index_, line);
    const std::vector<std::string_view> words =
        options_.compat ? split_words(line)
                        : std::vector<std::string_view>(owned.begin(), owned.end());
    QueryAnswer answer = program_.answer(index_, words, options_.top);
    if (options_.compat) make_compatible(answer);
    unanswered_ += !answer.refusal.empty();
    if (json_on_stdout_) {
      print_now(to_json(words, answer));
      return;
    }
    print(to_text(answer));
    if (json_) json_->write(to_json(words, answer));
  }

  /// Errors: a query had no answer.
  void finish() {
    if (json_) json_->commit();
    if (unanswered_ == 0 || options_.queries.empty()) return;
    throw Error(fmt::format("{}: {} of {} queries could not be answered, see above",
                            options_.vectors, unanswered_, options_.queries.size()));
  }

 private:
  void make_compatible(QueryAnswer& answer) const {
    answer.cosine.reset();
    std::erase_if(answer.neighbors,
                  [&](const Neighbor& neighbor) { return !(neighbor.cosine > program_.floor); });
    if (program_.first_row_is_word) return;
    for (std::size_t k = 0; k < answer.words.size(); ++k) {
      QueryAnswer::Word& word = answer.words[k];
      if (word.row == WordIndex::kNotFound) word.row = 0;
      if (word.row != 0) continue;
      answer.words.resize(k + 1);
      answer.refusal = kNotKnown;
      return;
    }
  }

  std::string to_text(const QueryAnswer& answer) const {
    std::string text;
    for (const auto& [word, row] : answer.words) {
      text += fmt::format("\nWord: {}  Position in vocabulary: {}\n", word,
                          row == WordIndex::kNotFound ? -1 : static_cast<long long>(row));
    }
    if (!answer.refusal.empty()) return text + answer.refusal + "\n";
    if (answer.words.empty()) return text;
    if (answer.cosine) {
      text += fmt::format("\nCosine of {} and {}: {:f}\n", answer.words[0].word,
                          answer.words[1].word, *answer.cosine);
    }
    text += fmt::format("\n{}\n{:->72}\n", program_.heading, "");
    append_rows(text, index_, answer.neighbors,
                options_.compat ? options_.top : answer.neighbors.size(), program_.floor);
    return text;
  }

  std::string to_json(const std::vector<std::string_view>& words, const QueryAnswer& answer) const {
    using Json = nlohmann::ordered_json;
    Json json{{"query", words}};
    if (!answer.refusal.empty()) {
      json["error"] = answer.refusal;
    } else {
      if (answer.cosine) json["cosine"] = *answer.cosine;
      json["neighbors"] = Json::array();
      for (const Neighbor& neighbor : answer.neighbors) {
        json["neighbors"].push_back(
            {{"word", index_.word(neighbor.row)}, {"cosine", neighbor.cosine}});
      }
    }
    // Words may be any bytes.
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }

  const QueryProgram& program_;
  const Options& options_;
  const WordIndex& index_;
  bool json_on_stdout_ = false;
  std::unique_ptr<io::OutputFile> json_;
  std::size_t unanswered_ = 0;
};

/// At most so many words that begin with `start`, the most frequent first.
std::vector<std::string> completions(const WordIndex& index, std::string_view start) {
  constexpr std::size_t kMost = 100;
  std::vector<std::string> words;
  for (std::size_t row = 0; row < index.size() && words.size() < kMost; ++row) {
    if (index.word(row).starts_with(start)) words.emplace_back(index.word(row));
  }
  return words;
}

void answer_lines(const QueryProgram& program, const Options& options, const WordIndex& index,
                  Answers& answers) {
  const auto complete = [&](std::string_view start) { return completions(index, start); };
  const bool edited = !options.compat && answers.prompts() && LineEditor::is_possible();
  std::optional<LineEditor> editor;
  if (edited) editor.emplace(std::string(program.prompt), complete);
  std::string line;
  for (;;) {
    if (!edited && answers.prompts()) print_now(program.prompt);
    if (!(edited ? editor->read(line) : read_line(line)) || line == "EXIT") return;
    answers.add(line);
  }
}

}  // namespace

bool find_words(const WordIndex& index, const std::vector<std::string_view>& words,
                QueryAnswer& answer) {
  for (const std::string_view word : words) {
    answer.words.push_back({word, index.find(word)});
    if (answer.words.back().row != WordIndex::kNotFound) continue;
    answer.refusal = kNotKnown;
    return false;
  }
  return true;
}

int run_queries(const QueryProgram& program, int argc, char** argv) noexcept {
  // The names live as long as run_on_vectors(), which prints them.
  const std::string usage =
      fmt::format("Usage: ./{} <FILE>\nwhere FILE contains word projections in the BINARY FORMAT\n",
                  program.name);
  return run_on_vectors({program.name, program.help, usage}, argc, argv,
                        [&](const char* path, CommandLine& line) {
                          const Options options = options_of(program, path, line);
                          if (options.vectors == "-" && options.queries.empty()) {
                            throw Error(
                                "-: the standard input has the vectors, and would have the queries "
                                "too; give them by -query, or name a file");
                          }
                          run_with_threads(options.threads, [&] {
                            const WordIndex index = read_index(program.name, options.vectors);
                            Answers answers(program, options, index);
                            for (const std::string& query : options.queries) answers.add(query);
                            if (options.queries.empty())
                              answer_lines(program, options, index, answers);
                            answers.finish();
                          });
                        });
}

}  // namespace hogvec::tools
