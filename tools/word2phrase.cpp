// word2phrase: text in, text with phrases as words out, in the manner of the reference tool.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <vector>

#include "engine/kernels.hpp"
#include "engine/phrases/phrases.hpp"
#include "engine/resources.hpp"
#include "io/content.hpp"
#include "io/error.hpp"
#include "tools/command_line.hpp"
#include "tools/console.hpp"
#include "tools/text_places.hpp"

namespace hogvec::tools {
namespace {

constexpr std::int64_t kMostThreads = 4096;  // as word2vec
constexpr std::int64_t kMostPasses = 1000;   // each at least doubles the longest phrase there is

constexpr std::string_view kUsage = R"(WORD2PHRASE tool v0.1a

Usage: word2phrase -train TEXT... -output FILE [FLAG VALUE]...

  -train TEXT...     text to read; words are cut at space, tab and newline. Files, folders, pipes and -
                     (standard input), one after the other; gzip, zstd, xz, bzip2, lz4, tar and zip,
                     by what they hold
  -recursive N       * 1: of folders the folders in them too (0)
  -lowercase N       * 1: the text is read as if all its letters were small: Unicode's simple case
                     folding (0)
  -output FILE       where the text goes, with phrases as single words: new_york; compressed where
                     the name ends in .gz or .zst
  -min-count N       leave words and pairs alone that occur less often (5)
  -threshold X       score above which a pair becomes a phrase; higher means fewer (100)
  -passes N          * times to do it, each on the result of the one before; -threshold X,Y,...
                     gives every pass its own (1)
  -threads N         * threads (12); 0: all cores that this process may use
  -debug N           2: progress, 1: vocabulary, 0: neither (2)
  --help, --version  * this text, or the version

* not in the original tool.

Examples:
./word2phrase -train text.txt -output phrases.txt -threshold 100 -debug 2
./word2phrase -train text.txt -output phrases.txt -passes 2 -threshold 200,100

)";

struct Options {
  TextPlaces train;
  std::string output;
  std::vector<float> thresholds;  // one a pass
  int debug = 2;
  PhraseOptions phrases;
};

/// One number, or several between commas.
std::vector<float> parse_thresholds(std::string_view text) {
  std::vector<float> thresholds;
  for (std::string_view rest = text;;) {
    const std::string_view one = rest.substr(0, rest.find(','));
    double value = 0;
    const auto [end, error] = std::from_chars(one.data(), one.data() + one.size(), value);
    if (error != std::errc() || end != one.data() + one.size() || !std::isfinite(value) ||
        value < 0) {
      throw Error(
          fmt::format("-threshold {}: want a number, 0 or more, or several between commas", text));
    }
    thresholds.push_back(static_cast<float>(value));
    if (one.size() == rest.size()) return thresholds;
    rest.remove_prefix(one.size() + 1);
  }
}

Options read_options(CommandLine& line) {
  Options options;
  options.train = text_places(line, "-train");
  if (const char* path = line.value("-output")) options.output = output_path(path);
  options.debug =
      static_cast<int>(std::min<std::int64_t>(line.integer("-debug", 0).value_or(2), 2));
  options.phrases.min_count = static_cast<std::uint64_t>(line.integer("-min-count", 0).value_or(5));
  const auto threads = static_cast<int>(line.integer("-threads", 0, kMostThreads).value_or(12));
  options.phrases.resources.threads =
      reading_threads(threads != 0 ? threads : usable_cores(), options.train);
  const char* thresholds = line.value("-threshold");
  options.thresholds = parse_thresholds(thresholds != nullptr ? thresholds : "100");
  const auto given = options.thresholds.size();
  const auto passes = static_cast<std::size_t>(
      line.integer("-passes", 1, kMostPasses).value_or(static_cast<std::int64_t>(given)));
  if (given != 1 && given != passes) {
    throw Error(
        fmt::format("-passes {} and -threshold {}: want one threshold, or one for each pass",
                    passes, thresholds));
  }
  options.thresholds.resize(passes, options.thresholds[0]);
  return options;
}

/// The reference's progress, at every million words.
void show_progress(Options& options) {
  if (options.debug < 2) return;
  const auto every_million = [](auto show) {
    return [show, millions = std::uint64_t{0}](std::uint64_t words, auto... more) mutable {
      if (words / 1'000'000 <= millions) return;
      millions = words / 1'000'000;
      show(millions, more...);
    };
  };
  options.phrases.on_read = every_million([](std::uint64_t millions, std::uint64_t different) {
    say(fmt::format("Words processed: {}M     Vocab size: {}K  \r", millions, different / 1000));
  });
  options.phrases.on_written = every_million(
      [](std::uint64_t millions) { say(fmt::format("Words written: {}M\r", millions)); });
}

/// nullptr where no output is named. Errors: a place that cannot be written, the training text.
std::unique_ptr<io::OutputFile> open_output(const Options& options) {
  if (options.output.empty()) return nullptr;
  if (options.train.hold(options.output)) {
    throw Error(
        fmt::format("-output {}: this is the training text; name another file", options.output));
  }
  return std::make_unique<io::OutputFile>(options.output);
}

/// The reference's own message; the reason follows on stderr.
void require_text(const Options& options) {
  try {
    options.train.require("-train");
  } catch (const Error&) {
    say("ERROR: training data file not found!\n");
    throw;
  }
}

void join_phrases(Options options) {
  active_kernels();  // a wrong HOGVEC_SIMD is told before the work
  show_progress(options);
  const std::unique_ptr<io::OutputFile> output = open_output(options);
  if (output && io::same_file(options.output, "/dev/stdout")) say_on_stderr();
  say(fmt::format("Starting training using file {}\n", options.train.shown()));
  require_text(options);
  if (!output) throw Error("-output: name the file to write");
  io::require_read_once(options.train.paths);
  const std::unique_ptr<io::TextSource> source = options.train.open();
  PhraseText text(*source, options.phrases);
  for (const std::string& warning : source->warnings()) note("warning: " + warning);
  for (const float threshold : options.thresholds) {
    const PhrasePass pass = text.join(threshold);
    if (options.debug == 0) continue;
    say(fmt::format("\nVocab size (unigrams + bigrams): {}\nWords in train file: {}\n",
                    pass.vocabulary_size, pass.words));
  }
  text.write(*output);
  output->commit();
}

}  // namespace
}  // namespace hogvec::tools

int main(int argc, char** argv) {
  using namespace hogvec::tools;
  return run_with_flags("word2phrase", kUsage, argc, argv, [](CommandLine& line) {
    Options options = read_options(line);
    for (const std::string& warning : line.warnings()) note("warning: " + warning);
    join_phrases(std::move(options));
  });
}
