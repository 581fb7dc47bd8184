#include "tools/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <system_error>

#include "engine/resources.hpp"
#include "engine/train/plan.hpp"
#include "io/error.hpp"

namespace hogvec::tools {
namespace {

constexpr std::int64_t kMostWordBytes = 65536;    // of read_corpus
constexpr std::int64_t kMostClasses = 1'000'000;  // 64 MB of scores for every thread
constexpr std::int64_t kMostThreads = 4096;       // of check(TrainSettings)
constexpr double kLeastCheckpointSeconds = 0.01;
constexpr double kMostCheckpointSeconds = 1e9;
constexpr std::int64_t kMostKept = 1'000'000;
constexpr std::int64_t kMostEpochs = 10'000'000;  // the loss of each is kept, by every thread

constexpr std::size_t kMostWatched = 50;  // words, each with ten neighbors after every epoch

void refuse(bool wanted, const char* message) {
  if (wanted) throw Error(message);
}

/// Between commas, each once.
std::optional<std::vector<std::string>> watched_words(CommandLine& line) {
  const char* const value = line.value("-watch");
  if (value == nullptr) return std::nullopt;
  std::vector<std::string> words;
  std::string_view rest = value;
  for (;;) {
    const std::string word(rest.substr(0, rest.find(',')));
    if (!word.empty() && std::find(words.begin(), words.end(), word) == words.end()) {
      words.push_back(word);
    }
    if (rest.find(',') == std::string_view::npos) break;
    rest.remove_prefix(rest.find(',') + 1);
  }
  if (words.size() > kMostWatched) {
    throw Error(
        fmt::format("-watch: {} words are too many; name {} at most", words.size(), kMostWatched));
  }
  return words;
}

std::optional<CbowGradient> cbow_gradient(CommandLine& line) {
  const char* value = line.value("-cbow-gradient");
  if (value == nullptr) return std::nullopt;
  const std::string_view name = value;
  if (name == "paper") return CbowGradient::kPaper;
  if (name == "undivided") return CbowGradient::kUndivided;
  throw Error(fmt::format("-cbow-gradient {}: want undivided or paper", name));
}

SoftmaxThreads softmax_threads(CommandLine& line) {
  const char* value = line.value("-softmax-threads");
  if (value == nullptr) return TrainSettings{}.softmax_threads;
  const std::string_view name = value;
  if (name == "owner") return SoftmaxThreads::kOwner;
  if (name == "hogwild") return SoftmaxThreads::kHogwild;
  throw Error(fmt::format("-softmax-threads {}: want owner or hogwild", name));
}

SoftmaxPrecision softmax_precision(CommandLine& line) {
  const char* value = line.value("-softmax-precision");
  const std::string_view name = value != nullptr ? value : "fp32";
  if (name == "fp32") return SoftmaxPrecision::kFp32;
  if (name == "bf16") return SoftmaxPrecision::kBf16;
  throw Error(fmt::format("-softmax-precision {}: want fp32 or bf16", name));
}

void objective_options(CommandLine& line, Word2vecOptions& options) {
  TrainSettings& s = options.settings;
  s.full_softmax = line.integer("-softmax", 0).value_or(0) != 0;
  s.hierarchical_softmax = line.integer("-hs", 0).value_or(0) != 0;
  // The reference's default is CBOW; -softmax is ours, and means the paper's skip-gram.
  const bool cbow = line.integer("-cbow", 0).value_or(s.full_softmax ? 0 : 1) != 0;
  s.architecture = cbow ? Architecture::kCbow : Architecture::kSkipGram;
  s.negatives =
      static_cast<std::size_t>(line.integer("-negative", 0).value_or(s.full_softmax ? 0 : 5));
  s.softmax_batch = static_cast<std::size_t>(line.integer("-softmax-batch", 1).value_or(0));
  s.softmax_exact = line.integer("-softmax-exact", 0).value_or(0) != 0;
  s.softmax_precision = softmax_precision(line);
  s.softmax_threads = softmax_threads(line);
  s.block_centers = static_cast<std::size_t>(line.integer("-block", 1).value_or(0));
  s.noise_rows = static_cast<std::size_t>(line.integer("-noise-rows", 1).value_or(0));
  s.cbow_gradient = cbow_gradient(line);
  s.alpha = line.number("-alpha").value_or(default_alpha(s));
  s.end_alpha = line.number("-min-alpha").value_or(s.end_alpha);
}

/// Where threads work. The variable is for who cannot change a command, and for tests.
PlacementWishes placement_wishes(CommandLine& line) {
  constexpr std::int64_t kMostDomains = 4096;
  PlacementWishes wishes;
  if (const char* const variable = std::getenv("HOGVEC_DOMAINS"); variable != nullptr) {
    const char* const end = variable + std::strlen(variable);
    const auto [last, problem] = std::from_chars(variable, end, wishes.domains);
    if (problem != std::errc() || last != end || wishes.domains < 0 ||
        wishes.domains > kMostDomains) {
      throw Error(
          fmt::format("HOGVEC_DOMAINS={}: want a number from 0 to {}", variable, kMostDomains));
    }
  }
  wishes.domains =
      static_cast<int>(line.integer("-domains", 0, kMostDomains).value_or(wishes.domains));
  if (const auto pin = line.integer("-pin", 0, 1)) wishes.pin = *pin != 0;
  refuse(wishes.domains > 0 && wishes.pin.value_or(false),
         "-pin 1 and -domains: wished domains have no cores of their own; leave one out");
  return wishes;
}

/// What one run cannot do, in the words of the flags.
void check_objective(const TrainSettings& s) {
  refuse(s.full_softmax && s.hierarchical_softmax,
         "-softmax 1 and -hs 1: a run has one of them; leave one out");
  refuse(s.full_softmax && s.negatives > 0,
         "-softmax 1 and -negative: a run has one of them; leave -negative out or set it to 0");
  refuse(s.softmax_exact && !s.full_softmax, "-softmax-exact 1: needs -softmax 1");
  refuse(s.softmax_exact && s.softmax_threads == SoftmaxThreads::kHogwild && s.threads > 1,
         "-softmax-exact 1 and -softmax-threads hogwild: threads without locks are not exact; use "
         "-threads 1 or -softmax-threads owner");
  const bool bf16 = s.softmax_precision == SoftmaxPrecision::kBf16;
  refuse(bf16 && !s.full_softmax, "-softmax-precision bf16: needs -softmax 1");
  refuse(
      bf16 && s.softmax_exact,
      "-softmax-precision bf16 and -softmax-exact 1: what an exact batch makes up for is smaller "
      "than bf16 rounds; leave one out");
  refuse(!s.full_softmax && !s.hierarchical_softmax && s.negatives == 0,
         "-negative 0: nothing would be trained; use -negative 5, -hs 1 or -softmax 1");
}

/// What does not go together of the files that a run begins with and is kept in.
void check_files(const Word2vecOptions& options) {
  refuse(options.model == "-", "-model -: a model is no stream; name a file");
  refuse(!options.resume.empty() && !options.model.empty(),
         "-resume and -model: a run goes on in its own file; leave -model out");
  refuse(options.grow_vocabulary && options.continue_from.empty(),
         "-grow-vocab 1: needs -continue, whose words it adds to");
  refuse(!options.continue_from.empty() && !options.read_vocab.empty(),
         "-continue and -read-vocab: the words are those of the model; leave -read-vocab out");
  refuse(!options.continue_from.empty() && (!options.init.empty() || !options.init_context.empty()),
         "-continue and -init: the vectors are those of the model; leave one out");
  refuse(!options.init_context.empty() && !options.settings.full_softmax &&
             options.settings.negatives == 0,
         "-init-context: the tree of -hs 1 has no vectors of words; use -negative as well");
}

}  // namespace

Word2vecOptions word2vec_options(CommandLine& line) {
  Word2vecOptions options;
  const auto path = [&](std::string_view flag, std::string& target) {
    if (const char* value = line.value(flag)) target = value;
  };
  // The reference takes an empty name of its flags for none.
  const auto file = [&](std::string_view flag, std::string& target) {
    if (const char* name = line.file(flag)) target = name;
  };
  options.train = text_places(line, "-train");
  path("-output", options.output);
  file("-output-context", options.output_context);
  path("-save-vocab", options.save_vocab);
  path("-read-vocab", options.read_vocab);
  file("-report", options.report);
  file("-page", options.page);
  file("-log", options.log);
  options.watch = watched_words(line);
  for (std::string* output : {&options.output, &options.output_context, &options.save_vocab,
                              &options.report, &options.page, &options.log}) {
    *output = output_path(*output);
  }
  line.file("-held-out");  // of which an empty name is an error
  options.held_out = text_places(line, "-held-out");
  options.debug =
      static_cast<int>(std::min<std::int64_t>(line.integer("-debug", 0).value_or(2), 2));
  options.binary = line.integer("-binary", 0).value_or(0) != 0;
  options.min_count = static_cast<std::uint64_t>(line.integer("-min-count", 0).value_or(5));
  options.max_vocabulary = static_cast<std::size_t>(line.integer("-max-vocab", 0).value_or(0));
  options.max_word_bytes =
      static_cast<std::size_t>(line.integer("-max-word", 1, kMostWordBytes).value_or(98));
  options.classes = static_cast<std::size_t>(line.integer("-classes", 0, kMostClasses).value_or(0));
  TrainSettings& s = options.settings;
  s.dim = static_cast<std::size_t>(line.integer("-size", 1).value_or(100));
  s.window = static_cast<std::size_t>(line.integer("-window", 0).value_or(5));
  s.shrink_windows = line.integer("-shrink-windows", 0, 1).value_or(1) != 0;
  s.noise_power = line.number("-ns-exponent", true).value_or(s.noise_power);
  s.subsampling = line.number("-sample").value_or(s.subsampling);
  s.threads = static_cast<int>(line.integer("-threads", 0, kMostThreads).value_or(12));
  if (s.threads == 0) s.threads = usable_cores();
  options.placement = placement_wishes(line);
  options.sentence_end = line.integer("-no-eos", 0, 1).value_or(0) == 0;
  s.epochs = static_cast<std::size_t>(line.integer("-iter", 0, kMostEpochs).value_or(5));
  s.seed = static_cast<std::uint64_t>(line.integer("-seed", 0).value_or(1));
  file("-model", options.model);
  file("-resume", options.resume);
  file("-continue", options.continue_from);
  file("-init", options.init);
  file("-init-context", options.init_context);
  file("-locked", options.locked);
  options.grow_vocabulary = line.integer("-grow-vocab", 0).value_or(0) != 0;
  options.write_on_stop = line.integer("-write-on-stop", 0).value_or(0) != 0;
  options.checkpoint_seconds = line.number("-checkpoint").value_or(options.checkpoint_seconds);
  refuse(options.checkpoint_seconds < kLeastCheckpointSeconds ||
             options.checkpoint_seconds > kMostCheckpointSeconds,
         "-checkpoint: want seconds, 0.01 to 1000000000");
  options.keep =
      static_cast<std::size_t>(line.integer("-keep", 0, kMostKept).value_or(s.epochs > 1 ? 1 : 0));
  const bool trains = options.trains();
  objective_options(line, options);
  if (trains) check_objective(s);
  check_files(options);
  refuse(options.output.empty() && !options.output_context.empty(),
         "-output-context: needs -output, without which no vectors are written");
  refuse(!options.output_context.empty() && !s.full_softmax && s.negatives == 0,
         "-output-context: the tree of -hs 1 has no vectors of words; use -negative as well");
  refuse(!trains && !options.held_out.empty(),
         "-held-out: needs -output or -model, without which nothing is trained");
  refuse(!trains && options.is_followed(),
         "-page and -log: need -output or -model, without which nothing is trained");
  refuse(options.watch && !options.is_followed(),
         "-watch: needs -page or -log, which have the neighbors of these words");
  refuse(!options.held_out.empty() && !s.full_softmax && !s.hierarchical_softmax,
         "-held-out: negative samples alone give no probabilities, so the likelihood of a text is "
         "not defined; use -softmax 1 or -hs 1");
  if (trains) check(s);
  return options;
}

const char* const kWord2vecUsage = R"(WORD VECTOR estimation toolkit v 0.1c

Usage: word2vec -train TEXT... -output FILE [FLAG VALUE]...

Text and files
  -train TEXT...        text to learn from; words are cut at space, tab and newline. Files, folders,
                        pipes and - (standard input), one after the other; gzip, zstd, xz, bzip2, lz4,
                        tar and zip, by what they hold. The flag may be given several times
  -recursive N          * 1: of folders the folders in them too (0)
  -lowercase N          * 1: texts are read, and words of -read-vocab, as if all their letters were
                        small: Unicode's simple case folding (0)
  -output FILE          where the vectors go (-: to standard output); without it only the
                        vocabulary is made
  -no-eos N             * 1: </s>, the end of a sentence, is no word of the outputs (0)
  -output-context FILE  * where the output vectors (W') go, in the same format
  -binary N             1: write 32-bit floats instead of text (0)
  -save-vocab FILE      write words and counts
  -read-vocab FILE      take words and counts from a file of them, or a model
  -min-count N          leave out words that occur less often (5)
  -max-vocab N          * of those keep the N most frequent, and </s>; 0: all (0)
  -max-word N           * cut words that have more bytes (98)
  -model FILE           * train in this file, which is kept: a run that is stopped, or killed, goes on
                        with -resume, and the query tools open it
  -resume FILE          * go on with the run of such a file, by the flags that it began with; given
                        again, -iter may be larger, and -alpha, -threads and outputs others
  -continue FILE        * begin a new run with the words and vectors of such a file, which stays
  -grow-vocab N         * 1: and with the words that it lacks and the text has often enough (0)
  -init FILE            * begin with these vectors, for the words that they have
  -init-context FILE    * the same for the output vectors (W')
  -locked FILE          * the rows of W of these words, one a line, are not trained: others come to
                        lie among them; beside -init or -continue. A model keeps the words
  -checkpoint SECONDS   * how often the model is made lasting against a power failure (300)
  -keep N               * keep the model of the last N epochs' ends too, as FILE.epoch-3 (1 where
                        there are several epochs)
  -write-on-stop N      * 1: a signal that stops the run has it write its outputs (0)
  -held-out TEXT...     * a text that is not trained on; its exact likelihood after every epoch
                        goes to stderr and into the report (full or hierarchical softmax)
  -report FILE          * write speed, loss, memory and settings as JSON
  -page FILE            * a page of HTML that shows the run, written anew every few seconds: loss,
                        speed, phases, settings, neighbors of words, warnings
  -log FILE             * the same as it happens, a JSON object a line; goes on with -resume
  -watch WORDS          * words whose neighbors both have after every epoch, with commas between
                        them; an empty one: none (a dozen frequent ones)

Model
  -cbow N               1: CBOW, 0: skip-gram (1; with -softmax 0)
  -size N               length of a vector (100)
  -window N             words to each side, at most; every center draws 1 to N (5). 0: the whole
                        sentence, up to 1000 words
  -shrink-windows N     * 0: every center has all N words to each side (1)
  -sample X             threshold of sub-sampling, 0 keeps all words (1e-3)
  -negative N           noise words, 0 for none (5)
  -ns-exponent X        * a noise word is drawn as often as its count to this power; 0: all alike,
                        below 0: rare ones more often (0.75)
  -hs N                 1: hierarchical softmax, alone with -negative 0, or beside the noise (0)
  -softmax N            * 1: exact softmax over the whole vocabulary, no noise; skip-gram unless
                        -cbow 1 (0)
  -softmax-batch N      * centers that share a visit of the vocabulary, fewer where the text
                        repeats itself or alpha is large; 1: one by one (32)
  -softmax-exact N      * 1: such a batch (16) comes to the result of one by one; CBOW always
                        goes one by one (0)
  -softmax-precision fp32|bf16
                        * bf16: products of numbers rounded to 8 bits, faster where the processor
                        has them, but for small batches; sums, W and W' stay fp32 (fp32)
  -softmax-threads owner|hogwild
                        * owner: each thread has its words of the vocabulary, and any number of
                        threads gives the same bytes; hogwild: up to four groups of threads have each
                        their part of the text (owner)
  -block N              * consecutive centers that are trained at once (4; with -hs 1, and of
                        skip-gram with an alpha above 0.035, 1)
  -noise-rows N         * noise words that such a block shares; each counts as much less as they
                        are more than -negative (as many; CBOW a fifth more; skip-gram with an
                        alpha above 0.035 twice as many)
  -cbow-gradient undivided|paper
                        * undivided: a context word gets the whole error, as in the original;
                        paper: its share of it (undivided; with -softmax 1 paper)
  -classes N            write "word class" lines of N k-means classes instead of vectors (0)

Run
  -threads N            threads (12); 0: all cores that this process may use
  -domains N            * groups of cores that share a cache, as if the machine had so many; 0: as
                        they are found (0, or the variable HOGVEC_DOMAINS)
  -pin N                * 1: a thread stays in its group; 0: the system may move it (1 where the
                        process may use the whole machine)
  -iter N               passes over the text; 0 writes the initial vectors (5)
  -alpha X              learning rate at the start (0.05, skip-gram 0.025; CBOW with -softmax 1
                        and the paper's gradient 0.2)
  -min-alpha X          * learning rate that it falls towards (0)
  -seed N               * of all random streams; one thread repeats its bytes (1)
  -debug N              2: progress, 1: vocabulary, 0: neither (2)
  --help, --version     * this text, or the version

Files that are read may be compressed, or pipes, but for models; what is written is compressed where
the name ends in .gz or .zst.
* not in the original tool. The variable HOGVEC_SIMD names the kernels to use.

Examples:
./word2vec -train text.txt -output vectors.bin -binary 1 -size 200 -threads 8
./word2vec -train text.txt -output vectors.txt -softmax 1 -min-count 50

)";

}  // namespace hogvec::tools
