#include "tools/convert_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

#include "io/error.hpp"
#include "io/new_file.hpp"
#include "io/npy_file.hpp"
#include "io/packing.hpp"
#include "io/row_blocks.hpp"
#include "io/text_start.hpp"
#include "io/vectors_file.hpp"
#include "io/vocabulary_file.hpp"
#include "io/word_list.hpp"

namespace hogvec::tools {

namespace {

constexpr std::array<std::pair<std::string_view, ConvertFormat>, 5> kNames = {
    {{"text", ConvertFormat::kText},
     {"binary", ConvertFormat::kBinary},
     {"npy", ConvertFormat::kNpy},
     {"glove", ConvertFormat::kGlove},
     {"model", ConvertFormat::kModel}}};

constexpr std::array<std::pair<std::string_view, ConvertFormat>, 7> kEnds = {
    {{".glove.txt", ConvertFormat::kGlove},
     {".glove", ConvertFormat::kGlove},
     {".txt", ConvertFormat::kText},
     {".vec", ConvertFormat::kText},
     {".bin", ConvertFormat::kBinary},
     {".npy", ConvertFormat::kNpy},
     {".model", ConvertFormat::kModel}}};

/// The bytes that no word may have, because they end it.
std::string_view word_ends(ConvertFormat format) noexcept {
  switch (format) {
    case ConvertFormat::kText:
    case ConvertFormat::kGlove:
      return " \t\r\n";
    case ConvertFormat::kBinary:
      return " \n";
    case ConvertFormat::kNpy:
      return "\r\n";
    case ConvertFormat::kModel:
      break;
  }
  return "";
}

void check_words(const VectorsInput& input, ConvertFormat format) {
  const std::string_view ends = word_ends(format);
  for (std::size_t row = 0; row < input.rows(); ++row) {
    if (input.word(row).find_first_of(ends) == std::string_view::npos) continue;
    throw Error(
        fmt::format("{}: row {} has the word \"{}\", with a space or the end of a line, which the "
                    "format of the "
                    "output cannot hold; a model file can",
                    input.path(), row + 1, shortened(input.word(row))));
  }
  const bool begins_file = format == ConvertFormat::kNpy || format == ConvertFormat::kGlove;
  if (begins_file && !io::can_begin_text(input.word(0))) {
    throw Error(fmt::format(
        "{}: row 1 has the word \"{}\", which at the beginning of a file would be taken "
        "for a byte order mark or something else; a model file, or word2vec's formats, "
        "can hold it",
        input.path(), shortened(input.word(0))));
  }
}

/// The rows that are asked for.
class Rows {
 public:
  Rows(const VectorsInput& input, const ConvertOutput& output)
      : input_(input), matrix_(output.matrix), normalize_(output.normalize) {
    if (matrix_ == ConvertMatrix::kInput || !input.output().empty()) return;
    throw Error(input.path() + ": has no output vectors of its words, W'; use -matrix input");
  }

  /// Row k, where it lies or in `scratch`. Errors: it has a number that is not finite.
  const float* operator()(std::size_t k, float* scratch) const {
    const float* row =
        (matrix_ == ConvertMatrix::kOutput ? input_.output() : input_.input()).row(k);
    if (matrix_ == ConvertMatrix::kSum) {
      std::transform(row, row + dim(), input_.output().row(k), scratch, std::plus<>());
      row = scratch;
    }
    if (!std::all_of(row, row + dim(), [](float value) { return std::isfinite(value); })) {
      throw Error(fmt::format("{}: row {}, \"{}\", has a number that is not finite; leave it out",
                              input_.path(), k + 1, shortened(input_.word(k))));
    }
    if (normalize_) row = normalized(row, scratch);
    return row;
  }

 private:
  std::size_t dim() const noexcept { return input_.dim(); }

  const float* normalized(const float* row, float* scratch) const {
    double squares = 0;  // of floats, which cannot pass its range
    for (std::size_t i = 0; i < dim(); ++i) squares += double{row[i]} * double{row[i]};
    const double length = squares == 0 ? 1 : std::sqrt(squares);
    std::transform(row, row + dim(), scratch,
                   [length](float value) { return static_cast<float>(value / length); });
    return scratch;
  }

