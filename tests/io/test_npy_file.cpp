// .npy files: rows there and back, the header byte for byte as NumPy 1.24 writes it, and headers
// damaged on purpose. That NumPy reads them, tests/tools/test_convert.sh asks it.
#include <doctest/doctest.h>

#include <cstring>

#include "io/npy_file.hpp"
#include "io/word_list.hpp"
#include "tests/files.hpp"

using namespace hogvec::io;
using namespace hogvec::testing;

namespace {

std::string written(const std::vector<float>& values, std::size_t dim) {
  const TemporaryFolder folder;
  OutputFile file(folder / "a.npy");
  write_npy(file,
            {values.size() / dim, dim, [&](std::size_t k, float*) { return &values[k * dim]; },
             [](std::size_t) -> std::string_view { return ""; }});
  file.commit();
  return read_file(folder / "a.npy");
}

/// A file of six numbers with this dictionary; version 2 where it is too long for version 1.
std::string with_header(const std::string& dictionary, std::size_t numbers = 6) {
  std::string text = dictionary;
  const std::size_t front = text.size() < 60000 ? 10 : 12;
  while ((front + text.size() + 1) % 64 != 0) text += ' ';
  text += '\n';
  std::string bytes = "\x93NUMPY";
  bytes += {static_cast<char>(front == 10 ? 1 : 2), 0};
  for (std::size_t k = 0; k < front - 8; ++k) bytes += static_cast<char>(text.size() >> 8 * k);
  return bytes + text + std::string(numbers * sizeof(float), '\0');
}

std::string message(const std::string& bytes) {
  const TemporaryFile file(bytes);
  return error_of([&] { NpyFile{Content(file.path())}; });
}

constexpr const char* kGood = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";

}  // namespace

TEST_CASE("rows are written as NumPy writes them") {
  const std::vector<float> values = {1, 2, 3, 4, 5, 6};
  std::string expected = with_header(kGood, 0);
  CHECK(expected.size() == 128);
  expected.append(reinterpret_cast<const char*>(values.data()), 24);
  CHECK(written(values, 3) == expected);
  CHECK(npy_bytes(2, 3) == expected.size());
}

TEST_CASE("rows come back from a .npy file with all their bits") {
  std::vector<float> values(100'003 * 3);
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = static_cast<float>(k) / 7;
  for (const std::size_t dim : {std::size_t{1}, std::size_t{3}, values.size()}) {
    const TemporaryFile file(written(values, dim));
    const NpyFile npy{Content(file.path())};
    const hogvec::ConstMatrixView rows = npy.matrix();
    REQUIRE(rows.dim() == dim);
    REQUIRE(rows.rows() * dim == values.size());
    CHECK(std::memcmp(rows.data(), values.data(), values.size() * sizeof(float)) == 0);
    npy.require_unchanged();
  }
}

TEST_CASE("dictionaries of other writers are read") {
  for (const std::string& dictionary :
       {std::string(kGood), std::string("{'descr':'<f4','fortran_order':False,'shape':(2,3)}"),
        std::string("{\"shape\": (2, 3,), \"fortran_order\": False, \"descr\": \"<f4\"}"),
        std::string(" { 'descr' : '<f4' , 'fortran_order' : False , 'shape' : ( 2 , 3 ) } "),
        kGood + std::string(70000, ' ')}) {
    CAPTURE(dictionary.substr(0, 70));
    const TemporaryFile file(with_header(dictionary));
    const NpyFile npy{Content(file.path())};
    CHECK(npy.matrix().rows() == 2);
    CHECK(npy.matrix().dim() == 3);
    CHECK(is_npy(Content(file.path()).bytes()));
  }
}

TEST_CASE("a dictionary of something else is refused") {
  const auto dictionary = [](const std::string& type, const std::string& order,
                             const std::string& shape) {
    return message(with_header("{'descr': " + type + ", 'fortran_order': " + order +
                               ", 'shape': " + shape + ", }"));
  };
  CHECK(dictionary("'<f4'", "False", "(2, 3)") == "");
  CHECK(contains(dictionary("'<f8'", "False", "(2, 3)"), "type <f8, not <f4"));
  CHECK(contains(dictionary("'>f4'", "False", "(2, 3)"), "type >f4, not <f4"));
  CHECK(contains(dictionary("'<f4'", "True", "(2, 3)"), "ascontiguousarray"));
  for (const char* const shape : {"(6,)", "(1, 2, 3)", "()", "6", "(2, 0)", "(-2, 3)", "(2, 3",
                                  "(2 3)", "(99999999999999999999, 3)"}) {
    CAPTURE(shape);
    CHECK(contains(dictionary("'<f4'", "False", shape), "has no header of a matrix"));
  }
  for (const char* const shape : {"(2, 4)", "(3, 3)", "(9223372036854775808, 3)",
                                  "(1, 6148914691236517206)", "(4611686018427387905, 4)"}) {
    CAPTURE(shape);
    CHECK(contains(dictionary("'<f4'", "False", shape), "it is cut off or damaged"));
  }
  for (const char* const text :
       {"", "{", "}", "{}", "{'descr': '<f4'}", "{'descr': '<f4",
        "{'fortran_order': False, 'shape': (2, 3)}", "{'descr': '<f4', 'shape': (2, 3)}",
        "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'more': 1}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} + exit()",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 3)}"}) {
    CAPTURE(text);
    CHECK(contains(message(with_header(text)), "has no header of a matrix"));
  }
}

TEST_CASE("a .npy file that is cut off anywhere, or that goes on, is refused") {
  const std::string whole = with_header(kGood);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(message(whole.substr(0, size)) != "");
  }
  CHECK(message(whole) == "");
  CHECK(contains(message(whole + '\0'), "has 25 bytes of them"));
  std::string version = whole;
  version[6] = 4;
  CHECK(contains(message(version), "version 4"));
  std::string odd = whole;  // a header that ends at no number's place
  odd[8] = static_cast<char>(odd[8] - 1);
  CHECK(message(odd) != "");
  CHECK_FALSE(is_npy("\x93NUMP"));
  CHECK_FALSE(is_npy(""));
}

TEST_CASE("numbers at an odd place are refused") {
  std::string bytes = "\x93NUMPY";
  bytes += {1, 0, static_cast<char>(std::strlen(kGood)), 0};
  bytes += kGood;
  bytes += std::string(24, '\0');
  REQUIRE((bytes.size() - 24) % 4 != 0);
  CHECK(contains(message(bytes), "odd place"));
}

TEST_CASE("a word list is lines, whatever ends them") {
  const TemporaryFolder folder;
  const auto read = [&](std::string_view bytes) {
    write_file(folder / "words", bytes);
    return read_word_list(folder / "words");
  };
  using Words = std::vector<std::string>;
  CHECK(read("").empty());
  CHECK(read("a\nb c\n") == Words{"a", "b c"});
  CHECK(read("a\r\nb") == Words{"a", "b"});
  CHECK(read("\n\n") == Words{"", ""});
  const Words words = {"x y", "\xc3\xa4", ""};
  OutputFile file(folder / "written");
  write_word_list(file, 3, [&](std::size_t k) -> std::string_view { return words[k]; });
  file.commit();
  CHECK(read_word_list(folder / "written") == words);
}
