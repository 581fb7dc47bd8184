// ChunkPlan and ChunkSample: the text is covered once, and what is drawn is a function of its keys.
#include <doctest/doctest.h>

#include <random>
#include <vector>

#include "engine/train/chunk.hpp"
#include "engine/train/schedule.hpp"

namespace {

using namespace hogvec;

/// Words 1..99 in lines of about `line` words.
std::vector<WordId> text_of(std::size_t size, std::size_t line) {
  std::mt19937 random(3);
  std::vector<WordId> text(size);
  for (WordId& word : text) word = random() % line == 0 ? kSentenceEnd : 1 + random() % 99;
  return text;
}

TEST_CASE("chunks cover the text, are long enough, and end at sentences") {
  for (const std::size_t size : {0u, 1u, 9'999u, 21'999u, 22'000u, 100'003u, 1'000'000u}) {
    for (const std::size_t line : {20u, 100'000'000u}) {
      const std::vector<WordId> text = text_of(size, line);
      const ChunkPlan plan{EncodedCorpus(text)};
      REQUIRE(plan.size() >= 1);
      CHECK(plan.begin(0) == 0);
      CHECK(plan.begin(plan.size()) == size);
      for (std::size_t c = 0; c < plan.size(); ++c) {
        const std::size_t length = plan.begin(c + 1) - plan.begin(c);
        CHECK(length <= plan.longest());
        if (plan.size() > 1) CHECK(length >= 10'000);
        if (c > 0 && line == 20) CHECK(text[plan.begin(c) - 1] == kSentenceEnd);
      }
    }
  }
}

struct Drawn {
  std::vector<WordId> ids;
  std::vector<std::uint32_t> reaches;
  std::size_t sentences;
};

Drawn draw(const std::vector<WordId>& text, const std::vector<std::uint32_t>& keep,
           std::size_t window, std::uint64_t key) {
  ChunkSample sample(text.size(), 2 * window + 3);
  sample.draw(text, keep, window, key, key + 1);
  return {{sample.ids(), sample.ids() + sample.size()},
          {sample.reaches(), sample.reaches() + sample.size()},
          sample.sentences().size()};
}

TEST_CASE("windows that do not shrink are whole, and the words are the same") {
  const std::vector<WordId> text = text_of(20'000, 30);
  const std::vector<std::uint32_t> half(100, 0x7fffffff);
  ChunkSample sample(text.size(), 13);
  sample.draw(text, half, 5, 1, 2, false);
  CHECK(std::all_of(sample.reaches(), sample.reaches() + sample.size(),
                    [](std::uint32_t reach) { return reach == 5; }));
  const Drawn shrunk = draw(text, half, 5, 1);
  CHECK(std::equal(shrunk.ids.begin(), shrunk.ids.end(), sample.ids()));
}

TEST_CASE("the same keys draw the same words and windows, others do not") {
  const std::vector<WordId> text = text_of(20'000, 30);
  const std::vector<std::uint32_t> half(100, 0x7fffffff);
  const Drawn first = draw(text, half, 5, 1);
  const Drawn again = draw(text, half, 5, 1);
  const Drawn other = draw(text, half, 5, 2);
  CHECK(first.ids == again.ids);
  CHECK(first.reaches == again.reaches);
  CHECK(first.ids != other.ids);
  CHECK(first.reaches != other.reaches);
}

TEST_CASE("sub-sampling keeps the share it is told, windows are even") {
  const std::vector<WordId> text = text_of(20'000, 100'000'000);
  const Drawn drawn = draw(text, std::vector<std::uint32_t>(100, 0x3fffffff), 5, 9);
  // 5000 of 20,000 with a standard deviation of 61; six of them.
  CHECK(drawn.ids.size() > 4630);
  CHECK(drawn.ids.size() < 5370);
  std::vector<std::size_t> seen(7);
  for (const std::uint32_t reach : drawn.reaches) ++seen[std::min<std::uint32_t>(reach, 6)];
  CHECK(seen[0] == 0);
  CHECK(seen[6] == 0);
  // A fifth of about 5000 each, standard deviation 28.
  for (int reach = 1; reach <= 5; ++reach) CHECK(seen[static_cast<std::size_t>(reach)] > 800);
}

TEST_CASE("sentences end where the text says, and after 1000 kept words") {
  std::vector<WordId> text(2500, 7);
  text[100] = kSentenceEnd;
  text[101] = kSentenceEnd;
  const std::vector<std::uint32_t> all(100, 0xffffffff);
  ChunkSample sample(text.size(), 13);
  sample.draw(text, all, 5, 1, 2);
  REQUIRE(sample.sentences().size() == 4);
  const std::uint32_t ends[] = {100, 1100, 2100, 2498};
  for (std::size_t s = 0; s < 4; ++s) {
    CHECK(sample.sentences()[s].begin == (s == 0 ? 0 : ends[s - 1]));
    CHECK(sample.sentences()[s].end == ends[s]);
  }
  CHECK(sample.repeat(0) == 0);
  CHECK(sample.repeat(5) == 1);
}

TEST_CASE("sentences are as long as they are where no limit is set, or another") {
  const std::vector<WordId> text(2500, 7);
  const std::vector<std::uint32_t> all(100, 0xffffffff);
  ChunkSample sample(text.size(), 13);
  sample.draw(text, all, 5, 1, 2, true, make_plan({.sentence_words = 0}).sentence_words);
  REQUIRE(sample.sentences().size() == 1);
  CHECK(sample.sentences()[0].end == 2500);
  sample.draw(text, all, 5, 1, 2, true, 2000);
  REQUIRE(sample.sentences().size() == 2);
  CHECK(sample.sentences()[0].end == 2000);
}

TEST_CASE("windows stop at the ends of the sentence") {
  const std::vector<WordId> text{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  ChunkSample sample(text.size(), 13);
  sample.draw(text, std::vector<std::uint32_t>(100, 0xffffffff), 3, 1, 2);
  const Sentence sentence = sample.sentences()[0];
  for (std::uint32_t i = 0; i < 10; ++i) {
    const auto reach = static_cast<int>(sample.reaches()[i]);
    const int center = static_cast<int>(i);
    CHECK(static_cast<int>(sample.window_begin(i, sentence)) == std::max(0, center - reach));
    CHECK(static_cast<int>(sample.window_end(i, sentence)) == std::min(10, center + reach + 1));
  }
}

}  // namespace
