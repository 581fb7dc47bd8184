#include "io/vectors_file.hpp"

#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <utility>

namespace hogvec::io {

static_assert(std::endian::native == std::endian::little, "binary rows are written as they lie");

namespace {

constexpr std::size_t kBlockBytes = 256 << 10;  // of text, in one pipeline token
constexpr std::size_t kTypicalNumber = 10;      // bytes: "-0.123456 "
constexpr std::size_t kTypicalWord = 8;         // bytes, with its space and the newline
constexpr std::size_t kLongestNumber = 64;      // sign, 39 digits, point, 6 digits

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

}  // namespace

std::uint64_t vectors_bytes(VectorFormat format, std::size_t rows, std::size_t dim) noexcept {
  const std::size_t number = format == VectorFormat::kBinary ? sizeof(float) : kTypicalNumber;
  return std::uint64_t{rows} * (kTypicalWord + dim * number);
}

void write_vectors(OutputFile& file, VectorFormat format, ConstMatrixView vectors,
                   const std::function<std::string_view(std::size_t)>& word) {
  file.write(std::to_string(vectors.rows()) + ' ' + std::to_string(vectors.dim()) + '\n');
  const std::size_t row_bytes = vectors.dim() * kTypicalNumber + kTypicalWord;
  const std::size_t block = std::max<std::size_t>(1, kBlockBytes / row_bytes);
  const auto tokens = 2 * static_cast<std::size_t>(tbb::this_task_arena::max_concurrency());
  std::size_t next = 0;
  const auto ranges = tbb::make_filter<void, std::size_t>(
      tbb::filter_mode::serial_in_order, [&](tbb::flow_control& control) {
        if (next >= vectors.rows()) control.stop();
        return std::exchange(next, next + block);
      });
  const auto rows = tbb::make_filter<std::size_t, std::string>(
      tbb::filter_mode::parallel, [&](std::size_t first) {
        std::string out;
        out.reserve(block * row_bytes);
        for (std::size_t k = first; k < std::min(first + block, vectors.rows()); ++k) {
          append_row(out, format, word(k), {vectors.row(k), vectors.dim()});
        }
        return out;
      });
  const auto writer = tbb::make_filter<std::string, void>(
      tbb::filter_mode::serial_in_order, [&](const std::string& out) { file.write(out); });
  tbb::parallel_pipeline(tokens, ranges & rows & writer);
}

}  // namespace hogvec::io
