// word-map VECTORS...: a page with a map of words, and the same for TensorFlow's projector.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <unordered_map>

#include "engine/query/row_search.hpp"
#include "engine/workers.hpp"
#include "io/content.hpp"
#include "io/error.hpp"
#include "io/output_file.hpp"
#include "io/vocabulary_file.hpp"
#include "tools/command_line.hpp"
#include "tools/console.hpp"
#include "tools/map/map_data.hpp"
#include "tools/map/projection.hpp"
#include "tools/map/projector_files.hpp"
#include "tools/map/tsne.hpp"
#include "tools/page/page.hpp"

namespace hogvec::tools {

namespace {

constexpr std::string_view kName = "word-map";
constexpr std::size_t kMostWords = 200000;
constexpr std::size_t kMostForTsne = 10000;  // by itself: what takes minutes is asked for
constexpr std::size_t kMostAsked = 5000;     // words that trustworthiness and continuity sum over

constexpr std::string_view kUsage =
    R"(Usage: word-map VECTORS [VECTORS] -output FILE [-projector DIR] [-top N] [-projection NAME]
       [-perplexity X] [-seed N] [-neighbors N] [-classes N] [-counts FILE] [-table FILE]
       [-column NAME]... [-python PROGRAM] [-threads N]
Draws a map of the most frequent words as one HTML file, which needs no network and no server: words
whose vectors are near to each other stand together, as far as a plane allows. How far that is stands
on the page, as trustworthiness and continuity.

