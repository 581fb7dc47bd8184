#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <limits>
#include <mutex>
#include <system_error>
#include <tuple>
#include <utility>

#include "io/error.hpp"
#include "io/text_row.hpp"
#include "io/text_start.hpp"
#include "io/vectors_file.hpp"

namespace hogvec::io {

namespace {

constexpr std::size_t kBlockBytes = 256 << 10;  // of the file, in one pipeline token

constexpr char kCutOff[] = "is cut off";

void skip(std::string_view& text, std::string_view bytes) {
  text.remove_prefix(std::min(text.find_first_not_of(bytes), text.size()));
}

std::string_view first_line(std::string_view text) { return take_line(text); }

/// Whether the first line is "ROWS DIMENSIONS", as far as two numbers make it.
bool begins_with_sizes(std::string_view text) {
  std::string_view line = text.substr(0, text.find('\n'));
  for (int words = 0;; ++words) {
    skip(line, " \t\r");
    if (line.empty()) return words == 2;
    const std::string_view word = line.substr(0, line.find_first_of(" \t\r"));
    const bool is_size = word.find_first_not_of("0123456789+-") == std::string_view::npos;
    if (words == 2 || !is_size) return false;
    line.remove_prefix(word.size());
  }
}

/// Reads "ROWS DIMENSIONS\n" off the front of `rest`.
std::pair<std::size_t, std::size_t> read_header(const std::string& path, std::string_view& rest) {
  std::size_t rows = 0;
  std::size_t dim = 0;
  bool good = true;
  for (std::size_t* const size : {&rows, &dim}) {
    skip(rest, " \t");
    const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), *size);
    good = good && code == std::errc();
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  }
  skip(rest, " \t\r");
  if (!good || dim == 0 || !(rest.empty() || rest.starts_with('\n'))) {
    throw Error(path + ": the first line is not \"ROWS DIMENSIONS\"; give a word2vec vector file");
  }
  rest.remove_prefix(std::min<std::size_t>(1, rest.size()));
  return {rows, dim};
}

/// Refuses sizes that would only fill the memory. A row takes a space and `number_bytes` a number.
void check_sizes(const std::string& path, std::size_t size, std::size_t rows, std::size_t dim,
                 std::size_t number_bytes) {
  constexpr std::size_t kMaxDim = std::numeric_limits<std::int32_t>::max();
  if (dim > kMaxDim ||
      (rows > 0 && (dim > size / number_bytes || rows > size / (1 + dim * number_bytes)))) {
    throw CutOff(path + ": the first line says " + std::to_string(rows) + " rows of " +
                 std::to_string(dim) +
                 " numbers, more than the file holds; it is cut off or damaged");
  }
}

/// Takes a word, a space and the numbers off the front; nothing where they are not all there.
std::string_view take_binary_row(std::string_view& rest, std::size_t dim) {
  std::string_view left = rest;
  skip(left, "\n");  // of the row before
  const std::size_t space = left.find(' ');
  const std::size_t bytes = dim * sizeof(float);
  if (space == std::string_view::npos || left.size() - space - 1 < bytes) return {};
  const std::string_view row = left.substr(0, space + 1 + bytes);
  rest = left.substr(row.size());
  return row;
}

/// Text where the first row reads as text. Where it does not, it may still be damaged text: the
/// bytes of binary numbers are not all printable.
VectorFormat detect_format(std::string_view body, std::size_t dim) {
  std::string word;
  std::vector<float> values(dim);
  std::string_view rest = body;
  const TextRowShape shape{dim, false};
  if (read_text_row(take_line(rest), shape, word, values) == nullptr) return VectorFormat::kText;
  const std::size_t space = body.find(' ');
  if (space == std::string_view::npos) return VectorFormat::kText;
  const std::string_view numbers = body.substr(space + 1, dim * sizeof(float));
  const bool printable = std::all_of(numbers.begin(), numbers.end(), [](unsigned char byte) {
    return byte == '\n' || byte == '\r' || byte == '\t' || (byte >= ' ' && byte < 0x7f);
  });
  return printable ? VectorFormat::kText : VectorFormat::kBinary;
}

/// The lowest row that is wrong, whichever thread found it.
class FirstProblem {
 public:
  void report(std::size_t row, const char* what) {
    const std::lock_guard lock(mutex_);
    if (row >= row_) return;
    row_ = row;
    what_ = what;
    found_ = true;
  }
  bool found() const noexcept { return found_; }
  void raise(const std::string& path) const {
    if (!found_) return;
    const std::string message = path + ": row " + std::to_string(row_ + 1) + " " + what_;
    if (what_ == kCutOff) throw CutOff(message);
    throw Error(message);
  }

 private:
  std::mutex mutex_;
  std::atomic<bool> found_ = false;
  std::size_t row_ = std::numeric_limits<std::size_t>::max();
  const char* what_ = nullptr;
};

/// Consecutive rows as they lie in the file.
struct RowBlock {
  std::size_t first;
  std::vector<std::string_view> rows;
};

}  // namespace

