// The vocabulary file: the reference's files unchanged there and back, and every refusal.
#include <doctest/doctest.h>

#include "io/vocabulary_file.hpp"
#include "tests/files.hpp"

using namespace hogvec::io;
using namespace hogvec::testing;

namespace {

std::vector<WordCount> read_bytes(std::string_view bytes) {
  const TemporaryFolder folder;
  write_file(folder / "vocabulary", bytes);
  return read_vocabulary_file(folder / "vocabulary");
}

std::string error_of_bytes(std::string_view bytes) {
  return error_of([&] { read_bytes(bytes); });
}

}  // namespace

TEST_CASE("the reference's vocabulary files come back unchanged") {
  const TemporaryFolder folder;
  for (const std::string name : {"vocab.min1.txt", "vocab.min3.txt"}) {
    const std::string golden = HOGVEC_GOLDEN "/" + name;
    const std::vector<WordCount> words = read_vocabulary_file(golden);
    CHECK(words.front().word == "</s>");
    write_vocabulary_file(folder / name, words);
    CHECK(read_file(folder / name) == read_file(golden));
  }
}

TEST_CASE("tabs and carriage returns and blank lines are not words") {
  const std::vector<WordCount> words =
      read_bytes("\t</s>  0\r\n\n \t\nfo\ro\t9223372036854775800 \r\n\xc3\xa4 007");
  REQUIRE(words.size() == 3);
  CHECK(words[0].word == "</s>");
  CHECK(words[0].count == 0);
  CHECK(words[1].word == "foo");
  CHECK(words[1].count == 9223372036854775800u);
  CHECK(words[2].word == "\xc3\xa4");
  CHECK(words[2].count == 7);
}

TEST_CASE("a word may be of any length") {
  const std::string word(100'000, 'x');
  CHECK(read_bytes(word + " 1\n").front().word == word);
}

TEST_CASE("a damaged vocabulary is refused with its line") {
  CHECK(contains(error_of_bytes(""), "holds no word"));
  CHECK(contains(error_of_bytes(" \n\n"), "holds no word"));
  CHECK(contains(error_of_bytes("</s> 1\nword\n"), "line 2 has no count"));
  CHECK(contains(error_of_bytes("</s> 1\nword -1\n"), "line 2 has a negative count"));
  CHECK(contains(error_of_bytes("</s> 1\n\nword x\n"), "line 3 has a count that is not a number"));
  CHECK(contains(error_of_bytes("word 1.5\n"), "line 1 has a count that is not a number"));
  CHECK(contains(error_of_bytes("two words 5\n"), "line 1 has a count that is not a number"));
  CHECK(contains(error_of_bytes("word 5 6\n"), "line 1 has more"));
  CHECK(contains(error_of_bytes("word 9223372036854775808\n"), "line 1 has a count above"));
  CHECK(contains(error_of_bytes("word 99999999999999999999999\n"), "line 1 has a count above"));
  CHECK(contains(error_of_bytes("a 9223372036854775807\nb 1\n"), "line 2 brings the sum"));
  CHECK(contains(error_of_bytes("a 1\nb 2\na 3\n"), "line 3 has the word of line 1 again"));
  CHECK(contains(error_of_bytes("a 1\nb\n"), "vocabulary: line 2"));
  CHECK(contains(error_of([] { read_vocabulary_file("/missing"); }), "/missing: "));
}

TEST_CASE("a vocabulary that cannot be written leaves the old one") {
  const TemporaryFolder folder;
  CHECK(contains(error_of([&] {
                   write_vocabulary_file(folder / "no/file", {{"a", 1}});
                 }),
                 "create it first"));
  CHECK(contains(error_of([] {
                   write_vocabulary_file("/dev/full", {{"a", 1}});
                 }),
                 "No space left"));
}
