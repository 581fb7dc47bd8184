// The vocabulary file: the reference's files unchanged there and back, and every refusal.
#include <doctest/doctest.h>

#include "io/model_file.hpp"
#include "io/model_words.hpp"
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

TEST_CASE("a first word that begins as something else does comes back") {
  const TemporaryFolder folder;
  for (const std::string& word :
       {std::string("\xef\xbb\xbfone"), std::string("\x1f\x8b\x08one"), std::string("\x1f\x9dtwo"),
        std::string("\x89hogvec"), std::string("a\0b\0", 4), std::string("PK\3\4"),
        std::string("BZh91AY&SY"),
        std::string("\xfe\xff"
                    "a"),
        std::string("\xff\xfe")}) {
    write_vocabulary_file(folder / "words", {{word, 3}, {std::string("b\0", 2), 2}});
    const std::vector<WordCount> words = read_vocabulary_file(folder / "words");
    REQUIRE(words.size() == 2);
    CHECK(words[0].word == word);
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
  const std::string word(1'000'000, 'x');
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

TEST_CASE("a vocabulary cut off anywhere is an error or ends in the line of the cut") {
  const std::string whole = "</s> 306\nein 1234\r\n\n\xc3\xa4 99\nlast 12\n";
  const std::vector<WordCount> all = read_bytes(whole);
  REQUIRE(all.size() == 4);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    try {
      const std::vector<WordCount> words = read_bytes(whole.substr(0, size));
      REQUIRE(words.size() <= all.size());
      for (std::size_t k = 0; k < words.size(); ++k) {
        CHECK(words[k].word == all[k].word);
        // Digits may be missing from the last count; nothing in the format tells.
        CHECK((words[k].count == all[k].count ||
               (k + 1 == words.size() &&
                std::to_string(all[k].count).starts_with(std::to_string(words[k].count)))));
      }
    } catch (const hogvec::Error& error) {
      CHECK(contains(error.what(), "vocabulary: "));
    }
  }
}

TEST_CASE("any one byte of a vocabulary may be wrong") {
  const std::string whole = "</s> 306\nein 1234\n\xc3\xa4 9223372036854770000\n";
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const char wrong : {'\0', ' ', '\t', '\n', '\r', '-', '9', 'x', '\xff'}) {
      std::string damaged = whole;
      damaged[at] = wrong;
      CAPTURE(at);
      CAPTURE(wrong);
      try {
        for (const WordCount& entry : read_bytes(damaged)) {
          CHECK(!entry.word.empty());
          CHECK(entry.word.find_first_of(" \t\r\n") == std::string::npos);
        }
      } catch (const hogvec::Error& error) {
        CHECK(contains(error.what(), "vocabulary: line "));
      }
    }
  }
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

namespace {

/// A model file of these words at `path`.
void write_model(const std::string& path, const std::vector<WordCount>& words) {
  ModelFile file = ModelFile::create(path, word_sections(words));
  write_word_sections(file, words);
  file.commit(ModelState::kFinished, false);
  file.publish();
}

}  // namespace

TEST_CASE("a model file is a vocabulary") {
  const TemporaryFolder folder;
  const std::vector<WordCount> golden = read_vocabulary_file(HOGVEC_GOLDEN "/vocab.min1.txt");
  write_model(folder / "model", golden);
  write_vocabulary_file(folder / "text", read_vocabulary_file(folder / "model"));
  CHECK(read_file(folder / "text") == read_file(HOGVEC_GOLDEN "/vocab.min1.txt"));
}

TEST_CASE("a model file whose words no vocabulary may hold is refused with the word") {
  const TemporaryFolder folder;
  const auto message = [&](const std::vector<WordCount>& words) {
    write_model(folder / "model", words);
    return error_of([&] { read_vocabulary_file(folder / "model"); });
  };
  constexpr std::uint64_t kMost = 9223372036854775807u;
  CHECK(message({{"</s>", 0}, {"a", kMost}}) == "");
  CHECK(contains(message({}), "holds no word"));
  CHECK(contains(message({{"a", 1}, {"", 1}}), "word 1 is damaged"));
  CHECK(contains(message({{"a", 1}, {"b", 2}, {"a", 3}}), "word 3 has the word of word 1 again"));
  CHECK(contains(message({{"a", 1}, {"b", kMost}}), "word 2 brings the sum of counts above"));
  CHECK(contains(message({{"a", kMost + 1}}), "word 1 brings the sum of counts above"));
  for (const char* const word : {"new york", "a\n", "\ta", "a\rb"}) {
    CHECK(contains(message({{"a", 1}, {word, 1}}), "word 2 holds a space or the end of a line"));
  }
}

TEST_CASE("a model file with a wrong checksum is no vocabulary") {
  const TemporaryFolder folder;
  write_model(folder / "model", {{"</s>", 1}, {"word", 5}});
  for (const char* const section : {"words", "word_ends", "counts"}) {
    CAPTURE(section);
    write_model(folder / "model", {{"</s>", 1}, {"word", 5}});
    {
      ModelFile file = ModelFile::open_to_train(folder / "model");
      file.writable_section(section)[0] ^= std::byte{1};
    }
    CHECK(contains(error_of([&] { read_vocabulary_file(folder / "model"); }),
                   std::string("section \"") + section + "\" is damaged"));
  }
}
