// convert INPUT -output FILE: word vectors from one format into another.
#include <fmt/format.h>

#include "engine/workers.hpp"
#include "io/error.hpp"
#include "io/output_file.hpp"
#include "tools/command_line.hpp"
#include "tools/console.hpp"
#include "tools/convert_info.hpp"
#include "tools/convert_output.hpp"
#include "tools/vectors_input.hpp"

namespace hogvec::tools {

namespace {

constexpr std::string_view kName = "convert";

constexpr std::string_view kUsage =
    R"(Usage: convert INPUT -output FILE [-format NAME] [-matrix NAME] [-normalize N] [-words FILE]
       [-counts FILE] [-threads N]
       convert -info FILE
Writes word vectors in another format, whole or not at all.

  INPUT           a model file, vectors of word2vec (binary or text) or of GloVe, or a .npy file;
                  what it is it shows itself. Not a model, it may be compressed, a pipe, or -
  -output FILE    where the vectors go; compressed where its name ends in .gz or .zst
  -format text|binary|npy|glove|model
                  text, binary    of word2vec (.txt, .vec; .bin)
                  npy             NumPy's matrix of float32, and a list of the words (.npy)
                  glove           text without the first line (.glove, .glove.txt)
                  model           a model file, which the query programs open at once (.model)
                  without it, what the name of the output ends in says it
  -matrix input|output|sum
                  of a model file: W, W' or W + W' (input)
  -normalize N    1: scale vectors to length 1 (0)
  -words FILE     the words of a .npy INPUT, one a line; of another INPUT, where those of a .npy
                  output go (the name of the .npy file, with .words)
  -counts FILE    for a model file: word counts from a vocabulary or model file (those of INPUT; 0
                  for words that have none)
  -threads N      threads to read and to write with (0: all cores)
  -info FILE      print what a file is: words, dimensions, of a model file its state, sections and
                  settings
  --help, --version
)";

struct Options {
  std::string info;
  std::string input;
  std::string words;
  ConvertOutput output;
  int threads = 1;
};

std::string text_of(CommandLine& line, std::string_view flag) {
  const char* const text = line.value(flag);
  return text == nullptr ? "" : text;
}

ConvertFormat format_of(CommandLine& line, const std::string& path) {
  const std::string name = text_of(line, "-format");
  const auto format = name.empty() ? format_of_path(path) : format_named(name);
  if (format) return *format;
  if (name.empty()) {
    throw Error(
        fmt::format("-output {}: the name does not say which format; give -format text, "
                    "binary, npy, glove or model",
                    path));
  }
  throw Error(fmt::format("-format {}: want text, binary, npy, glove or model", name));
}

ConvertMatrix matrix_of(CommandLine& line) {
  const std::string name = text_of(line, "-matrix");
  if (name.empty() || name == "input") return ConvertMatrix::kInput;
  if (name == "output") return ConvertMatrix::kOutput;
  if (name == "sum") return ConvertMatrix::kSum;
  throw Error(fmt::format("-matrix {}: want input, output or sum", name));
}

/// Errors: an output that is an input; flags that do not fit the formats.
void check(const Options& options, bool npy_input) {
  const ConvertOutput& output = options.output;
  const bool npy_output = output.format == ConvertFormat::kNpy;
  if (!options.words.empty() && !npy_input && !npy_output) {
    throw Error("-words: belongs to a .npy file, and there is none; leave it out");
  }
  if (!output.counts.empty() && output.format != ConvertFormat::kModel) {
    throw Error("-counts: only a model file holds counts; leave it out, or use -format model");
  }
  const std::string words = npy_output ? output.word_list() : "";
  for (const std::string& written : {output.path, words}) {
    for (const std::string& read :
         {options.input, output.counts, npy_input ? options.words : std::string()}) {
      if (written.empty() || read.empty() || !io::same_file(written, read)) continue;
      throw Error(fmt::format("-output {}: this is an input; name another file", written));
    }
  }
}

Options options_of(CommandLine& line) {
  Options options;
  options.info = text_of(line, "-info");
  ConvertOutput& output = options.output;
  output.path = output_path(text_of(line, "-output"));
  if (!options.info.empty() && !output.path.empty()) {
    throw Error("-info: tells what a file is and writes none; leave -output out");
  }
  if (!output.path.empty()) output.format = format_of(line, output.path);
  output.matrix = matrix_of(line);
  output.normalize = line.integer("-normalize", 0, 1).value_or(0) != 0;
  options.words = text_of(line, "-words");
  output.counts = text_of(line, "-counts");
  options.threads = threads_of(line);
  if (options.info.empty()) {
    const char* const input = line.next_operand();
    if (input == nullptr) throw Error("name the file to convert: convert INPUT -output FILE");
    options.input = input;
    if (output.path.empty()) {
      throw Error(fmt::format("{}: name where it goes with -output FILE", options.input));
    }
  }
  warn_of_extra_words(kName, line);
  return options;
}

void convert(Options options) {
  io::Content content(options.input);
  const bool npy_input = io::is_npy(content.bytes());
  ConvertOutput& output = options.output;
  if (!npy_input) output.words = options.words;
  check(options, npy_input);
  const ConvertFiles files(output);
  run_with_threads(options.threads, [&] {
    const VectorsInput input(std::move(content), npy_input ? options.words : "");
    warn_of_repeated_words(kName, input.path(), input.repeated());
    write_output(input, output, files);
  });
}

}  // namespace
}  // namespace hogvec::tools

int main(int argc, char** argv) {
  using namespace hogvec::tools;
  return run_with_flags(kName, kUsage, argc, argv, [](CommandLine& line) {
    const Options options = options_of(line);
    if (options.info.empty()) return convert(options);
    print(describe_file(options.info));
  });
}