  const VectorsInput& input_;
  ConvertMatrix matrix_;
  bool normalize_;
};

std::uint64_t word_bytes(const VectorsInput& input) {
  std::uint64_t bytes = 0;
  for (std::size_t row = 0; row < input.rows(); ++row) bytes += input.word(row).size() + 1;
  return bytes;
}

io::VectorRows rows_of(const VectorsInput& input, const Rows& rows) {
  return {input.rows(), input.dim(), rows, [&input](std::size_t k) { return input.word(k); }};
}

io::VectorFormat vector_format(ConvertFormat format) noexcept {
  if (format == ConvertFormat::kText) return io::VectorFormat::kText;
  return format == ConvertFormat::kGlove ? io::VectorFormat::kGlove : io::VectorFormat::kBinary;
}

void write_vectors(const VectorsInput& input, const Rows& rows, ConvertFormat name,
                   io::OutputFile& file) {
  const io::VectorFormat format = vector_format(name);
  const io::SpaceNeed need{&file, io::vectors_bytes(format, input.rows(), input.dim())};
  io::require_space({&need, 1});
  io::write_vectors(file, format, rows_of(input, rows));
  input.require_unchanged();
  file.commit();
}

void write_npy(const VectorsInput& input, const Rows& rows, io::OutputFile& file,
               io::OutputFile& words) {
  const std::array<io::SpaceNeed, 2> needs = {
      {{&file, io::npy_bytes(input.rows(), input.dim())}, {&words, word_bytes(input)}}};
  io::require_space(needs);
  io::write_npy(file, rows_of(input, rows));
  io::write_word_list(words, input.rows(), [&](std::size_t k) { return input.word(k); });
  input.require_unchanged();
  words.commit();
  file.commit();
}

/// The words with the counts of the vocabulary file, or of the input.
std::vector<io::WordCount> counted_words(const VectorsInput& input, const std::string& counts) {
  std::vector<io::WordCount> words;
  words.reserve(input.rows());
  for (std::size_t k = 0; k < input.rows(); ++k) {
    words.push_back({std::string(input.word(k)), counts.empty() ? input.count(k) : 0});
  }
  if (counts.empty()) return words;
  std::unordered_map<std::string, std::uint64_t> known;
  for (io::WordCount& entry : io::read_vocabulary_file(counts)) {
    known.emplace(std::move(entry.word), entry.count);
  }
  for (io::WordCount& entry : words) {
    const auto found = known.find(entry.word);
    if (found != known.end()) entry.count = found->second;
  }
  return words;
}

/// A finished model of which nothing but words, counts and vectors is known.
void write_model(const VectorsInput& input, const Rows& rows, const ConvertOutput& output) {
  constexpr std::size_t kBlockBytes = 256 << 10;
  constexpr std::string_view kPlan = "{}";
  const std::vector<io::WordCount> words = counted_words(input, output.counts);
  std::vector<io::ModelSection> sections = io::word_sections(words);
  sections.push_back(io::ModelSection::matrix("input", input.rows(), input.dim()));
  sections.push_back({.name = "plan", .bytes = kPlan.size()});
  io::ModelFile file = io::ModelFile::create(output.path, sections);
  io::write_word_sections(file, words);
  std::copy_n(reinterpret_cast<const std::byte*>(kPlan.data()), kPlan.size(),
              file.writable_section("plan").data());
  const MatrixView matrix = file.writable_matrix("input");
  const auto copy_rows = [&](std::size_t first, std::size_t last) {
    std::vector<float> scratch(matrix.dim());
    for (std::size_t k = first; k < last; ++k) {
      std::copy_n(rows(k, scratch.data()), matrix.dim(), matrix.row(k));
    }
    return std::string();
  };
  const std::size_t block = kBlockBytes / (matrix.stride() * sizeof(float));
  io::for_each_block(input.rows(), std::max<std::size_t>(1, block), copy_rows,
                     [](const std::string&) {});
  input.require_unchanged();
  file.seal("input");
  file.seal("plan");
  file.commit(io::ModelState::kFinished, true);
  file.publish();
}

}  // namespace

std::optional<ConvertFormat> format_named(std::string_view name) noexcept {
  for (const auto& [known, format] : kNames) {
    if (known == name) return format;
  }
  return std::nullopt;
}

std::optional<ConvertFormat> format_of_path(std::string_view path) noexcept {
  path.remove_suffix(io::packing_name(path).size());
  for (const auto& [end, format] : kEnds) {
    if (path.ends_with(end)) return format;
  }
  return std::nullopt;
}

ConvertFiles::ConvertFiles(const ConvertOutput& output) {
  if (output.format == ConvertFormat::kModel) {
    const io::FilePlace place(output.path);
    io::refuse_unfinished_run(output.path);
    return;
  }
  vectors = std::make_unique<io::OutputFile>(output.path);
  if (output.format != ConvertFormat::kNpy) return;
  if (output.words.empty() && vectors->is_straight()) {
    throw Error(output.path +
                ": has no place beside it for the words of a .npy file; name one with -words FILE");
  }
  words = std::make_unique<io::OutputFile>(output.word_list());
  if (vectors->same_place(*words)) {
    throw Error(output.path + ": is to hold the vectors and their words; name two files");
  }
}

void write_output(const VectorsInput& input, const ConvertOutput& output,
                  const ConvertFiles& files) {
  const Rows rows(input, output);
  check_words(input, output.format);
  switch (output.format) {
    case ConvertFormat::kText:
    case ConvertFormat::kBinary:
    case ConvertFormat::kGlove:
      return write_vectors(input, rows, output.format, *files.vectors);
    case ConvertFormat::kNpy:
      return write_npy(input, rows, *files.vectors, *files.words);
    case ConvertFormat::kModel:
      return write_model(input, rows, output);
  }
}

}  // namespace hogvec::tools
