#include "io/npy_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>
#include <utility>

#include "io/error.hpp"
#include "io/packing.hpp"
#include "io/row_blocks.hpp"
#include "io/word_list.hpp"

namespace hogvec::io {

static_assert(std::endian::native == std::endian::little, "rows are written as they lie");

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kBlockBytes = 256 << 10;

/// What a header says.
struct Header {
  std::string_view type;
  std::string_view fortran_order;
  std::size_t rows = 0;
  std::size_t dim = 0;
};

/// Reads a Python dictionary of strings, names and pairs of numbers, and nothing else. What is not
/// there leaves `good` false.
class Dictionary {
 public:
  explicit Dictionary(std::string_view text) : rest_(text) {}

  Header header() {
    Header header;
    take('{');
    while (good_ && !next_is('}')) {
      const std::string_view key = string();
      take(':');
      if (key == "descr") {
        header.type = string();
      } else if (key == "fortran_order") {
        header.fortran_order = name();
      } else if (key == "shape") {
        take('(');
        header.rows = number();
        take(',');
        header.dim = number();
        if (next_is(',')) take(',');
        take(')');
      } else {
        good_ = false;
      }
      if (!next_is('}')) take(',');
    }
    take('}');
    skip();
    good_ = good_ && rest_.empty();
    return header;
  }

  bool good() const noexcept { return good_; }

 private:
  void skip() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size())); }

  bool next_is(char byte) {
    skip();
    return rest_.starts_with(byte);
  }

  void take(char byte) {
    good_ = good_ && next_is(byte);
    if (good_) rest_.remove_prefix(1);
  }

  std::string_view take_bytes(std::size_t size) {
    good_ = good_ && size <= rest_.size();
    if (!good_) return {};
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }

  std::string_view string() {
    const char quote = next_is('"') ? '"' : '\'';
    take(quote);
    const std::string_view text = take_bytes(rest_.find(quote));
    take(quote);
    return text;
  }

  std::string_view name() {
    skip();
    return take_bytes(std::min(rest_.find_first_of(",} "), rest_.size()));
  }

  std::size_t number() {
    skip();
    std::size_t value = 0;
    const auto [end, code] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    good_ = good_ && code == std::errc();
    take_bytes(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

  std::string_view rest_;
  bool good_ = true;
};

std::string header_of(std::size_t rows, std::size_t dim) {
  std::string text =
      fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", rows, dim);
  const std::size_t front = kMagic.size() + 2 + sizeof(std::uint16_t);
  const std::size_t whole = (front + text.size() + 1 + kAlignment - 1) / kAlignment * kAlignment;
  text.append(whole - front - text.size() - 1, ' ');
  text += '\n';
  std::string header(kMagic);
  header += {'\x01', '\x00'};
  header += {static_cast<char>(text.size() % 256), static_cast<char>(text.size() / 256)};
  return header + text;
}

}  // namespace

NpyFile::NpyFile(Content content) : content_(std::move(content)) {
  const auto fail = [&](const std::string& what) { throw Error(path() + ": " + what); };
  std::string_view bytes = content_.bytes();
  if (!is_npy(bytes)) fail("is no .npy file; write one with numpy.save()");
  bytes.remove_prefix(kMagic.size());
  const char* const cut_off = "is cut off within its header; write it again with numpy.save()";
  if (bytes.size() < 2) fail(cut_off);
  const int major = static_cast<unsigned char>(bytes.front());
  if (major < 1 || major > 3) {
    fail(fmt::format("is a .npy file of version {}; 1, 2 and 3 can be read", major));
  }
  bytes.remove_prefix(2);
  const std::size_t length_bytes = major == 1 ? sizeof(std::uint16_t) : sizeof(std::uint32_t);
  if (bytes.size() < length_bytes) fail(cut_off);
  std::uint32_t length = 0;
  std::memcpy(&length, bytes.data(), length_bytes);
  bytes.remove_prefix(length_bytes);
  if (bytes.size() < length) fail(cut_off);
  Dictionary dictionary(bytes.substr(0, length));
  const Header header = dictionary.header();
  bytes.remove_prefix(length);
  const bool known = !header.type.empty() && !header.fortran_order.empty();
  // Of another shape than two numbers the dictionary is not good either.
  if (!dictionary.good() || !known || header.dim == 0) {
    fail("has no header of a matrix; save an array of two dimensions, a row a word");
  }
  if (header.type != "<f4") {
    fail(fmt::format("holds numbers of type {}, not <f4; save array.astype('<f4')", header.type));
  }
  if (header.fortran_order != "False") {
    fail("holds columns behind each other, not rows; save numpy.ascontiguousarray(array)");
  }
  const std::size_t row_bytes = header.dim * sizeof(float);
  const bool fits = header.dim <= std::numeric_limits<std::int32_t>::max() &&
                    bytes.size() % row_bytes == 0 && bytes.size() / row_bytes == header.rows;
  if (!fits) {
    fail(
        fmt::format("says {} rows of {} numbers and has {} bytes of them; it is cut off or damaged",
                    header.rows, header.dim, bytes.size()));
  }
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(float) != 0) {
    fail("has its numbers at an odd place; write it again with numpy.save()");
  }
  matrix_ = {reinterpret_cast<const float*>(bytes.data()), header.rows, header.dim, header.dim};
}

bool is_npy(std::string_view bytes) noexcept { return bytes.starts_with(kMagic); }

std::string word_list_beside(const std::string& path) {
  constexpr std::string_view kNpy = ".npy";
  const std::string_view packing = packing_name(path);
  std::string_view stem(path.data(), path.size() - packing.size());
  if (stem.ends_with(kNpy)) stem.remove_suffix(kNpy.size());
  return fmt::format("{}.words{}", stem, packing);
}

std::vector<std::string> read_npy_words(const NpyFile& file, const std::string& word_list) {
  std::string list = word_list.empty() ? word_list_beside(file.path()) : word_list;
  if (word_list.empty() && access(list.c_str(), F_OK) != 0) {
    list.resize(list.size() - packing_name(list).size());
  }
  std::vector<std::string> words;
  try {
    words = read_word_list(list);
  } catch (const Error& error) {
    throw Error(
        fmt::format("{}: needs the list of its words, one a line: {}", file.path(), error.what()));
  }
  const std::size_t rows = file.matrix().rows();
  if (words.size() == rows) return words;
  throw Error(fmt::format("{}: has {} rows, and {} has {} words; each row needs its line",
                          file.path(), rows, list, words.size()));
}

void write_npy(OutputFile& file, const VectorRows& vectors) {
  file.write(header_of(vectors.rows, vectors.dim));
  const std::size_t row_bytes = vectors.dim * sizeof(float);
  const auto make = [&](std::size_t first, std::size_t last) {
    std::string out;
    out.reserve((last - first) * row_bytes);
    std::vector<float> scratch(vectors.dim);
    for (std::size_t k = first; k < last; ++k) {
      out.append(reinterpret_cast<const char*>(vectors.row(k, scratch.data())), row_bytes);
    }
    return out;
  };
  for_each_block(vectors.rows, std::max<std::size_t>(1, kBlockBytes / row_bytes), make,
                 [&](const std::string& out) { file.write(out); });
}

std::uint64_t npy_bytes(std::size_t rows, std::size_t dim) noexcept {
  return header_of(rows, dim).size() + std::uint64_t{rows} * dim * sizeof(float);
}

}  // namespace hogvec::io
