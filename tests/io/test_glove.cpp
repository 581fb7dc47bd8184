// GloVe's text: every float comes back with all its bits, and files without a header that are
// damaged on purpose. Numbers: every 65,521st of the 2^32 bit patterns of a float (a prime, so that
// all signs, exponents and last bits come up).
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "io/vectors_file.hpp"
#include "tests/files.hpp"

using namespace hogvec::io;
using namespace hogvec::testing;

namespace {

WordVectors read_glove(std::string_view bytes) {
  const TemporaryFile file(bytes);
  const VectorsFile vectors(file.path());
  WordVectors read;
  read.dim = vectors.dim();
  read.values.resize(vectors.rows() * vectors.dim());
  read.words = vectors.read(vectors.rows(), read.values.data(), read.dim);
  CHECK(vectors.format() == VectorFormat::kGlove);
  return read;
}

std::string message(std::string_view bytes) {
  return error_of([&] { read_glove(bytes); });
}

}  // namespace

TEST_CASE("every float comes back from GloVe's text with all its bits") {
  std::vector<float> values;
  for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << 32); bits += 65521) {
    const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    if (std::isfinite(value)) values.push_back(value);
  }
  constexpr std::size_t kDim = 7;
  values.resize(values.size() / kDim * kDim);
  const hogvec::ConstMatrixView rows(values.data(), values.size() / kDim, kDim, kDim);
  std::vector<std::string> words;
  for (std::size_t k = 0; k < rows.rows(); ++k) words.push_back("w" + std::to_string(k));
  const TemporaryFolder folder;
  OutputFile file(folder / "glove");
  write_vectors(file, VectorFormat::kGlove, rows,
                [&](std::size_t k) -> std::string_view { return words[k]; });
  file.commit();
  const WordVectors read = read_glove(read_file(folder / "glove"));
  CHECK(read.words == words);
  REQUIRE(read.values.size() == values.size());
  CHECK(std::memcmp(read.values.data(), values.data(), values.size() * sizeof(float)) == 0);
}

TEST_CASE("a row of GloVe's text is a word and numbers behind one space each") {
  const TemporaryFolder folder;
  const std::vector<float> values = {1, -0.5f, 1e-10f, 0.1f};
  OutputFile file(folder / "glove");
  write_vectors(file, VectorFormat::kGlove, {values.data(), 2, 2, 2},
                [](std::size_t k) -> std::string_view { return k == 0 ? "the" : "of"; });
  file.commit();
  CHECK(read_file(folder / "glove") == "the 1 -0.5\nof 1e-10 0.1\n");
}

TEST_CASE("GloVe's text of other writers is read") {
  for (const char* const text : {"a 1 2\nb 3 4\n", "a 1 2\nb 3 4", "a 1 2 \nb 3 4 ",
                                 "a 1 2 \r\nb 3 4 \r\n", "\n\na\t1\t2\n\n\nb 3  4\n\n"}) {
    CAPTURE(text);
    const WordVectors read = read_glove(text);
    CHECK(read.words == std::vector<std::string>{"a", "b"});
    CHECK(read.values == std::vector<float>{1, 2, 3, 4});
  }
  // A word may be a number.
  CHECK(read_glove("7 3 2\n").values == std::vector<float>{3, 2});
}

TEST_CASE("a word of GloVe's text may have spaces, in the first row too") {
  const WordVectors read = read_glove("new york 1.5 2\n. . . 3 4.5\nkm 12 0.5 0.25\n7 5 6\n");
  CHECK(read.words == std::vector<std::string>{"new york", ". . .", "km 12", "7"});
  CHECK(read.values == std::vector<float>{1.5, 2, 3, 4.5, 0.5, 0.25, 5, 6});
}

TEST_CASE("what is no word and numbers is refused, with its row") {
  for (const char* const text :
       {"", "\n\n", "word\n", "a b c\n", "a 1 b\n", "a 1 2x\n", "the 12\nof 7\n"}) {
    CAPTURE(text);
    CHECK(contains(message(text), "the first line is neither"));
  }
  CHECK(contains(message("a 1 2\nb 3\n"), "row 2 has too few numbers"));
  CHECK(contains(message("a 1 2\nb 3 4 5\n"), "row 2 has too many numbers"));
  CHECK(contains(message("a 1 2\nb c 4\n"), "row 2 holds something that is not a number"));
  // Behind the last number of another row there is a space: here the last digits may be lost.
  CHECK(contains(message("a 1 2 \nb 3 4"), "row 2 is cut off"));
  CHECK(contains(message("a 1 2\nb 3 4\n  \n"), "row 3 has too few numbers"));
  CHECK(contains(error_of([] { VectorsFile("/no/file"); }), "/no/file"));
}

TEST_CASE("rows that a file is too short for are refused before memory is taken") {
  // A terabyte of numbers, by their shape.
  std::string text = "a";
  for (int k = 0; k < 500'000; ++k) text += " 1";
  text += '\n';
  for (int k = 0; k < 500'000; ++k) text += "b\n";
  const TemporaryFile file(text);
  CHECK(contains(error_of([&] { VectorsFile(file.path()); }), "row 2 has too few numbers"));
}
