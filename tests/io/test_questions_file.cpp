// Question and similarity files: what is a section, a question, a pair, and what is neither.
#include <doctest/doctest.h>

#include <string>

#include "io/questions_file.hpp"
#include "tests/files.hpp"

using namespace hogvec::io;
using namespace hogvec::testing;

TEST_CASE("a question line has four words between any separators") {
  const QuestionLine line = parse_question_line(" a\t b  c d \r");
  CHECK(line.kind == QuestionLine::Kind::kQuestion);
  CHECK(line.words == QuestionWords{"a", "b", "c", "d"});
  CHECK(parse_question_line("  \t\r").kind == QuestionLine::Kind::kBlank);
  for (const char* const words : {"a", "a b c", "a b c d e"}) {
    CHECK(parse_question_line(words).kind == QuestionLine::Kind::kMalformed);
  }
}

TEST_CASE("a section line begins with a colon") {
  for (const char* const line : {": the name", ":the name", " :  the name \r"}) {
    CHECK(parse_question_line(line).kind == QuestionLine::Kind::kSection);
    CHECK(parse_question_line(line).name == "the name");
  }
  CHECK(parse_question_line(":").name.empty());
}

TEST_CASE("questions belong to the section above them") {
  const TemporaryFile file("a b c d\n: one\n\n: two\r\ne f g h\r\ni j k l");
  const QuestionsFile questions(file.path());
  REQUIRE(questions.sections().size() == 3);
  CHECK(questions.sections()[0].name.empty());
  CHECK(questions.sections()[0].questions.size() == 1);
  CHECK(questions.sections()[1].name == "one");
  CHECK(questions.sections()[1].questions.empty());
  CHECK(questions.sections()[2].questions.size() == 2);
  CHECK(questions.sections()[2].questions[1][3] == "l");
  CHECK(questions.malformed_lines() == 0);
}

TEST_CASE("lines of other than four words are left out and counted") {
  const TemporaryFile file(": s\na b c\na b c d\na b c d e\n" + std::string(100'000, 'x') + "\n");
  const QuestionsFile questions(file.path());
  CHECK(questions.sections()[0].questions.size() == 1);
  CHECK(questions.malformed_lines() == 3);
  CHECK(questions.first_malformed_line() == 2);
}

TEST_CASE("a moved question file keeps its words") {
  const TemporaryFile file("a b c d\n");
  QuestionsFile first(file.path());
  const QuestionsFile second = std::move(first);
  CHECK(second.sections()[0].questions[0][0] == "a");
}

TEST_CASE("pairs are two words and a number; other lines are headings") {
  const TemporaryFile file(
      "# Word 1\tWord 2\tHuman\nword1,word2\nlove\tsex\t6.77\n\nTiger cat 7\r\na b +1e1\n"
      "a b x\na b nan\na b 1x\nc d");
  const std::vector<WordPair> pairs = read_word_pairs(file.path());
  REQUIRE(pairs.size() == 3);
  CHECK(pairs[0].first == "love");
  CHECK(pairs[0].score == 6.77);
  CHECK(pairs[1].first == "Tiger");
  CHECK(pairs[1].second == "cat");
  CHECK(pairs[2].score == 10);
}

TEST_CASE("files without a question or a pair, and no files, are named") {
  const TemporaryFile file(": section\nonly three words\n\xff\xfe\n");
  CHECK(
      contains(error_of([&] { QuestionsFile{file.path()}; }), file.path() + ": holds no question"));
  CHECK(contains(error_of([&] { read_word_pairs(file.path()); }), file.path() + ": holds no pair"));
  CHECK(contains(error_of([] { QuestionsFile{"/missing/questions"}; }), "/missing/questions: "));
  CHECK(contains(error_of([] { read_word_pairs("/missing/pairs"); }), "/missing/pairs: "));
}
