// Similarity files as they are published: separator, header and column are found, and what is left
// out is told. The pairs are the same in all.
#include <doctest/doctest.h>

#include <string>

#include "io/similarity_file.hpp"
#include "tests/files.hpp"

using namespace hogvec::io;
using namespace hogvec::testing;

namespace {

SimilarityFile read(std::string_view text, std::size_t column = 0) {
  const TemporaryFile file(text);
  return read_similarity(file.path(), column);
}

void check_pairs(const SimilarityFile& file, std::string_view description) {
  CHECK(file.description() == description);
  REQUIRE(file.pairs.size() == 3);
  CHECK(file.pairs[0].first == "king");
  CHECK(file.pairs[0].second == "queen");
  CHECK(file.pairs[0].score == 9.5);
  CHECK(file.pairs[1].second == "man");
  CHECK(file.pairs[1].score == 3.25);
  CHECK(file.pairs[2].first == "new york");
  CHECK(file.pairs[2].score == 7);
  CHECK(file.left_out == 0);
}

}  // namespace

TEST_CASE("separators, headers, quotes and columns are found") {
  check_pairs(read("king\tqueen\t9.5\nking\tman\t3.25\nnew york\tcity\t7\n"),
              "tabs, scores in column 3");
  check_pairs(read("Word 1,Word 2,Human (mean)\r\nking,queen,9.5\r\nking, man ,3.25\r\n"
                   "new york,city,7\r\n"),
              "commas, a header, scores in column 3");
  check_pairs(read("\"king\",\"queen\",\"9.5\"\n\"king\",\"man\",3.25\n\"new york\",\"a \"\"b\"\", "
                   "c\",7\n"),
              "commas, scores in column 3");
  check_pairs(read("king;queen;9,5\nking;man;3,25\nnew york;city;7"),
              "semicolons, scores in column 3");
  check_pairs(read("word1\tword2\tPOS\tSimLex999\tconc\nking\tqueen\tN\t9.5\t2\n"
                   "king\tman\tN\t3.25\t2\nnew york\tcity\tN\t7\t2\n"),
              "tabs, a header, scores in column 4");
}

TEST_CASE("between spaces a word has none") {
  const SimilarityFile men = read("king-n queen-n 9.5\nking-n  big-j\t+3.25\n");
  CHECK(men.description() == "spaces, scores in column 3, words without their part of speech");
  CHECK(men.pairs[1].second == "big");
  CHECK(men.pairs[1].score == 3.25);
  // Not where some words have none.
  CHECK(read("king-n queen-n 9.5\nking-n big 3\n").pairs[0].first == "king-n");
}

TEST_CASE("the column that is asked for counts") {
  const std::string text = "a\tb\t1\t8\nc\td\t2\t9\n";
  CHECK(read(text).pairs[1].score == 2);
  CHECK(read(text, 4).pairs[1].score == 9);
  CHECK(contains(error_of([&] { read(text, 5); }), "here sought in column 5"));
}

TEST_CASE("what is no pair is left out and told; comments and empty lines are not") {
  const SimilarityFile file = read(
      "# Word 1\tWord 2\tHuman\n\nlove\tsex\t6.77\nnot a pair\na\tb\tnan\na\t\t1\n\tb\t1\n"
      "Tiger\tcat\t1e1\na\tb\t1x\nc\td");
  REQUIRE(file.pairs.size() == 2);
  CHECK(file.pairs[1].first == "Tiger");
  CHECK(file.pairs[1].score == 10);
  CHECK(!file.header);
  CHECK(file.left_out == 6);
  CHECK(file.first_left_out == 4);
}

TEST_CASE("files without a pair, and no files, are named") {
  const TemporaryFile file("only three words\n\xff\xfe\n");
  CHECK(contains(error_of([&] { read_similarity(file.path()); }), file.path() + ": holds no pair"));
  CHECK(contains(error_of([] { read_similarity("/missing/pairs"); }), "/missing/pairs: "));
}
