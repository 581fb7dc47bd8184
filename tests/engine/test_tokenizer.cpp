// SectionTokenizer and cut_word, against a reader that takes one byte at a time, on texts of random
// special bytes cut into sections of any size.
#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "engine/corpus/tokenizer.hpp"

namespace {

using namespace hogvec;

using Tokens = std::vector<std::string>;

/// The rules of the reference, byte by byte.
Tokens slow_tokens(const std::string& text, std::size_t limit) {
  Tokens tokens;
  std::string word;
  bool ended = false;  // by a NUL byte
  const auto finish = [&] {
    if (!word.empty()) tokens.emplace_back(cut_word(word, limit));
    word.clear();
    ended = false;
  };
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\n') {
      finish();
      if (c == '\n') tokens.emplace_back("\n");
    } else if (c == '\0') {
      ended = true;
    } else if (c != '\r' && !ended) {
      word += c;
    }
  }
  finish();
  return tokens;
}

Tokens section_tokens(const std::string& text, std::size_t limit, std::size_t section) {
  Tokens tokens;
  SectionTokenizer tokenizer(text, limit);
  for (std::size_t begin = 0; begin < text.size(); begin += section) {
    tokenizer.run(
        begin, std::min(begin + section, text.size()),
        [&](std::string_view word, std::size_t) { tokens.emplace_back(word); },
        [&](std::size_t) { tokens.emplace_back("\n"); });
  }
  return tokens;
}

TEST_CASE("sections of any size give the words of the whole text") {
  std::mt19937 random(1);
  const std::string alphabet = std::string("aaabcd  \t\n\r") + '\0' + "\xc3\xa4";
  for (int round = 0; round < 200; ++round) {
    std::string text;
    const std::size_t size = random() % 400;
    for (std::size_t i = 0; i < size; ++i) text += alphabet[random() % alphabet.size()];
    for (const std::size_t section : {1u, 2u, 3u, 7u, 63u, 64u, 65u, 1000u}) {
      CAPTURE(round);
      CAPTURE(section);
      REQUIRE(section_tokens(text, 5, section) == slow_tokens(text, 5));
    }
  }
}

TEST_CASE("pieces of the special-byte search join without a seam") {
  // 4096 bytes are searched at a time.
  for (const std::size_t length : {4094u, 4095u, 4096u, 4097u, 8191u, 8192u}) {
    const std::string text = std::string(length, ' ') + "ab\ncd";
    CHECK(section_tokens(text, 98, 1u << 20) == Tokens{"ab", "\n", "cd"});
    const std::string word(length, 'x');
    CHECK(section_tokens(word + " y", 100000, 1u << 20) == Tokens{word, "y"});
  }
}

TEST_CASE("carriage returns vanish, NUL ends a word, the last word counts") {
  CHECK(section_tokens("a\rb\r\n\r\nc", 98, 100) == Tokens{"ab", "\n", "\n", "c"});
  CHECK(section_tokens(std::string("ab\0cd ef", 8), 98, 100) == Tokens{"ab", "ef"});
  CHECK(section_tokens(std::string("\0cd ef", 6), 98, 100) == Tokens{"ef"});
  CHECK(section_tokens("\r \r", 98, 100) == Tokens{});
}

TEST_CASE("a long word is cut at a code point boundary") {
  const std::string letters(97, 'a');
  CHECK(cut_word(letters + "b", 98) == letters + "b");
  CHECK(cut_word(letters + "bc", 98) == letters + "b");
  CHECK(cut_word(letters + "\xc3\xa4", 98) == letters);
  CHECK(cut_word(letters + "\xe2\x82\xac", 98) == letters);
  CHECK(cut_word(letters + "\xf0\x9f\x98\x80", 98) == letters);
  CHECK(cut_word(std::string(96, 'a') + "\xc3\xa4z", 98) == std::string(96, 'a') + "\xc3\xa4");
  // No UTF-8: cut where the limit is.
  CHECK(cut_word(std::string(200, '\x80'), 98) == std::string(98, '\x80'));
  CHECK(cut_word("\xf0\x9f\x98\x80", 2).size() == 2);
}

}  // namespace