VectorsFile::VectorsFile(Content content, const VectorsWanted& wanted)
    : content_(std::move(content)), body_(text_of(content_)) {
  const bool has_header =
      wanted.format ? *wanted.format != VectorFormat::kGlove : begins_with_sizes(body_);
  if (has_header) {
    std::tie(rows_, shape_.dim) = read_header(path(), body_);
  } else {
    open_glove();
  }
  more_rows_ = rows_ > wanted.most_rows;
  rows_ = std::min(rows_, wanted.most_rows);
  if (has_header) find_format(wanted.format);
}

void VectorsFile::find_format(std::optional<VectorFormat> wanted) {
  check_sizes(path(), body_.size(), rows_, dim(), sizeof(char) + 1);  // text: a digit and a space
  if (rows_ == 0) return;
  format_ = wanted ? *wanted : detect_format(body_, dim());
  if (format_ == VectorFormat::kBinary) {
    check_sizes(path(), body_.size(), rows_, dim(), sizeof(float));
  } else {
    shape_.ends_in_separator = shape_of_row(first_line(body_)).ends_in_separator;
  }
}

void VectorsFile::open_glove() {
  format_ = VectorFormat::kGlove;
  std::string_view rest = body_;
  shape_ = shape_of_row(take_line(rest));
  if (dim() < 2) {  // one number a word is a vocabulary
    throw Error(path() +
                ": the first line is neither \"ROWS DIMENSIONS\" nor a word and the numbers of a "
                "vector; give "
                "vectors of word2vec or GloVe, a model file or a .npy file");
  }
  for (rows_ = 1; !take_line(rest).empty();) ++rows_;
  // A digit and a space a number: what cannot be there would only fill the memory.
  if (rows_ > body_.size() / (2 * dim())) require_numbers();
}

/// Errors: the first line that has fewer numbers than the first one.
void VectorsFile::require_numbers() const {
  std::string_view rest = body_;
  for (std::size_t row = 1; row <= rows_; ++row) {
    if (words_behind_first(take_line(rest)) >= dim()) continue;
    throw Error(path() + ": row " + std::to_string(row) + " has too few numbers");
  }
}

std::vector<std::string> VectorsFile::read(
    std::size_t count, float* values, std::size_t stride,
    const std::function<void(std::size_t, std::size_t)>& ready) const {
  return read_unchanged(content_, [&] { return read_rows(count, values, stride, ready); });
}

std::vector<std::string> VectorsFile::read_rows(
    std::size_t count, float* values, std::size_t stride,
    const std::function<void(std::size_t, std::size_t)>& ready) const {
  count = std::min(count, rows_);
  std::vector<std::string> words(count);
  const bool binary = format_ == VectorFormat::kBinary;
  const std::size_t block_rows = std::max<std::size_t>(1, kBlockBytes / (dim() * sizeof(float)));
  FirstProblem problem;
  std::string_view rest = body_;
  std::size_t next = 0;

  // Where a row begins is known once the one before has been looked at: of a binary row, its word.
  const auto find_rows = [&](tbb::flow_control& control) {
    RowBlock block{next, {}};
    if (next == count || problem.found()) {
      control.stop();
      return block;
    }
    block.rows.reserve(std::min(block_rows, count - next));
    for (; block.rows.size() < block_rows && next < count; ++next) {
      const std::string_view row = binary ? take_binary_row(rest, dim()) : take_line(rest);
      if (row.empty()) {
        problem.report(next, kCutOff);
        break;
      }
      block.rows.push_back(row);
    }
    return block;
  };
  const auto fill_rows = [&](const RowBlock& block) {
    for (std::size_t k = 0; k < block.rows.size(); ++k) {
      const std::string_view row = block.rows[k];
      float* const to = values + (block.first + k) * stride;
      std::string& word = words[block.first + k];
      if (binary) {
        const std::size_t bytes = dim() * sizeof(float);
        word = row.substr(0, row.size() - bytes - 1);
        std::memcpy(to, row.data() + row.size() - bytes, bytes);
      } else if (const char* const what = read_text_row(row, shape_, word, {to, dim()})) {
        problem.report(block.first + k, what);
        return;
      }
    }
    if (ready && !block.rows.empty()) ready(block.first, block.first + block.rows.size());
  };
  const auto tokens = 2 * static_cast<std::size_t>(tbb::this_task_arena::max_concurrency());
  tbb::parallel_pipeline(
      tokens, tbb::make_filter<void, RowBlock>(tbb::filter_mode::serial_in_order, find_rows) &
                  tbb::make_filter<RowBlock, void>(tbb::filter_mode::parallel, fill_rows));
  problem.raise(path());

  skip(rest, " \t\r\n");
  if (count == rows_ && count > 0 && !more_rows_ && !rest.empty()) {
    problem.report(count - 1,
                   "is the last by the first line, but more follows; the file is damaged");
    problem.raise(path());
  }
  return words;
}

WordVectors read_vectors(const std::string& path) {
  const VectorsFile file(path);
  WordVectors vectors;
  vectors.dim = file.dim();
  vectors.values.resize(file.rows() * file.dim());
  vectors.words = file.read(file.rows(), vectors.values.data(), file.dim());
  return vectors;
}

}  // namespace hogvec::io
