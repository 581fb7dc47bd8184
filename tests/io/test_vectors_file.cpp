// write_vectors against printf and the reference's files; read_vectors against files whole, foreign
// and damaged on purpose.
//
// Numbers: every 65,521st of the 2^32 bit patterns of a float (a prime, so that all signs,
// exponents and last bits come up) and special values, compared byte for byte with printf's "%lf ".
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <random>

#include "io/vectors_file.hpp"
#include "tests/files.hpp"

using namespace hogvec::io;
using namespace hogvec::testing;

namespace {

const std::string kGolden = HOGVEC_GOLDEN;

void write(const std::string& path, VectorFormat format, const std::vector<std::string>& words,
           hogvec::ConstMatrixView view) {
  OutputFile file(path);
  write_vectors(file, format, view, [&](std::size_t k) -> std::string_view { return words[k]; });
  file.commit();
}

void write(const std::string& path, VectorFormat format, const WordVectors& vectors) {
  write(path, format, vectors.words,
        {vectors.values.data(), vectors.words.size(), vectors.dim, vectors.dim});
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

/// Multiples of 2^-6 below 4: exact in text.
WordVectors exact_vectors(std::size_t rows, std::size_t dim) {
  std::mt19937 random(1);
  std::uniform_int_distribution<int> sixty_fourths(-255, 255);
  WordVectors vectors;
  vectors.dim = dim;
  for (std::size_t k = 0; k < rows; ++k) vectors.words.push_back(fmt::format("word{}", k));
  for (std::size_t k = 0; k < rows * dim; ++k) {
    vectors.values.push_back(static_cast<float>(sixty_fourths(random)) / 64);
  }
  return vectors;
}

WordVectors read_bytes(std::string_view bytes) {
  const TemporaryFolder folder;
  write_file(folder / "vectors", bytes);
  return read_vectors(folder / "vectors");
}

std::string error_of_bytes(std::string_view bytes) {
  return error_of([&] { read_bytes(bytes); });
}

std::string bytes_of(std::initializer_list<float> values) {
  return {reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(float)};
}

}  // namespace

TEST_CASE("text numbers are those of printf") {
  std::vector<float> values = {0.0f, -0.0f, 1.0f, -1.0f, 0.5e-6f, 1.5e-6f, -0.4e-6f, 1e-45f};
  for (const float limit :
       {std::numeric_limits<float>::max(), std::numeric_limits<float>::min(),
        std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    values.push_back(limit);
    values.push_back(-limit);
  }
  // 65,521: see above. Halves of the sixth decimal, where rounding must be to even.
  for (std::uint64_t bits = 0; bits < std::uint64_t{1} << 32; bits += 65521) {
    values.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  }
  for (int k = 1; k < 4096; k += 2) values.push_back(static_cast<float>(k) / 128);
  for (const float place : {9.9999995f, 10.0f, 999'999.94f, 1e9f}) {
    values.push_back(std::nextafter(place, 0.0f));
    values.push_back(place);
    values.push_back(-std::nextafter(place, 1e30f));
  }

  std::string expected = std::to_string(values.size()) + " 1\n";
  for (const float value : values) {
    char text[64];
    expected.append(text, static_cast<std::size_t>(std::snprintf(text, sizeof text, "w %lf \n",
                                                                 static_cast<double>(value))));
  }
  const TemporaryFolder folder;
  write(folder / "text", VectorFormat::kText, std::vector<std::string>(values.size(), "w"),
        {values.data(), values.size(), 1, 1});
  CHECK(read_file(folder / "text") == expected);
}

TEST_CASE("the reference's binary file becomes its text file byte for byte") {
  const TemporaryFolder folder;
  const WordVectors vectors = read_vectors(kGolden + "/vectors.bin");
  REQUIRE(vectors.words.size() == 497);
  REQUIRE(vectors.dim == 12);
  write(folder / "text", VectorFormat::kText, vectors);
  CHECK(read_file(folder / "text") == read_file(kGolden + "/vectors.txt"));
  write(folder / "binary", VectorFormat::kBinary, vectors);
  CHECK(read_file(folder / "binary") == read_file(kGolden + "/vectors.bin"));
}

TEST_CASE("the reference's text file is read and written unchanged") {
  const TemporaryFolder folder;
  const WordVectors vectors = read_vectors(kGolden + "/vectors.txt");
  CHECK(vectors.words == read_vectors(kGolden + "/vectors.bin").words);
  write(folder / "text", VectorFormat::kText, vectors);
  CHECK(read_file(folder / "text") == read_file(kGolden + "/vectors.txt"));
}

TEST_CASE("many blocks of rows come out in order") {
  const TemporaryFolder folder;
  const WordVectors vectors = exact_vectors(30011, 9);  // some 3 MB of text, a prime of rows
  for (const VectorFormat format : {VectorFormat::kText, VectorFormat::kBinary}) {
    write(folder / "vectors", format, vectors);
    const WordVectors read = read_vectors(folder / "vectors");
    CHECK(read.words == vectors.words);
    CHECK(same_bits(read.values, vectors.values));
  }
}

TEST_CASE("the padding of rows is not written") {
  const TemporaryFolder folder;
  const std::vector<float> values = {1, 2, 99, 99, 3, 4, 99, 99};
  write(folder / "text", VectorFormat::kText, {"a", "b"}, {values.data(), 2, 2, 4});
  CHECK(read_file(folder / "text") == "2 2\na 1.000000 2.000000 \nb 3.000000 4.000000 \n");
}

TEST_CASE("infinity and NaN survive text") {
  const TemporaryFolder folder;
  WordVectors vectors = exact_vectors(1, 3);
  vectors.values = {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
                    std::numeric_limits<float>::quiet_NaN()};
  write(folder / "text", VectorFormat::kText, vectors);
  const WordVectors read = read_vectors(folder / "text");
  CHECK(read.values[0] == vectors.values[0]);
  CHECK(read.values[1] == vectors.values[1]);
  CHECK(std::isnan(read.values[2]));
}

TEST_CASE("binary rows may lack their newline") {
  const std::string a = "a " + bytes_of({1, 2, 3});
  const std::string b = "b " + bytes_of({-1, 0, 1e-30f});
  const std::vector<float> expected = {1, 2, 3, -1, 0, 1e-30f};
  for (const char* const end : {"", "\n"}) {
    const WordVectors read = read_bytes("2 3\n" + a + end + b + end);
    CHECK(read.words == std::vector<std::string>{"a", "b"});
    CHECK(same_bits(read.values, expected));
  }
}

TEST_CASE("binary bytes that look like space or newline or digits are numbers") {
  for (const char* const look : {"    ", "\n\n\n\n", "1234", " 0 \n"}) {
    const std::string row = std::string("w ") + look + std::string("\0\0\x80\x3f", 4);
    const WordVectors read = read_bytes("1 2\n" + row);
    CHECK(read.words[0] == "w");
    CHECK(std::memcmp(read.values.data(), look, 4) == 0);
    CHECK(read.values[1] == 1);
  }
}

TEST_CASE("text of other writers is read") {
  const std::vector<float> expected = {1, -2, 0.25f, 0};
  for (const char* const text :
       {"2 2\na 1 -2\nb 0.25 0\n", "2 2\r\na 1 -2\r\nb .25 0\r\n",
        " 2\t2 \na\t+1\t-2.0\nb 25e-2 1e-50 ", "2 2\n\na  1  -2  \n\n\nb 2.5e-1 -0e0 \n\n"}) {
    CAPTURE(text);
    const WordVectors read = read_bytes(text);
    CHECK(read.words == std::vector<std::string>{"a", "b"});
    CHECK(read.values == expected);
  }
}

TEST_CASE("words of any length and any byte are kept") {
  WordVectors vectors = exact_vectors(3, 2);
  vectors.words = {std::string(1'000'000, 'x'), "\xc3\xa4\xff\x01", "</s>"};
  const TemporaryFolder folder;
  for (const VectorFormat format : {VectorFormat::kText, VectorFormat::kBinary}) {
    write(folder / "vectors", format, vectors);
    CHECK(read_vectors(folder / "vectors").words == vectors.words);
  }
}

TEST_CASE("no rows are no vectors") {
  const WordVectors read = read_bytes("0 5\n");
  CHECK(read.words.empty());
  CHECK(read.dim == 5);
}

TEST_CASE("a file cut off anywhere is an error unless only its last newline is missing") {
  const WordVectors vectors = exact_vectors(3, 4);
  const TemporaryFolder folder;
  for (const VectorFormat format : {VectorFormat::kText, VectorFormat::kBinary}) {
    write(folder / "whole", format, vectors);
    const std::string whole = read_file(folder / "whole");
    for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
      CAPTURE(size);
      CHECK(contains(error_of_bytes(whole.substr(0, size)), "vectors: "));
    }
    CHECK(same_bits(read_bytes(whole.substr(0, whole.size() - 1)).values, vectors.values));
  }
}

TEST_CASE("a hostile first line is refused before memory is taken") {
  for (const char* const header :
       {"", "\n", "x\n", "5\n", "5 x\n", "-5 3\n", "5 -3\n", "1 0\n", "0 0\n",
        "9223372036854775808 1\n", "1 9223372036854775808\n",
        "18446744073709551615 18446744073709551615\n", "4611686018427387904 4\n",
        "4294967296 4294967296\n", "99999999999999999999999 1\n", "1000000000 100\n",
        "0 9223372036854775807\n", "1 2000000000\n"}) {
    CAPTURE(header);
    CHECK(contains(error_of_bytes(std::string(header) + "w "), "the first line"));
  }
}

TEST_CASE("text without its last newline, as editors and gensim leave it") {
  const std::vector<float> expected = {1, 2, 0.25f, 0.5f};
  CHECK(read_bytes("2 2\na 1 2\nb 0.25 0.5").values == expected);
  CHECK(read_bytes("2 2\na 1 2\nnew york 0.25 0.5").values == expected);
  CHECK(read_bytes("1 1\na 7").values == std::vector<float>{7});
  // Where a space follows the last number of a row, one without it may have lost digits.
  CHECK(contains(error_of_bytes("2 2\na 1 2 \nb 0.25 0.5"), "row 2 is cut off"));
  CHECK(contains(error_of_bytes("2 2\na 1 2\nb 0.25"), "row 2 is cut off"));
}

TEST_CASE("the numbers of a row are counted from the right, so that words may have spaces") {
  const WordVectors read =
      read_bytes("5 2\nnew york 1 2\n. . . 3.5 4\nplain 5 6\n95 theses 7 8 \r\n 9 a\t 1 2\n");
  CHECK(read.words == std::vector<std::string>{"new york", ". . .", "plain", "95 theses", "9 a"});
  CHECK(read.values == std::vector<float>{1, 2, 3.5, 4, 5, 6, 7, 8, 1, 2});
  CHECK(read_bytes("1 2\nwindows 95 0.5 1\n").words[0] == "windows 95");
  // What looks like the numbers is one.
  CHECK(contains(error_of_bytes("1 2\nwindows 95 5 1\n"), "row 1 has too many"));
  CHECK(contains(error_of_bytes("1 2\nwindows 9.5 0.5 1\n"), "row 1 has too many"));
  CHECK(contains(error_of_bytes("1 2\nnew york 1\n"), "row 1 holds something"));
  CHECK(contains(error_of_bytes("1 2\nnew york 1 x\n"), "row 1 holds something"));
}

TEST_CASE("a damaged row is named") {
  CHECK(contains(error_of_bytes("2 2\na 1 2\nb 1 x\n"), "row 2 holds something"));
  CHECK(contains(error_of_bytes("2 2\na 1 2x\nb 1 2\n"), "row 1 holds something"));
  CHECK(contains(error_of_bytes("2 2\na 1 2\nb 1\n    \n"), "row 2 has too few"));
  CHECK(contains(error_of_bytes("2 2\na 1 2 3\nb 1 2\n"), "row 1 has too many"));
  CHECK(contains(error_of_bytes("2 2\na 1 2\nb 1 1e999\n"), "row 2 holds something"));
  CHECK(contains(error_of_bytes("1 2\na 1 2\nb 1 2\n"), "more follows"));
  CHECK(contains(error_of_bytes("1 2\na " + bytes_of({1, 2}) + "\nb " + bytes_of({1, 2})),
                 "more follows"));
  CHECK(contains(error_of_bytes("2 2\na " + bytes_of({1, 2}) + "\nb.............."),
                 "row 2 is cut off"));
}

TEST_CASE("any one byte may be wrong: an error, or vectors of the size that the file can hold") {
  const TemporaryFolder folder;
  for (const VectorFormat format : {VectorFormat::kText, VectorFormat::kBinary}) {
    write(folder / "whole", format, exact_vectors(3, 4));
    const std::string whole = read_file(folder / "whole");
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (const char wrong : {'\0', ' ', '\n', '\r', '-', '9', 'e', '\xff'}) {
        std::string damaged = whole;
        damaged[at] = wrong;
        CAPTURE(at);
        CAPTURE(wrong);
        try {
          const WordVectors read = read_bytes(damaged);
          CHECK(read.values.size() == read.words.size() * read.dim);
          // A number takes two bytes at least.
          CHECK(read.values.size() <= damaged.size() / 2);
        } catch (const hogvec::Error& error) {
          CHECK(contains(error.what(), "vectors: "));
        }
      }
    }
  }
}

TEST_CASE("binary infinity and NaN are kept") {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::vector<float> expected = {kNan, -kInfinity, 1, -kNan, kInfinity, -0.0f};
  const WordVectors read = read_bytes("2 3\na " + bytes_of({kNan, -kInfinity, 1}) + "\nb " +
                                      bytes_of({-kNan, kInfinity, -0.0f}) + "\n");
  CHECK(same_bits(read.values, expected));
}

TEST_CASE("a word that stands twice has two rows") {
  const std::vector<float> expected = {1, 2, 3};
  for (const std::string& text :
       {std::string("3 1\na 1\nb 2\na 3\n"),
        "3 1\na " + bytes_of({1}) + "\nb " + bytes_of({2}) + "\na " + bytes_of({3}) + "\n"}) {
    const WordVectors read = read_bytes(text);
    CHECK(read.words == std::vector<std::string>{"a", "b", "a"});
    CHECK(same_bits(read.values, expected));
  }
}

TEST_CASE("of several damaged rows the first is named, whichever thread finds it") {
  // 60,000 rows of 9 numbers: some 20 blocks, of which threads read several at once.
  const TemporaryFolder folder;
  write(folder / "vectors", VectorFormat::kText, exact_vectors(60'000, 9));
  std::string text = read_file(folder / "vectors");
  for (const char* const word : {"word59999 ", "word40002 ", "word30001 "}) {
    text[text.find(word) + std::string_view(word).size()] = 'x';
  }
  CHECK(contains(error_of_bytes(text), "row 30002 holds something"));
}

TEST_CASE("the first rows alone are read, into rows of any stride") {
  constexpr std::size_t kRows = 20'000;  // some blocks and a part of one
  constexpr std::size_t kStride = 16;
  const WordVectors vectors = exact_vectors(30'011, 9);
  const TemporaryFolder folder;
  for (const VectorFormat format : {VectorFormat::kText, VectorFormat::kBinary}) {
    write(folder / "vectors", format, vectors);
    // What comes after the rows that are asked for may be damaged.
    write_file(folder / "more", read_file(folder / "vectors") + "more");
    const VectorsFile file(folder / "more");
    CHECK(file.rows() == vectors.words.size());
    CHECK(file.dim() == 9);
    std::vector<float> values(kRows * kStride, 0.0f);
    std::vector<char> ready(kRows, 0);
    const std::vector<std::string> words =
        file.read(kRows, values.data(), kStride, [&](std::size_t first, std::size_t last) {
          for (std::size_t k = first; k < last; ++k) {
            ready[k] = static_cast<char>(
                ready[k] + (values[k * kStride] == vectors.values[k * vectors.dim] ? 1 : 2));
          }
        });
    CHECK(std::equal(words.begin(), words.end(), vectors.words.begin()));
    CHECK(std::all_of(ready.begin(), ready.end(), [](char times) { return times == 1; }));
    bool equal = true;
    for (std::size_t k = 0; k < kRows; ++k) {
      for (std::size_t i = 0; i < kStride; ++i) {
        equal &= values[k * kStride + i] == (i < 9 ? vectors.values[k * 9 + i] : 0.0f);
      }
    }
    CHECK(equal);
    CHECK(contains(error_of([&] { read_vectors(folder / "more"); }), "more follows"));
  }
}

TEST_CASE("a missing file is named") {
  CHECK(contains(error_of([] { read_vectors("/missing/vectors"); }), "/missing/vectors: "));
}

TEST_CASE("the size of a file is known before it is written, but for its words") {
  const WordVectors vectors = exact_vectors(200, 50);
  for (const VectorFormat format : {VectorFormat::kText, VectorFormat::kBinary}) {
    const TemporaryFolder folder;
    write(folder / "vectors", format, vectors);
    const auto size = static_cast<double>(read_file(folder / "vectors").size());
    // Half of all numbers have no sign, and take nine bytes of ten.
    CHECK(static_cast<double>(vectors_bytes(format, 200, 50)) ==
          doctest::Approx(size).epsilon(0.1));
  }
}

TEST_CASE("a file that changes while it is read is no vectors, whatever was read") {
  const TemporaryFolder folder;
  const std::string path = folder / "vectors";
  write(path, VectorFormat::kBinary, exact_vectors(10, 4));
  const VectorsFile file(path);
  std::vector<float> values(10 * 4);
  const auto grow = [&](std::size_t, std::size_t) { write_file(path, read_file(path) + "more"); };
  CHECK(contains(error_of([&] { file.read(10, values.data(), 4, grow); }),
                 path + ": was changed while it was read"));
}
