// Question files: what is a section, a question, a pair of a relation, and what is neither.
#include <doctest/doctest.h>

#include <filesystem>
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

TEST_CASE("lines of two words are pairs of one relation: each asks for each other") {
  const TemporaryFile file("man\twoman/lady\nking\tqueen\nuncle  aunt\n\n");
  const QuestionsFile questions(file.path());
  REQUIRE(questions.sections().size() == 1);
  CHECK(questions.sections()[0].alternatives);
  CHECK(questions.sections()[0].questions.size() == 6);
  CHECK(questions.sections()[0].questions[0] ==
        QuestionWords{"man", "woman/lady", "king", "queen"});
  CHECK(questions.malformed_lines() == 0);
  // Among questions of four words they are mistakes.
  const TemporaryFile mixed("a b\na b c d\nonly three words\na b\n");
  const QuestionsFile four(mixed.path());
  CHECK(!four.sections()[0].alternatives);
  CHECK(four.malformed_lines() == 3);
  CHECK(four.first_malformed_line() == 1);
}

TEST_CASE("a folder's text files are sections, by their names, in the order of bytes") {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "b/2_Derivational_morphology");
  write_file(folder / "b/2_Derivational_morphology/D01 [noun].txt", "a b\nc d\n");
  write_file(folder / "b/Z.txt", "a b c d\n");
  write_file(folder / "b/readme.md", "not a question\n");
  for (const char* const path : {"b", "b/"}) {
    const QuestionsFile questions(folder / path);
    REQUIRE(questions.sections().size() == 2);
    CHECK(questions.sections()[0].name == "2_Derivational_morphology/D01 [noun]");
    CHECK(questions.sections()[0].questions.size() == 2);
    CHECK(questions.sections()[1].name == "Z");
    CHECK(!questions.sections()[1].alternatives);
  }
  std::filesystem::create_directory(folder / "empty");
  CHECK(contains(error_of([&] { QuestionsFile{folder / "empty"}; }), "empty: holds no question"));
}

TEST_CASE("more pairs than could be asked are refused") {
  std::string text;
  for (int k = 0; k < 1001; ++k) text += "a" + std::to_string(k) + " b\n";
  const TemporaryFile file(text);
  CHECK(contains(error_of([&] { QuestionsFile{file.path()}; }), "has 1001 pairs"));
}

TEST_CASE("files without a question, and no files, are named") {
  const TemporaryFile file(": section\nonly three words\n\xff\xfe\n");
  CHECK(
      contains(error_of([&] { QuestionsFile{file.path()}; }), file.path() + ": holds no question"));
  CHECK(contains(error_of([] { QuestionsFile{"/missing/questions"}; }), "/missing/questions: "));
}
