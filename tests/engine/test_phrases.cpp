// PhraseText against the definition, word by word with maps of strings; and against the reference's
// own output. Scores are compared in float, as the reference computes them.
//
// Out of scope: how good the phrases are.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "engine/phrases/phrases.hpp"
#include "io/error.hpp"
#include "tests/files.hpp"

namespace {

using namespace hogvec;
using testing::read_file;
using testing::TemporaryFile;
using testing::TemporaryFolder;

struct Result {
  std::string text;
  std::vector<PhrasePass> passes;
};

Result run_file(const std::string& path, const std::vector<float>& thresholds,
                const PhraseOptions& options) {
  const TemporaryFolder folder;
  PhraseText text(*io::open_text({path}), options);
  Result result;
  for (const float threshold : thresholds) result.passes.push_back(text.join(threshold));
  io::OutputFile output(folder / "out");
  text.write(output);
  output.commit();
  result.text = read_file(folder / "out");
  return result;
}

Result run(const std::string& text, const std::vector<float>& thresholds,
           const PhraseOptions& options) {
  return run_file(TemporaryFile(text).path(), thresholds, options);
}

using Lines = std::vector<std::vector<std::string>>;

Lines slow_lines(const std::string& text) {
  Lines lines(1);
  std::string word;
  bool ended = false;  // by a NUL byte
  for (const char c : text + " ") {
    if (c == ' ' || c == '\t' || c == '\n') {
      if (!word.empty()) lines.back().push_back(word);
      word.clear();
      ended = false;
      if (c == '\n') lines.emplace_back();
    } else if (c == '\0') {
      ended = true;
    } else if (c != '\r' && !ended) {
      word += c;
    }
  }
  return lines;
}

/// One pass, by the definition.
Result slow_pass(const std::string& text, float threshold, std::uint64_t min_count) {
  const Lines lines = slow_lines(text);
  std::map<std::string, std::uint64_t> counts;
  PhrasePass pass{0, 0, 0};
  for (const auto& line : lines) {
    pass.words += line.size();
    for (std::size_t i = 0; i < line.size(); ++i) {
      ++counts[line[i]];
      if (i > 0) ++counts[line[i - 1] + "_" + line[i]];
    }
  }
  for (const auto& [word, count] : counts) pass.vocabulary_size += count >= min_count;
  std::string out;
  for (std::size_t k = 0; k < lines.size(); ++k) {
    if (k > 0) out += '\n';
    bool joined = true;  // nothing to join to
    for (std::size_t i = 0; i < lines[k].size(); ++i) {
      float score = 0;
      if (!joined) {
        const std::uint64_t pa = counts[lines[k][i - 1]];
        const std::uint64_t pb = counts[lines[k][i]];
        const std::uint64_t pab = counts[lines[k][i - 1] + "_" + lines[k][i]];
        if (std::min({pa, pb, pab}) >= min_count) {
          score = static_cast<float>(pab - min_count) / static_cast<float>(pa) /
                  static_cast<float>(pb) * static_cast<float>(pass.words);
        }
      }
      joined = score > threshold;
      pass.joined += joined;
      out += (joined ? '_' : ' ') + lines[k][i];
    }
  }
  return {out, {pass}};
}

TEST_CASE("the reference's texts come out byte for byte") {
  for (const int threshold : {20, 100}) {
    for (const int threads : {1, 4}) {
      const Result result =
          run_file(HOGVEC_GOLDEN "/phrase_corpus.txt", {static_cast<float>(threshold)},
                   {.min_count = 2, .resources = {.threads = threads}});
      CHECK(result.text ==
            read_file(HOGVEC_GOLDEN "/phrases.threshold" + std::to_string(threshold) + ".txt"));
    }
  }
}

/// Few words, so that pairs repeat; some share their spelling with pairs.
std::string random_text(std::mt19937& random, std::size_t tokens) {
  static const std::vector<std::string> kTokens = {
      "a",    "b",    "c",        "d",    "a_b",  "b_c",  "a_b_c", "_",
      "__",   "a_",   "_b",       "</s>", "a\rb", "\r",   "new",   "new",
      "york", "york", "\xc3\xa4", "x\n",  "\n",   "\t\t", " ",     std::string("n\0m", 3)};
  std::string text;
  for (std::size_t i = 0; i < tokens; ++i) {
    text += kTokens[random() % kTokens.size()];
    text += random() % 16 == 0 ? '\n' : ' ';
  }
  if (random() % 2 == 0) text += "new york";  // no newline at the end
  return text;
}

TEST_CASE("random texts give what the definition says, pass by pass") {
  std::mt19937 random(3);
  std::uint64_t joined = 0;
  for (int round = 0; round < 150; ++round) {
    const std::string text = random_text(random, random() % 400);
    const std::uint64_t min_count = random() % 4;
    const std::vector<float> thresholds = {static_cast<float>(random() % 6), 1.5F, 0.0F};
    Result expected{text, {}};
    for (const float threshold : thresholds) {
      Result pass = slow_pass(expected.text, threshold, min_count);
      expected.text = pass.text;
      expected.passes.push_back(pass.passes[0]);
      joined += pass.passes[0].joined;
    }
    for (const int threads : {1, 3}) {
      // One byte of memory: a round for every partition, in a file.
      for (const std::size_t memory : {std::size_t{0}, std::size_t{1}}) {
        const Result result = run(
            text, thresholds,
            {.min_count = min_count, .resources = {.threads = threads, .memory_limit = memory}});
        CAPTURE(round);
        REQUIRE(result.text == expected.text);
        for (std::size_t p = 0; p < thresholds.size(); ++p) {
          REQUIRE(result.passes[p].vocabulary_size == expected.passes[p].vocabulary_size);
          REQUIRE(result.passes[p].words == expected.passes[p].words);
          REQUIRE(result.passes[p].joined == expected.passes[p].joined);
        }
      }
    }
  }
  CHECK(joined > 1000);  // or nothing has been tested
}

TEST_CASE("sections join without a seam") {
  // Three sections of 1 MiB; a run of pairs that can all be joined reaches over whole sections.
  std::mt19937 random(5);
  std::string runs = "x y z\n";
  for (const std::size_t length : {700'001u, 3u, 400'000u}) {
    for (std::size_t i = 0; i < length; ++i) runs += i % 2 == 0 ? "a " : "b ";
    runs += random() % 2 == 0 ? "x\n" : "y z ";
  }
  const std::string mixed = random_text(random, 700'000) + " x y z\n" + std::string(100, 'z');
  for (const std::string& text : {runs, mixed}) {
    REQUIRE(text.size() > 2u << 20);
    const Result expected = slow_pass(text, 0.5F, 2);
    for (const int threads : {1, 4}) {
      const Result result = run(text, {0.5F}, {.min_count = 2, .resources = {.threads = threads}});
      CHECK((result.text == expected.text));
      CHECK(result.passes[0].vocabulary_size == expected.passes[0].vocabulary_size);
      CHECK(result.passes[0].joined == expected.passes[0].joined);
    }
  }
}

TEST_CASE("words are never cut, in the text or in what is counted") {
  // Two words of 100 KB that differ in the last byte, and one larger than the word table's chunks.
  const std::string long_word(100'000, 'w');
  const std::string longest(3'000'000, 'v');
  std::string text;
  for (int i = 0; i < 3; ++i) text += "q " + long_word + "1 r " + longest + "\n";
  text += "q " + long_word + "2\n";
  const Result expected = slow_pass(text, 1, 2);
  CHECK(expected.passes[0].joined == 6);  // q with the long word, r with the longest
  const Result result = run(text, {1}, {.min_count = 2, .resources = {.threads = 2}});
  CHECK((result.text == expected.text));
}

TEST_CASE("pairs end with their line, and a joined word does not join again in its pass") {
  const PhraseOptions options{.min_count = 1};
  CHECK(run("a\nb\na\nb\na\nb\n", {0}, options).text == " a\n b\n a\n b\n a\n b\n");
  CHECK(run("a b c\na b c\n", {0}, options).text == " a_b c\n a_b c\n");
  CHECK(run("a b c\na b c\n", {0, 0}, options).text == " a_b_c\n a_b_c\n");
  // In the reference a joined word has count 0, which -min-count 0 lets through to divide by.
  CHECK(run("a b c\n", {0}, {.min_count = 0}).text == " a_b c\n");
}

TEST_CASE("texts at the edge are written as they are, but for a space before each word") {
  const PhraseOptions options{.min_count = 1, .resources = {.threads = 2}};
  CHECK(run("", {1}, options).text.empty());
  CHECK(run("\n\n", {1}, options).text == "\n\n");
  CHECK(run(" \t ", {1}, options).text.empty());
  CHECK(run("a\r\n\r\nb", {1}, options).text == " a\n\n b");
  CHECK(run("</s> </s>\n", {1e9F}, options).text == " </s> </s>\n");
  CHECK(run("</s> a\n</s> a", {0}, options).text == " </s>_a\n </s>_a");
  CHECK_THROWS_AS(PhraseText(*io::open_text({"/nonexistent/text"}), options), Error);
  CHECK_THROWS_AS(PhraseText(*io::open_text({"/nonexistent"}), options), Error);
  CHECK_THROWS_AS(
      PhraseText(*io::open_text({HOGVEC_GOLDEN "/corpus.txt"}), {.resources = {.threads = 0}}),
      Error);
}

TEST_CASE("a full disk ends the writing, whatever the threads wait for") {
  std::mt19937 random(11);
  const TemporaryFile file(random_text(random, 1'500'000));
  for (const int threads : {1, 4}) {
    PhraseText text(*io::open_text({file.path()}), {.resources = {.threads = threads}});
    io::OutputFile output("/dev/full");
    CHECK(testing::contains(testing::error_of([&] { text.write(output); }), "No space left"));
  }
}

}  // namespace
