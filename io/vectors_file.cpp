#include "io/vectors_file.hpp"

#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>
#include <system_error>
#include <utility>

#include "io/error.hpp"
#include "io/memory_map.hpp"

namespace hogvec::io {

static_assert(std::endian::native == std::endian::little, "binary rows are written as they lie");

namespace {

constexpr std::size_t kBlockBytes = 256 << 10;  // of text, in one pipeline token
constexpr std::size_t kTypicalNumber = 10;      // bytes: "-0.123456 "
constexpr std::size_t kLongestNumber = 64;      // sign, 39 digits, point, 6 digits

constexpr std::string_view kSeparators = " \t\r\n";

/// Any float with six decimals as printf's %f gives it: both round the exact value.
void append_number(std::string& out, float value) {
  char text[kLongestNumber];
  char* const end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, 6).ptr;
  *end = ' ';
  out.append(text, end + 1);
}

void append_row(std::string& out, VectorFormat format, std::string_view word,
                std::span<const float> values) {
  out.append(word);
  out += ' ';
  if (format == VectorFormat::kBinary) {
    out.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  } else {
    for (const float value : values) append_number(out, value);
  }
  out += '\n';
}

/// What is left of a file, and where in it we are.
struct Input {
  const std::string& path;
  std::string_view rest;
  std::size_t row = 0;  // from 1, as in messages

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(path + ": row " + std::to_string(row) + " " + what);
  }
  void skip(std::string_view bytes) {
    rest.remove_prefix(std::min(rest.find_first_not_of(bytes), rest.size()));
  }
};

struct Header {
  std::size_t rows;
  std::size_t dim;
};

Header read_header(Input& in) {
  Header header{};
  bool good = true;
  for (std::size_t* const size : {&header.rows, &header.dim}) {
    in.skip(" \t");
    const auto [end, code] =
        std::from_chars(in.rest.data(), in.rest.data() + in.rest.size(), *size);
    good = good && code == std::errc();
    in.rest.remove_prefix(static_cast<std::size_t>(end - in.rest.data()));
  }
  in.skip(" \t\r");
  if (!good || header.dim == 0 || !(in.rest.empty() || in.rest.starts_with('\n'))) {
    throw Error(in.path +
                ": the first line is not \"ROWS DIMENSIONS\"; give a word2vec vector file");
  }
  in.rest.remove_prefix(std::min<std::size_t>(1, in.rest.size()));
  return header;
}

/// Refuses sizes that would only fill the memory. A row takes a space and `number_bytes` a number.
void check_sizes(const Input& in, const Header& header, std::size_t number_bytes) {
  constexpr std::size_t kMaxDim = std::numeric_limits<std::int32_t>::max();
  const std::size_t size = in.rest.size();
  if (header.dim > kMaxDim ||
      (header.rows > 0 && (header.dim > size / number_bytes ||
                           header.rows > size / (1 + header.dim * number_bytes)))) {
    throw Error(in.path + ": the first line says " + std::to_string(header.rows) + " rows of " +
                std::to_string(header.dim) +
                " numbers, more than the file holds; it is cut off or damaged");
  }
}

/// Reads a number and the byte after it, without which it may be cut off. Returns what is wrong.
const char* read_number(Input& in, float& value) {
  if (in.rest.starts_with('+')) in.rest.remove_prefix(1);
  const char* const begin = in.rest.data();
  const char* const limit = begin + in.rest.size();
  auto [end, code] = std::from_chars(begin, limit, value);
  if (code == std::errc::result_out_of_range) {  // too small or too large for a float
    double wide = 0;
    code = std::from_chars(begin, limit, wide).ec;
    value = static_cast<float>(wide);
  }
  if (code != std::errc()) return "holds something that is not a number";
  if (end == limit) return "is cut off";
  if (kSeparators.find(*end) == std::string_view::npos) {
    return "holds something that is not a number";
  }
  in.rest.remove_prefix(static_cast<std::size_t>(end - begin));
  return nullptr;
}

/// Returns what is wrong with the row, nullptr where nothing is.
const char* read_text_row(Input& in, std::string& word, std::span<float> values) {
  in.skip("\r\n");
  const std::size_t end = std::min(in.rest.find_first_of(kSeparators), in.rest.size());
  word = in.rest.substr(0, end);
  in.rest.remove_prefix(end);
  for (float& value : values) {
    in.skip(" \t");
    if (in.rest.empty()) return "is cut off";
    if (in.rest.front() == '\n' || in.rest.front() == '\r') return "has too few numbers";
    if (const char* const problem = read_number(in, value)) return problem;
  }
  in.skip(" \t\r");
  return in.rest.empty() || in.rest.front() == '\n' ? nullptr : "has too many numbers";
}

