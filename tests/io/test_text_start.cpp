// Byte order marks: skipped in every reader of text, and what is not UTF-8 is named. Out of scope:
// what else an encoding does to words.
#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "io/questions_file.hpp"
#include "io/similarity_file.hpp"
#include "io/text_start.hpp"
#include "io/vectors_file.hpp"
#include "io/vocabulary_file.hpp"
#include "io/word_list.hpp"
#include "tests/files.hpp"

using namespace hogvec::io;
using namespace hogvec::testing;
using namespace std::string_literals;

namespace {

const std::string kMark = "\xef\xbb\xbf";

std::string text_of_file(std::string_view bytes) {
  const TemporaryFile file(bytes);
  return std::string(text_of(Content(file.path())));
}

std::string error_of_file(std::string_view bytes) {
  return error_of([&] { text_of_file(bytes); });
}

}  // namespace

TEST_CASE("a text begins behind its byte order mark, and only at its start is there one") {
  CHECK(text_of_file("") == "");
  CHECK(text_of_file("a") == "a");
  CHECK(text_of_file(kMark) == "");
  CHECK(text_of_file(kMark + "a b") == "a b");
  CHECK(text_of_file(kMark + kMark + "a") == "a");
  CHECK(text_of_file("a " + kMark) == "a " + kMark);
  CHECK(text_of_file("\xef\xbb") == "\xef\xbb");
  CHECK(without_mark(kMark + "word") == "word");
}

TEST_CASE("UTF-16 and UTF-32 are named, with the command that converts them") {
  const auto names = [](std::string_view bytes, const std::string& encoding) {
    const std::string error = error_of_file(bytes);
    return contains(error, "file: is " + encoding + "; make it UTF-8: iconv -f " + encoding + " ");
  };
  CHECK(names("\xff\xfe"s + "a\0b\0"s, "UTF-16LE"));
  CHECK(names("\xfe\xff"s + "\0a\0b"s, "UTF-16BE"));
  CHECK(names("\xff\xfe\0\0"s + "a\0\0\0"s, "UTF-32LE"));
  CHECK(names("\0\0\xfe\xff"s + "\0\0\0a"s, "UTF-32BE"));
  CHECK(names("\xff\xfe", "UTF-16LE"));
  // Without a mark by its zeros, if there are enough.
  CHECK(names("a\0b\0 \0c\0"s, "UTF-16LE"));
  CHECK(names("\0a\0b"s, "UTF-16BE"));
  CHECK(text_of_file("a\0"s) == "a\0"s);
  CHECK(text_of_file("a\0b\0cd"s) == "a\0b\0cd"s);
  CHECK(text_of_file("\0\0\0\0"s) == "\0\0\0\0"s);
  CHECK(text_of_file("\xff\xfe \xff\xfe") == "\xff\xfe \xff\xfe");  // Latin-1
  // A text of another alphabet has no zeros, and the mark of UTF-16 is no character of UTF-8.
  CHECK(text_of_file("\xff"s + "a") == "\xff"s + "a");
}

TEST_CASE("a model file is no text") {
  CHECK(contains(error_of_file("\x89hogvec\n\1"), "is a model file, and no text"));
  CHECK(text_of_file("\x89hogvec") == "\x89hogvec");
}

TEST_CASE("every reader passes over the mark, and refuses what is not UTF-8") {
  const auto with = [](const std::string& content) { return TemporaryFile(kMark + content); };
  CHECK(read_vocabulary_file(with("</s> 3\ncat 2\n").path())[0].word == "</s>");
  CHECK(read_word_list(with("cat\ndog\n").path())[0] == "cat");
  CHECK(read_similarity(with("cat dog 7\n").path()).pairs[0].first == "cat");
  CHECK(QuestionsFile(with(": one\na b c d\n").path()).sections()[0].name == "one");
  CHECK(read_vectors(with("1 2\ncat 0.5 1\n").path()).words[0] == "cat");
  const TemporaryFile glove(kMark + "cat 0.5 1\ndog 1 2\n");
  float values[4];
  CHECK(VectorsFile(glove.path()).read(2, values, 2)[0] == "cat");

  const TemporaryFile wide("\xff\xfe"s + "1\0 \0002\0\n\0"s);
  CHECK(contains(error_of([&] { read_vocabulary_file(wide.path()); }), "UTF-16LE"));
  CHECK(contains(error_of([&] { read_word_list(wide.path()); }), "UTF-16LE"));
  CHECK(contains(error_of([&] { read_similarity(wide.path()); }), "UTF-16LE"));
  CHECK(contains(error_of([&] { QuestionsFile(wide.path()); }), "UTF-16LE"));
  CHECK(contains(error_of([&] { read_vectors(wide.path()); }), "UTF-16LE"));
  CHECK(contains(error_of([&] { VectorsFile(wide.path()); }), "UTF-16LE"));
}
