// softmax-view [TEXT]: the exact softmax of a short text, step by step, as a page.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>

#include "io/error.hpp"
#include "io/output_file.hpp"
#include "io/text_source.hpp"
#include "tools/command_line.hpp"
#include "tools/console.hpp"
#include "tools/page/page.hpp"
#include "tools/softmax_page.hpp"
#include "tools/softmax_text.hpp"

namespace hogvec::tools {

namespace {

constexpr std::string_view kName = "softmax-view";
constexpr std::int64_t kMostDim = 32;      // columns that are still seen at once
constexpr std::int64_t kMostSteps = 1000;  // of 60 words and 32 values: a page of 30 MB
constexpr std::int64_t kMostWindow = 10;
constexpr std::int64_t kMostNegative = 20;

constexpr std::string_view kUsage =
    R"(Usage: softmax-view [TEXT] -output FILE [FLAG VALUE]...
Writes a page that shows how the exact softmax learns a short text, step by step, with every number.

  TEXT              a text of up to 60 different words, a sentence a line; also compressed, a pipe, or
                    - (standard input). Without it one that is built in
  -output FILE      the page, one file of HTML that needs no network; with -, standard output
  -size N           length of a vector, up to 32 (8)
  -window N         words to each side of a center (2)
  -alpha X          learning rate, the same in all steps (0.25; CBOW 0.75)
  -steps N          centers to train, in the order of the text, again and again (200)
  -negative N       noise words for every predicted word, of negative sampling (5)
  -min-count N      leave out rarer words (1)
  -seed N           of the first values, which are those of word2vec, and of the noise words (1)
  --help, --version

Skip-gram and CBOW are in one page, and beside the exact softmax negative sampling and hierarchical
softmax on the same text. All numbers are those of the trainers that test the engine; equation
numbers are those of Xin Rong, word2vec Parameter Learning Explained (arXiv 1411.2738).
The same text and flags are the same bytes.
)";

constexpr std::string_view kBuiltInName = "the built-in text";
// Two kinds of makers and what they make, so that words with like neighbors come together soon.
constexpr std::string_view kBuiltInText =
    "bees make honey in the hive\n"
    "goats make milk in the barn\n"
    "bears eat honey in the forest\n"
    "cats drink milk in the barn\n"
    "bees drink nectar in the meadow\n"
    "goats drink water in the meadow\n"
    "children drink milk and eat honey\n"
    "bears drink water in the forest\n"
    "cats and goats sleep in the barn\n"
    "bees and bears love honey\n"
    "cats and children love milk\n";

struct Options {
  std::string text;  // empty: the built-in one
  std::string output;
  std::uint64_t min_count = 1;
  StepSettings steps;
};

std::size_t size_of(CommandLine& line, std::string_view flag, std::int64_t least, std::int64_t most,
                    std::size_t otherwise) {
  const auto number = line.integer(flag, least, most);
  return number ? static_cast<std::size_t>(*number) : otherwise;
}

Options options_of(CommandLine& line) {
  Options options;
  if (const char* path = line.file("-output")) options.output = output_path(path);
  options.steps.dim = size_of(line, "-size", 1, kMostDim, 8);
  options.steps.window = size_of(line, "-window", 1, kMostWindow, 2);
  options.steps.alpha = line.number("-alpha");
  options.steps.steps = size_of(line, "-steps", 1, kMostSteps, 200);
  options.steps.negative = size_of(line, "-negative", 1, kMostNegative, 5);
  options.min_count = size_of(line, "-min-count", 0, std::numeric_limits<std::int64_t>::max(), 1);
  options.steps.seed = size_of(line, "-seed", 0, std::numeric_limits<std::int64_t>::max(), 1);
  if (const char* text = line.next_file()) options.text = text;
  warn_of_extra_words(kName, line);
  if (options.output.empty()) throw Error("-output: name the page to write");
  return options;
}

std::unique_ptr<io::OutputFile> open_output(const Options& options) {
  if (!options.text.empty() && io::same_file(options.output, options.text)) {
    throw Error(fmt::format("-output {}: this is the text; name another file", options.output));
  }
  return std::make_unique<io::OutputFile>(options.output);
}

ShortText read_text(const Options& options, const std::string& name) {
  if (!options.text.empty()) {
    const std::unique_ptr<io::TextSource> source = io::open_text({options.text});
    ShortText text = read_short_text(*source, name, options.min_count);
    for (const std::string& warning : source->warnings()) note("warning: " + warning);
    return text;
  }
  bool read = false;
  const auto source = io::text_of_pieces([&read](std::string& bytes) {
    if (!read) bytes += kBuiltInText;
    return !std::exchange(read, true);
  });
  return read_short_text(*source, name, options.min_count);
}

void write_page(const Options& options) {
  const std::unique_ptr<io::OutputFile> output = open_output(options);
  const std::string name = options.text.empty()  ? std::string(kBuiltInName)
                           : options.text == "-" ? "the standard input"
                                                 : options.text;
  const ShortText text = read_text(options, name);
  const std::string page = html_page(kName, fmt::format("The softmax of {}", name),
                                     softmax_data(text, name, options.steps));
  output->write(page);
  output->commit();
  if (io::same_file(options.output, "/dev/stdout")) return;
  print(fmt::format("{}: {} words, {} steps each of skip-gram and CBOW, {:.1f} MB\n",
                    options.output, text.vocabulary.size() - 1, options.steps.steps,
                    static_cast<double>(page.size()) / 1e6));
}

}  // namespace
}  // namespace hogvec::tools

int main(int argc, char** argv) {
  using namespace hogvec::tools;
  return run_with_flags(kName, kUsage, argc, argv,
                        [](CommandLine& line) { write_page(options_of(line)); });
}
