#include "io/vectors_file.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "io/row_blocks.hpp"

namespace hogvec::io {

static_assert(std::endian::native == std::endian::little, "binary rows are written as they lie");

namespace {

constexpr std::size_t kBlockBytes = 256 << 10;  // of text, made at once
constexpr std::size_t kTypicalWord = 8;         // bytes, with its space and the newline
constexpr std::size_t kLongestNumber = 64;      // sign, 39 digits, point, 6 digits

constexpr std::array<char, 200> kDigitPairs = [] {
  std::array<char, 200> pairs{};
  for (int k = 0; k < 100; ++k) {
    pairs[2 * k] = static_cast<char>('0' + k / 10);
    pairs[2 * k + 1] = static_cast<char>('0' + k % 10);
  }
  return pairs;
}();

/// Any float with six decimals as printf's %f gives it: all round the exact value, halves to even.
char* six_decimals(char* begin, char* end, float value) {
  constexpr float kMost = 1e9;  // a million times that is well within the 63 bits of llrint()
  if (!(std::fabs(value) < kMost)) {
    return std::to_chars(begin, end, value, std::chars_format::fixed, 6).ptr;
  }
  // Exact: the 24 bits of the float and the 14 of 5^6 fit into the 53 of a double.
  const double millionths = std::fabs(static_cast<double>(value)) * 1e6;
  const auto number = static_cast<std::uint64_t>(std::llrint(millionths));
  if (std::signbit(value)) *begin++ = '-';
  const std::uint64_t whole = number / 1'000'000;
  if (whole < 10) {
    *begin++ = static_cast<char>('0' + whole);
  } else {
    begin = std::to_chars(begin, end, whole).ptr;
  }
  *begin++ = '.';
  const auto rest = static_cast<std::uint32_t>(number % 1'000'000);
  for (const std::uint32_t pair : {rest / 10'000, rest / 100 % 100, rest % 100}) {
    begin = std::copy_n(kDigitPairs.data() + 2 * pair, 2, begin);
  }
  return begin;
}

void append_row(std::string& out, VectorFormat format, std::string_view word,
                std::span<const float> values) {
  out.append(word);
  char text[kLongestNumber];
  char* const end = text + sizeof text;
  switch (format) {
    case VectorFormat::kBinary:
      out += ' ';
      out.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
      break;
    case VectorFormat::kText:
      out += ' ';
      for (const float value : values) {
        char* const stop = six_decimals(text, end, value);
        *stop = ' ';
        out.append(text, stop + 1);
      }
      break;
    case VectorFormat::kGlove:
      text[0] = ' ';
      for (const float value : values) {
        out.append(text, std::to_chars(text + 1, end, value).ptr);
      }
      break;
  }
  out += '\n';
}

std::size_t typical_number(VectorFormat format) noexcept {
  switch (format) {
    case VectorFormat::kText:
      return 10;  // "-0.123456 "
    case VectorFormat::kGlove:
      return 12;  // " -0.12345678"
    case VectorFormat::kBinary:
      break;
  }
  return sizeof(float);
}

/// What is formatted at once.
struct Block {
  Block(VectorFormat format, std::size_t dim) noexcept
      : row_bytes(dim * typical_number(format) + kTypicalWord),
        rows(std::max<std::size_t>(1, kBlockBytes / row_bytes)) {}

  std::size_t row_bytes;
  std::size_t rows;
};

}  // namespace

std::uint64_t vectors_bytes(VectorFormat format, std::size_t rows, std::size_t dim) noexcept {
  return std::uint64_t{rows} * (kTypicalWord + dim * typical_number(format));
}

void write_vectors(OutputFile& file, VectorFormat format, const VectorRows& vectors) {
  if (format != VectorFormat::kGlove) {
    file.write(std::to_string(vectors.rows) + ' ' + std::to_string(vectors.dim) + '\n');
  }
  write_vector_rows(file, format, vectors);
}

void write_vector_rows(OutputFile& file, VectorFormat format, const VectorRows& vectors) {
  const Block block(format, vectors.dim);
  const auto make = [&](std::size_t first, std::size_t last) {
    std::string out;
    out.reserve(block.rows * block.row_bytes);
    std::vector<float> scratch(vectors.dim);
    for (std::size_t k = first; k < last; ++k) {
      append_row(out, format, vectors.word(k), {vectors.row(k, scratch.data()), vectors.dim});
    }
    return out;
  };
  for_each_block(vectors.rows, block.rows, make, [&](const std::string& out) { file.write(out); });
}

std::size_t writing_memory(std::size_t rows, std::size_t dim, std::size_t threads) noexcept {
  const Block block(VectorFormat::kText, dim);
  const std::size_t blocks = (rows + block.rows - 1) / block.rows;
  // Blocks that are formatted, or wait for their turn, see for_each_block().
  return std::min(blocks, 2 * threads) * block.rows * block.row_bytes;
}

void write_vectors(OutputFile& file, VectorFormat format, ConstMatrixView vectors,
                   const std::function<std::string_view(std::size_t)>& word) {
  write_vectors(
      file, format,
      {vectors.rows(), vectors.dim(), [&](std::size_t k, float*) { return vectors.row(k); }, word});
}

}  // namespace hogvec::io
