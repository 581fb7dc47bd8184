// WordFeed: words that come one by one become what a text of them does, by any number of threads.
// Words that no text can have (empty, with blanks, longer than a block) are counted as they are;
// who goes away, or whose threads fail, is not left waiting.
#include <doctest/doctest.h>

#include <atomic>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/corpus/counted_text.hpp"
#include "engine/corpus/word_feed.hpp"

using namespace hogvec;

namespace {

constexpr std::string_view kEnd = "\xff";

EncodeOptions options_of(int threads) {
  return {.newline_word = kEnd, .resources = {.threads = threads}};
}

using Sentences = std::vector<std::vector<std::string>>;

/// Enough for several blocks, and with every kind of word.
Sentences many_sentences() {
  Sentences sentences;
  for (int s = 0; s < 30'000; ++s) {
    std::vector<std::string>& words = sentences.emplace_back();
    for (int w = 0; w < s % 12; ++w)
      words.push_back("w" + std::to_string((s * 31 + w * w) % 5'000));
  }
  sentences[100] = {"", "New York", "a\nb", std::string("\0x", 2), "", "</s>"};
  sentences[20'000] = {std::string(1u << 20, 'x'), "after", std::string(300'000, 'y')};
  return sentences;
}

EncodedText feed(const Sentences& sentences, int threads) {
  WordFeed words(options_of(threads));
  for (const std::vector<std::string>& sentence : sentences) {
    for (const std::string& word : sentence) words.add(word);
    words.end_sentence();
  }
  CHECK(words.sentences() == sentences.size());
  return words.finish();
}

TEST_CASE("words that were added come back as they were, in their order, counted") {
  const Sentences sentences = many_sentences();
  std::map<std::string, std::uint64_t> counts;
  for (const auto& sentence : sentences) {
    for (const std::string& word : sentence) ++counts[word];
  }
  for (const int threads : {1, 2, 5}) {
    CAPTURE(threads);
    EncodedText text = feed(sentences, threads);
    REQUIRE(text.words.size() == counts.size() + 1);
    CHECK(text.words.count(0) == sentences.size());
    for (std::size_t k = 1; k < text.words.size(); ++k) {
      REQUIRE(counts.contains(std::string(text.words.word(k))));
      CHECK(text.words.count(k) == counts[std::string(text.words.word(k))]);
    }
    const Vocabulary vocabulary = count_vocabulary(text.words, 1, 0, threads);
    const EncodedCorpus corpus = encode_counted(std::move(text), vocabulary, 1, threads);
    const std::span<const WordId> ids = corpus.ids();
    std::size_t place = 0;
    for (const auto& sentence : sentences) {
      for (const std::string& word : sentence) {
        REQUIRE(place < ids.size());
        REQUIRE(vocabulary.word(ids[place++]) == word);
      }
      REQUIRE(ids[place++] == kSentenceEnd);
    }
    CHECK(place == ids.size());
  }
}

TEST_CASE("the vocabulary does not depend on the number of threads") {
  const Sentences sentences = many_sentences();
  EncodedText one = feed(sentences, 1);
  EncodedText four = feed(sentences, 4);
  const Vocabulary a = count_vocabulary(one.words, 2, 0, 1);
  const Vocabulary b = count_vocabulary(four.words, 2, 0, 4);
  REQUIRE(a.size() == b.size());
  for (WordId k = 1; k < a.size(); ++k) REQUIRE(a.word(k) == b.word(k));
}

TEST_CASE("nothing that was added is no text") {
  EncodedText text = WordFeed(options_of(2)).finish();
  CHECK(text.sections.empty());
  CHECK(text.words.size() == 1);
}

TEST_CASE("who goes away in the middle leaves no thread behind") {
  for (int k = 0; k < 20; ++k) {
    WordFeed words(options_of(3));
    for (int w = 0; w < 100'000 * (k % 2); ++w) words.add(std::to_string(w));
  }
}

TEST_CASE("what goes wrong in the threads reaches the caller, who is not left waiting") {
  EncodeOptions options = options_of(2);
  options.on_progress = [](std::uint64_t, std::uint64_t) { throw std::runtime_error("no more"); };
  WordFeed words(options);
  const auto add_many = [&] {
    for (int w = 0; w < 10'000'000; ++w) words.add("word");
    words.finish();
  };
  CHECK_THROWS_WITH(add_many(), "no more");
  CHECK_THROWS_WITH(add_many(), "the text was given up for an error before");
  CHECK_THROWS_WITH(words.finish(), "the text was given up for an error before");
}

TEST_CASE("what goes wrong in one thread is no work for the others") {
  EncodeOptions options = options_of(2);
  std::atomic<bool> thrown{false};
  options.on_progress = [&](std::uint64_t, std::uint64_t) {
    if (!thrown.exchange(true)) throw std::runtime_error("no more");
  };
  WordFeed words(options);
  constexpr int kMany = 10'000'000;
  int added = 0;
  const auto add_many = [&] {
    for (; added < kMany; ++added) words.add("word");
  };
  CHECK_THROWS_WITH(add_many(), "no more");
  CHECK(added < kMany);
}

}  // namespace