const char* read_binary_row(Input& in, std::string& word, std::span<float> values) {
  in.skip("\n");  // of the row before
  const std::size_t space = in.rest.find(' ');
  if (space == std::string_view::npos || in.rest.size() - space - 1 < values.size_bytes()) {
    return "is cut off";
  }
  word = in.rest.substr(0, space);
  std::memcpy(values.data(), in.rest.data() + space + 1, values.size_bytes());
  in.rest.remove_prefix(space + 1 + values.size_bytes());
  return nullptr;
}

/// Text where the first row reads as text. Where it does not, it may still be damaged text: the
/// bytes of binary numbers are not all printable.
VectorFormat detect_format(Input in, std::size_t dim) {
  std::string word;
  std::vector<float> values(dim);
  Input first = in;
  if (read_text_row(first, word, values) == nullptr) return VectorFormat::kText;
  const std::size_t space = in.rest.find(' ');
  if (space == std::string_view::npos) return VectorFormat::kText;
  const std::string_view numbers = in.rest.substr(space + 1, dim * sizeof(float));
  const bool printable = std::all_of(numbers.begin(), numbers.end(), [](unsigned char byte) {
    return byte == '\n' || byte == '\r' || byte == '\t' || (byte >= ' ' && byte < 0x7f);
  });
  return printable ? VectorFormat::kText : VectorFormat::kBinary;
}

}  // namespace

void write_vectors(OutputFile& file, VectorFormat format, const VectorsView& vectors,
                   const std::function<std::string_view(std::size_t)>& word) {
  file.write(std::to_string(vectors.rows) + ' ' + std::to_string(vectors.dim) + '\n');
  const std::size_t row_bytes = vectors.dim * kTypicalNumber + kTypicalNumber;
  const std::size_t block = std::max<std::size_t>(1, kBlockBytes / row_bytes);
  const auto tokens = 2 * static_cast<std::size_t>(tbb::this_task_arena::max_concurrency());
  std::size_t next = 0;
  const auto ranges = tbb::make_filter<void, std::size_t>(
      tbb::filter_mode::serial_in_order, [&](tbb::flow_control& control) {
        if (next >= vectors.rows) control.stop();
        return std::exchange(next, next + block);
      });
  const auto rows = tbb::make_filter<std::size_t, std::string>(
      tbb::filter_mode::parallel, [&](std::size_t first) {
        std::string out;
        out.reserve(block * row_bytes);
        for (std::size_t k = first; k < std::min(first + block, vectors.rows); ++k) {
          append_row(out, format, word(k), {vectors.row(k), vectors.dim});
        }
        return out;
      });
  const auto writer = tbb::make_filter<std::string, void>(
      tbb::filter_mode::serial_in_order, [&](const std::string& out) { file.write(out); });
  tbb::parallel_pipeline(tokens, ranges & rows & writer);
}

WordVectors read_vectors(const std::string& path) {
  const MemoryMap map = MemoryMap::open_file(path);
  Input in{path, {reinterpret_cast<const char*>(map.data()), map.size()}};
  const Header header = read_header(in);
  check_sizes(in, header, sizeof(char) + 1);  // text: a digit and a space at least
  WordVectors vectors;
  vectors.dim = header.dim;
  if (header.rows == 0) return vectors;

  const VectorFormat format = detect_format(in, header.dim);
  if (format == VectorFormat::kBinary) check_sizes(in, header, sizeof(float));
  const auto read_row = format == VectorFormat::kBinary ? read_binary_row : read_text_row;
  vectors.words.resize(header.rows);
  vectors.values.resize(header.rows * header.dim);
  for (std::size_t k = 0; k < header.rows; ++k) {
    in.row = k + 1;
    const std::span<float> values(vectors.values.data() + k * header.dim, header.dim);
    if (const char* const problem = read_row(in, vectors.words[k], values)) in.fail(problem);
  }
  in.skip(kSeparators);
  if (!in.rest.empty()) {
    in.fail("is the last by the first line, but more follows; the file is damaged");
  }
  return vectors;
}

}  // namespace hogvec::io