  VECTORS           word vectors of word2vec, binary or text, of GloVe or of NumPy (.npy, with the
                    words in .words), or a model file. Of two, the words that both have, side by
                    side, and those that have lost most of their neighbors
  -output FILE      where the page goes
  -projector DIR    write vectors.tsv, metadata.tsv, projector_config.pbtxt and config.json into this
                    folder, for TensorFlow's Embedding Projector; of one VECTORS
  -top N            how many words, from the beginning of the file (3000, at most 200000): word2vec's
                    files have the most frequent first. Of two, in the order of the first
  -projection tsne|pca
                    tsne    near words are near, and no more is meant; by scikit-learn
                    pca     the two principal components: fast, and coarse
                    without it t-SNE up to 10000 words where there is Python 3 with scikit-learn
                    (in Debian python3-sklearn), else PCA
  -perplexity X     about how many neighbors count for t-SNE (30)
  -seed N           of what is left to chance (1); the same seed gives the same bytes
  -neighbors N      neighbors of each word that the page has (10, at most 50)
  -classes N        classes of k-means to colour by (8; 0: none)
  -counts FILE      a vocabulary or model file with the counts of words; a model file has its own
  -table FILE       a table to colour by, tabs between its cells: a line of names, then a line a
                    word, which is in the first column
  -column NAME      take this column of the table, and no others; may be given several times
  -python PROGRAM   the Python that has scikit-learn (python3, else /usr/bin/python3, Debian's)
  -threads N        threads to read and to search with (0: all cores); t-SNE has one
  --help, --version

Trustworthiness falls where words stand together that are far from each other, continuity where near
words stand apart; both are 1 at best, and about 0.5 where words are placed by chance. With more than
5000 words they are summed over 5000 of them.
)";

struct Options {
  std::vector<std::string> vectors;
  std::string output;
  std::string projector;
  std::string counts;
  std::string table;
  std::vector<std::string> columns;
  std::vector<std::string> pythons = {"python3", "/usr/bin/python3"};
  std::string projection;  // empty: what there is
  std::size_t top = 0;
  std::size_t neighbors = 0;
  std::size_t classes = 0;
  std::size_t seed = 0;
  double perplexity = 0;
  int threads = 1;
};

std::string text_of(CommandLine& line, std::string_view flag) {
  const char* const text = line.file(flag);
  return text == nullptr ? "" : text;
}

std::size_t whole(CommandLine& line, std::string_view flag, std::int64_t least, std::int64_t most,
                  std::int64_t otherwise) {
  return static_cast<std::size_t>(line.integer(flag, least, most).value_or(otherwise));
}

void read_flags(CommandLine& line, Options& options) {
  options.output = output_path(text_of(line, "-output"));
  options.projector = text_of(line, "-projector");
  options.counts = text_of(line, "-counts");
  options.table = text_of(line, "-table");
  options.columns = line.values("-column");
  if (const char* const python = line.file("-python")) options.pythons = {python};
  if (const char* const name = line.value("-projection")) options.projection = name;
  options.top = whole(line, "-top", 1, kMostWords, 3000);
  options.neighbors = whole(line, "-neighbors", 1, 50, 10);
  options.classes = whole(line, "-classes", 0, 1000, 8);
  options.seed = whole(line, "-seed", 0, std::numeric_limits<std::int64_t>::max(), 1);
  options.perplexity = line.number("-perplexity").value_or(30);
  options.threads = threads_of(line);
}

/// Errors: flags that do not fit each other.
void check(const Options& options) {
  const std::string& name = options.projection;
  if (!name.empty() && name != "tsne" && name != "pca") {
    throw Error(fmt::format("-projection {}: want tsne or pca", name));
  }
  if (options.perplexity < 1 || options.perplexity > 1000) {
    throw Error("-perplexity: want a number from 1 to 1000");
  }
  if (options.output.empty() && options.projector.empty()) {
    throw Error("name where the page goes with -output FILE, or a folder with -projector DIR");
  }
  if (!options.projector.empty() && options.vectors.size() > 1) {
    throw Error("-projector: takes one file of vectors; leave the second out");
  }
  if (!options.columns.empty() && options.table.empty()) {
    throw Error("-column: belongs to a -table, and there is none; leave it out");
  }
}

Options options_of(CommandLine& line) {
  Options options;
  read_flags(line, options);
  for (const char* file; (file = line.next_file()) != nullptr;) options.vectors.emplace_back(file);
  warn_of_extra_words(kName, line);
  if (options.vectors.empty()) throw Error("name the vectors: word-map VECTORS -output FILE");
  if (options.vectors.size() > 2) {
    throw Error(fmt::format("{}: a map has two files of vectors at most", options.vectors[2]));
  }
  check(options);
  return options;
}

std::vector<std::string> inputs_of(const Options& options) {
  std::vector<std::string> inputs = options.vectors;
  for (const std::string& path : {options.counts, options.table}) {
    if (!path.empty()) inputs.push_back(path);
  }
  return inputs;
}

/// Opened before the work.
struct Outputs {
  explicit Outputs(const Options& options) {
    if (!options.output.empty()) {
      for (const std::string& input : inputs_of(options)) {
        if (!io::same_file(options.output, input)) continue;
        throw Error(fmt::format("-output {}: this is an input; name another file", options.output));
      }
      page = std::make_unique<io::OutputFile>(options.output);
    }
    if (!options.projector.empty()) {
      projector = std::make_unique<ProjectorFiles>(options.projector);
    }
  }
  std::unique_ptr<io::OutputFile> page;
  std::unique_ptr<ProjectorFiles> projector;
};

/// On stderr, and on the page.
void tell(MapData& data, const std::string& what) {
  complain(kName, "warning: " + what);
  data.notes.push_back(what);
}

MapData read_words(const Options& options) {
  MapData data;
  const bool two = options.vectors.size() > 1;
  for (const std::string& path : options.vectors) {
    const std::size_t rows = two ? static_cast<std::size_t>(-1) : options.top;
    data.models.push_back({read_map_vectors(path, rows), {}, {}, {}});
  }
  if (two) keep_common_words(data.models[0].vectors, data.models[1].vectors, options.top);
  for (const MapModel& model : data.models) {
    for (const std::string& note : model.vectors.notes) tell(data, note);
  }
  data.counts = data.models[0].vectors.counts;
  return data;
}

void read_counts(MapData& data, const std::string& path) {
  std::unordered_map<std::string, std::uint64_t> counts;
  for (const auto& [word, count] : io::read_vocabulary_file(path)) counts.emplace(word, count);
  data.counts.clear();
  std::size_t missing = 0;
  for (const std::string& word : data.models[0].vectors.words) {
    const auto found = counts.find(word);
    missing += found == counts.end();
    data.counts.push_back(found == counts.end() ? 0 : found->second);
  }
  if (missing == data.counts.size()) throw Error(path + ": has none of the words that are shown");
  if (missing > 0) {
    tell(data,
         fmt::format("{}: has no count of {} of the words that are shown, which are taken for 0",
                     name_of_file(path), with_commas(missing)));
  }
}

void read_table(MapData& data, const Options& options) {
  const std::vector<std::string>& words = data.models[0].vectors.words;
  WordTable table = read_word_table(options.table, options.columns, words);
  for (const std::string& note : table.notes) tell(data, note);
  if (table.found < words.size()) {
    tell(data, fmt::format("{}: has {} of the {} words that are shown", name_of_file(options.table),
                           with_commas(table.found), with_commas(words.size())));
  }
  data.columns = std::move(table.columns);
}

/// What is asked for, or what there is.
ProjectionSettings settings_of(MapData& data, const Options& options) {
  ProjectionSettings settings;
  settings.perplexity = options.perplexity;
  settings.seed = options.seed;
  settings.threads = options.threads;
  const std::size_t words = data.models[0].vectors.size();
  if (options.projection == "pca") return settings;
  if (words < kFewestForTsne) {
    tell(data,
         fmt::format("fewer than {} words are too few for t-SNE; PCA places them", kFewestForTsne));
    return settings;
  }
  const bool asked = options.projection == "tsne";
  if (!asked && words > kMostForTsne) {
    tell(data,
         fmt::format("{} words are placed by PCA; t-SNE, which shows more, takes minutes with "
                     "more than {} and is made by -projection tsne",
                     with_commas(words), with_commas(kMostForTsne)));
    return settings;
  }
  for (const std::string& python : options.pythons) {
    settings.python = python;
    settings.library = scikit_learn_version(python);
    if (!settings.library.empty()) break;
  }
  if (settings.library.empty()) {
    const std::string lacks =
        fmt::format("{} has no scikit-learn (in Debian: python3-sklearn), which t-SNE needs",
                    options.pythons.front());
    if (asked) throw Error(lacks + "; install it, or use -projection pca");
    tell(data, lacks + "; words are placed by PCA");
    return settings;
  }
  settings.projection = Projection::kTsne;
  return settings;
}

/// The neighbors of all words, as many as anybody wants.
void find_neighbors(MapData& data, const Options& options, const ProjectionSettings& settings) {
  const std::size_t words = data.models[0].vectors.size();
  data.neighbors = std::min(options.neighbors, words - 1);
  std::size_t count = data.neighbors;
  if (settings.projection == Projection::kTsne) {
    const double perplexity = possible_perplexity(settings.perplexity, words);
    count = std::max(count, tsne_neighbors(perplexity, words));
  }
  if (data.models.size() > 1) count = std::max(count, moved_neighbors(words));
  std::vector<std::vector<std::size_t>> self(words);
  for (std::size_t k = 0; k < words; ++k) self[k] = {k};
  for (MapModel& model : data.models) {
    const ConstMatrixView unit = model.vectors.unit;
    model.nearest =
        nearest_rows({unit, RowSelection::range(0, words), unit, options.threads}, count, self);
  }
}

/// t-SNE says nothing while it works. What one core needs, within a factor of two; more for a word
/// where what all words have does not fit into its caches.
void tell_how_long(const MapData& data, const ProjectionSettings& settings) {
  constexpr double kSecondsAWord = 0.007;
  const std::size_t words = data.models[0].vectors.size();
  const auto count = static_cast<double>(words);
  const double seconds = kSecondsAWord * count * std::sqrt(std::max(1.0, count / kMostForTsne)) *
                         static_cast<double>(data.models.size());
  if (settings.projection != Projection::kTsne || seconds < 10) return;
  complain(kName, fmt::format("t-SNE of {} words takes about {}", with_commas(words),
                              seconds < 90 ? fmt::format("{:.0f} seconds", seconds)
                                           : fmt::format("{:.0f} minutes", seconds / 60)));
}

MapData make_map(const Options& options) {
  MapData data = read_words(options);
  if (!options.counts.empty()) read_counts(data, options.counts);
  if (!options.table.empty()) read_table(data, options);
  const ProjectionSettings settings = settings_of(data, options);
  find_neighbors(data, options, settings);
  tell_how_long(data, settings);
  project(data, settings);
  for (MapModel& model : data.models) {
    model.quality =
        map_quality(model.vectors.unit, model.points, kMostAsked, options.seed, options.threads);
  }
  const std::size_t classes = std::min(options.classes, data.models[0].vectors.size());
  if (classes > 0) {
    data.classes = word_classes(data.models[0].vectors.unit, classes, options.threads);
  }
  if (data.models.size() > 1) {
    data.moved = moved_words(data.models[0].nearest, data.models[1].nearest);
  }
  return data;
}

void run_map(const Options& options) {
  io::require_read_once(inputs_of(options));
  Outputs outputs(options);
  const MapData data = make_map(options);
  if (outputs.projector) outputs.projector->write(data);
  if (!outputs.page) return;
  outputs.page->write(html_page(kName, map_title(data), map_json(data)));
  outputs.page->commit();
}

}  // namespace
}  // namespace hogvec::tools

int main(int argc, char** argv) {
  using namespace hogvec::tools;
  return run_with_flags(kName, kUsage, argc, argv, [](CommandLine& line) {
    const Options options = options_of(line);
    hogvec::run_with_threads(options.threads, [&] { run_map(options); });
  });
}
