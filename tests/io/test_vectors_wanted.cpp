// VectorsFile for who says what the file is and how much of it is wanted, the kind of error that a
// file's end is, and rows that are written without a first line.
#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <string>
#include <vector>

#include "io/vectors_file.hpp"
#include "tests/files.hpp"

using namespace hogvec::io;
using namespace hogvec::testing;

namespace {

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

std::vector<std::string> words_of(const std::string& bytes, const VectorsWanted& wanted) {
  const TemporaryFile stored(bytes);
  const VectorsFile file(Content(stored.path()), wanted);
  std::vector<float> values(file.rows() * file.dim());
  return file.read(file.rows(), values.data(), file.dim());
}

/// Whether the file ends too early for what is wanted.
bool is_cut_off(const std::string& bytes, const VectorsWanted& wanted) {
  try {
    words_of(bytes, wanted);
  } catch (const hogvec::CutOff&) {
    return true;
  } catch (const hogvec::Error&) {
    return false;
  }
  return false;
}

std::string binary_row(const std::string& word, const std::array<float, 2>& values) {
  return word + ' ' + std::string(reinterpret_cast<const char*>(values.data()), sizeof values);
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a file is what it is said to be, whatever it looks like") {
  CHECK(words_of("1 2\n4 5 6\n", {VectorFormat::kText}) == Words{"4"});
  CHECK(words_of("1 2 3\n4 5 6\n", {VectorFormat::kGlove}) == Words{"1", "4"});
  CHECK(words_of("12 34 56\n", {}) == Words{"12"});
  CHECK(contains(error_of([] { words_of("a 1 2\n", {VectorFormat::kText}); }), "ROWS DIMENSIONS"));
  // The bytes of "1 2\n" and "3 4\n" are floats too.
  const std::string looks_like_text = "1 2\na 1 2\n3 4\n";
  CHECK(words_of(looks_like_text, {VectorFormat::kBinary}) == Words{"a"});
  const std::string binary = "1 2\n" + binary_row("a", {1, 2});
  CHECK(words_of(binary, {VectorFormat::kBinary}) == Words{"a"});
  CHECK(contains(error_of([&] { words_of(binary, {VectorFormat::kText}); }), "row 1"));
}

TEST_CASE("what lies behind the rows that are wanted need not be there") {
  const std::string text = "9 2\na 1 2\nb 3 4\nc 5";
  CHECK(words_of(text, {VectorFormat::kText, 2}) == Words{"a", "b"});
  CHECK(words_of("a 1 2\nb 3 4\nc 5", {VectorFormat::kGlove, 2}) == Words{"a", "b"});
  const std::string binary = "9 2\n" + binary_row("a", {1, 2}) + binary_row("b", {3, 4}) + "c ";
  CHECK(words_of(binary, {VectorFormat::kBinary, 2}) == Words{"a", "b"});
  CHECK(words_of(binary, {VectorFormat::kBinary, 0}).empty());
}

TEST_CASE("an end that comes too early is an error of its own kind") {
  CHECK(is_cut_off("9 2\na 1 2\n", {}));
  CHECK(is_cut_off("3 2\na 1 2\nlong_word 3 4\n", {VectorFormat::kText, kAll}));
  CHECK(is_cut_off("2 2\n" + binary_row("long_word", {1, 2}) + "b 12", {VectorFormat::kBinary}));
  CHECK_FALSE(is_cut_off("1 2\na 1 two\n", {}));
  CHECK_FALSE(is_cut_off("nothing", {}));
  CHECK_FALSE(is_cut_off("1 2\na 1 2\n", {}));
}

TEST_CASE("rows are written without a first line") {
  const TemporaryFolder folder;
  const std::vector<float> values = {1, 0.1F, -2, 1e-7F};
  const hogvec::ConstMatrixView rows(values.data(), 2, 2, 2);
  for (const auto& [format, expected] : std::vector<std::pair<VectorFormat, std::string>>{
           {VectorFormat::kText, "a 1.000000 0.100000 \nb -2.000000 0.000000 \n"},
           {VectorFormat::kGlove, "a 1 0.1\nb -2 1e-07\n"},
           {VectorFormat::kBinary,
            binary_row("a", {1, 0.1F}) + '\n' + binary_row("b", {-2, 1e-7F}) + '\n'}}) {
    OutputFile file(folder / "rows");
    write_vector_rows(file, format,
                      {2, 2, [&](std::size_t k, float*) { return rows.row(k); },
                       [](std::size_t k) { return std::string_view(k == 0 ? "a" : "b"); }});
    file.commit();
    CHECK(read_file(folder / "rows") == expected);
  }
}
