// read_corpus: counts, order and ids, whatever the number of threads and whatever the bytes.
#include <doctest/doctest.h>

#include <fstream>
#include <random>
#include <sstream>

#include "engine/corpus/corpus.hpp"
#include "engine/corpus/lowercase.hpp"
#include "engine/corpus/tokenizer.hpp"
#include "engine/model/run_record.hpp"
#include "io/checksum.hpp"
#include "io/error.hpp"
#include "tests/files.hpp"

namespace {

using namespace hogvec;
using testing::TemporaryFile;
using SentenceEnd = VocabularyChanges::SentenceEnd;

Corpus read(const std::string& text, ReadOptions options = {.min_count = 1}) {
  const TemporaryFile file(text);
  return read_corpus(file.path(), options);
}

/// "word:count word:count ..."
std::string words(const Corpus& corpus) {
  std::string all;
  for (const io::WordCount& w : corpus.vocabulary.words()) {
    all += (all.empty() ? "" : " ") + w.word + ":" + std::to_string(w.count);
  }
  return all;
}

std::vector<WordId> ids(const Corpus& corpus) {
  return {corpus.text.ids().begin(), corpus.text.ids().end()};
}

TEST_CASE("words stand by falling count, ties in order of appearance, </s> first") {
  const Corpus corpus = read("b a\nc a b d\n");
  CHECK(words(corpus) == "</s>:2 b:2 a:2 c:1 d:1");
  CHECK(ids(corpus) == std::vector<WordId>{1, 2, 0, 3, 2, 1, 4, 0});
  CHECK(corpus.vocabulary.total_count() == 8);
}

TEST_CASE("min-count drops words from vocabulary and text, never index 0") {
  const Corpus corpus = read("a a b c c", {.min_count = 2});
  CHECK(words(corpus) == "</s>:0 a:2 c:2");
  CHECK(ids(corpus) == std::vector<WordId>{1, 1, 2, 2});
}

TEST_CASE("max_vocabulary keeps the most frequent words, the first of a tie, and index 0") {
  const char* const text = "b a c c\nd a b e b\n";
  const Corpus corpus = read(text, {.min_count = 1, .max_vocabulary = 2});
  CHECK(words(corpus) == "</s>:2 b:3 a:2");
  CHECK(ids(corpus) == std::vector<WordId>{1, 2, 0, 2, 1, 1, 0});
  CHECK(corpus.vocabulary.total_count() == 7);
  CHECK(corpus.vocabulary.left_out().words == 3);
  CHECK(corpus.vocabulary.left_out().occurrences == 4);
  CHECK(corpus.text.unknown() == 4);

  // What min_count drops is not counted again; a limit that nothing reaches leaves out nothing.
  const Corpus both = read(text, {.min_count = 2, .max_vocabulary = 2});
  CHECK(words(both) == "</s>:2 b:3 a:2");
  CHECK(both.vocabulary.left_out().words == 1);
  for (const std::size_t most : {std::size_t{0}, std::size_t{5}, ~std::size_t{0}}) {
    const Corpus all = read(text, {.min_count = 1, .max_vocabulary = most});
    CHECK(words(all) == "</s>:2 b:3 a:2 c:2 d:1 e:1");
    CHECK(all.vocabulary.left_out().words == 0);
  }

  const TemporaryFile vocabulary("</s> 1\na 5\nzz 9\nb 5\n");
  const Corpus from_file =
      read(text, {.min_count = 1, .max_vocabulary = 2, .vocabulary_file = vocabulary.path()});
  CHECK(words(from_file) == "</s>:1 zz:9 a:5");
  CHECK(ids(from_file) == std::vector<WordId>{2, 0, 2, 0});
  CHECK(from_file.vocabulary.left_out().occurrences == 5);
}

TEST_CASE("a text is encoded with the words of another") {
  const Corpus corpus = read("b a\nb c\n");
  const TemporaryFile other("c x b\ny\na </s> x");
  for (const int threads : {1, 3}) {
    const EncodedCorpus text = encode_corpus(*io::open_text({other.path()}), corpus.vocabulary,
                                             {.min_count = 100, .resources = {.threads = threads}});
    CHECK(std::vector<WordId>(text.ids().begin(), text.ids().end()) ==
          std::vector<WordId>{3, 1, 0, 0, 2, 0});
    CHECK(text.unknown() == 3);
  }
}

TEST_CASE("a literal </s> is index 0") {
  const Corpus corpus = read("a </s> b\n");
  CHECK(words(corpus) == "</s>:2 a:1 b:1");
  CHECK(ids(corpus) == std::vector<WordId>{1, 0, 2, 0});
}

TEST_CASE("texts at the edge are read or empty, never a crash") {
  CHECK(words(read("")) == "</s>:0");
  CHECK(words(read("\n\n\n")) == "</s>:3");
  CHECK(ids(read("\n\n\n")) == std::vector<WordId>{0, 0, 0});
  CHECK(words(read(" \t ")) == "</s>:0");
  CHECK(words(read("a\r\nb\r\n")) == "</s>:2 a:1 b:1");
  CHECK(words(read(std::string("\0\0 \0", 4))) == "</s>:0");
  CHECK(words(read("\xff\xfe \xff\xfe")) == "</s>:0 \xff\xfe:2");
  CHECK(words(read(std::string(10'000'000, 'x') + " y")) ==
        "</s>:0 " + std::string(98, 'x') + ":1 y:1");
  CHECK_THROWS_AS(read_corpus("/nonexistent/text", {}), Error);
  CHECK_THROWS_AS(read_corpus("/nonexistent/folder/", {}), Error);
}

/// The text that the ids stand for, its words and sentence ends joined by spaces.
std::string spell(const Corpus& corpus) {
  std::string all;
  for (const WordId id : corpus.text.ids()) all += corpus.vocabulary.word(id) + " ";
  return all;
}

/// The same, cut byte by byte behind the byte order mark.
std::string spell_slowly(const std::string& text, std::size_t limit) {
  std::string all, word;
  bool ended = false;  // by a NUL byte
  for (const char c : text.substr(text.starts_with("\xef\xbb\xbf") ? 3 : 0) + " ") {
    if (c == ' ' || c == '\t' || c == '\n') {
      if (!word.empty()) all += std::string(cut_word(word, limit)) + " ";
      if (c == '\n') all += "</s> ";
      word.clear();
      ended = false;
    } else if (c == '\0') {
      ended = true;
    } else if (c != '\r' && !ended) {
      word += c;
    }
  }
  return all;
}

TEST_CASE("a text cut off anywhere is the words up to there") {
  // A NUL in its midst: the length must be told.
  constexpr char kBegin[] =
      "\xef\xbb\xbfja \tein\r\n\nein\r longer \xe2\x82\xac\xe2\x82\xac\0x \xff\n";
  const std::string text =
      std::string(kBegin, sizeof kBegin - 1) + " </s> \f\v \xf0\x9f\x98\x80\xf0\x9f\x98\x80 z";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    CAPTURE(size);
    const std::string part = text.substr(0, size);
    // Five bytes hold one character of three and not two of four.
    for (const std::size_t limit : {std::size_t{5}, std::size_t{98}}) {
      const Corpus corpus = read(part, {.min_count = 1, .max_word_bytes = limit});
      CHECK(spell(corpus) == spell_slowly(part, limit));
      CHECK(corpus.vocabulary.total_count() == corpus.text.size());
    }
  }
}

TEST_CASE("threads and ids in a file change nothing") {
  std::mt19937 random(7);
  std::string text;
  // Three sections of 1 MiB, so that words and lines cross their borders.
  while (text.size() < 3'000'000) {
    // Rare words are many, as in real text.
    const unsigned rank = static_cast<unsigned>(1e5 / (1 + random() % 100000));
    text += "w" + std::to_string(rank * 37 % 5000 + random() % (rank + 1));
    text += random() % 12 == 0 ? '\n' : ' ';
  }
  const Corpus one = read(text, {.min_count = 3, .resources = {.threads = 1}});
  const Corpus four = read(text, {.min_count = 3, .resources = {.threads = 4}});
  const Corpus in_file =
      read(text, {.min_count = 3, .resources = {.threads = 2, .memory_limit = 1}});
  CHECK(words(one) == words(four));
  CHECK(ids(one) == ids(four));
  CHECK(words(one) == words(in_file));
  CHECK(ids(one) == ids(in_file));
  CHECK(one.text.size() == one.vocabulary.total_count());

  // From the middle of pieces, and over their ends, of which there are about three.
  const std::span<const WordId> whole = one.text.ids();
  std::vector<WordId> room(whole.size());
  for (const Corpus* const corpus : {&one, &four, &in_file}) {
    CHECK(fingerprint_of(corpus->text) == io::checksum_of(whole.data(), whole.size_bytes()));
    for (const std::size_t count : {std::size_t{1}, std::size_t{1000}, whole.size() / 2}) {
      for (std::size_t begin = 0; begin + count <= whole.size(); begin += count) {
        const std::span<const WordId> part = corpus->text.read(begin, count, room);
        REQUIRE(part.size() == count);
        REQUIRE(std::equal(part.begin(), part.end(), whole.begin() + begin));
      }
    }
  }
}

Corpus read_lowercased(const std::string& text, const ReadOptions& options = {.min_count = 1}) {
  const TemporaryFile file(text);
  return read_corpus(*lowercased(io::open_text({file.path()})), options);
}

TEST_CASE("a text is read as if all its letters were small, whatever that does to their length") {
  CHECK(words(read_lowercased("Der DER der Straße STRASSE\nΣΊΣΥΦΟΣ σίσυφος K k\n")) ==
        "</s>:2 der:3 σίσυφοσ:2 k:2 straße:1 strasse:1");
  CHECK(words(read_lowercased("A\xff \xe4 a\xff")) == "</s>:0 a\xff:2 \xe4:1");
  // Blocks that grow: words stand in the order of the text all the same.
  std::string text;
  std::string small;
  while (text.size() < 2'500'000) {
    const std::string number = std::to_string(text.size()) + ' ';
    text += "ȺȺȺȺ" + number;
    small += "ⱥⱥⱥⱥ" + number;
  }
  for (const int threads : {1, 3}) {
    const ReadOptions options{.min_count = 1, .resources = {.threads = threads}};
    const Corpus folded = read_lowercased(text, options);
    const Corpus expected = read(small, options);
    CHECK(words(folded) == words(expected));
    CHECK(ids(folded) == ids(expected));
  }
}

TEST_CASE("words of a vocabulary file are folded as the text is, and counted together") {
  const TemporaryFile vocabulary("</s> 1\nDer 5\nB 9\nder 5\n");
  const Corpus corpus = read_lowercased(
      "DER b\n",
      {.min_count = 1, .vocabulary_file = vocabulary.path(), .lowercase_vocabulary = true});
  CHECK(words(corpus) == "</s>:1 der:10 b:9");
  CHECK(ids(corpus) == std::vector<WordId>{1, 2, 0});
  CHECK(corpus.changes.folded == 2);
}

TEST_CASE("ids stand side by side, whatever pieces they came in") {
  const auto pieces_of = [](const std::vector<std::vector<WordId>>& pieces, std::size_t memory) {
    auto blocks =
        std::make_unique<IdBlocks>(1000, Resources{.memory_limit = memory * 2 * sizeof(WordId)});
    std::vector<IdBlocks::Piece> kept;
    for (const std::vector<WordId>& ids : pieces) kept.push_back(blocks->keep(ids));
    return EncodedCorpus(std::move(blocks), std::move(kept), 0);
  };
  for (const std::size_t in_memory : {0u, 3u, 1000u}) {
    for (const std::vector<std::vector<WordId>>& pieces :
         {std::vector<std::vector<WordId>>{{1, 2, 3}},
          {{1, 2, 3}, {}},
          {{}, {1, 2, 3}, {}},
          {{1, 2}, {}, {3}},
          {{1}, {2}, {3}}}) {
      const EncodedCorpus text = pieces_of(pieces, in_memory + 1);
      CHECK(std::vector<WordId>(text.ids().begin(), text.ids().end()) ==
            std::vector<WordId>{1, 2, 3});
      CHECK(text.ids().data() == text.ids().data());
    }
    CHECK(pieces_of({{}, {}}, in_memory + 1).ids().empty());
  }
}

TEST_CASE("a vocabulary file gives words and counts, the text gives the ids") {
  const TemporaryFile vocabulary("</s> 1\na 5\nzz 9\nb 5\n");
  const Corpus corpus = read("b q a\na\n", {.min_count = 1, .vocabulary_file = vocabulary.path()});
  CHECK(words(corpus) == "</s>:1 zz:9 a:5 b:5");
  CHECK(ids(corpus) == std::vector<WordId>{3, 2, 0, 2, 0});
  CHECK(corpus.changes.sentence_end == SentenceEnd::kFirst);
  CHECK(corpus.changes.cut == 0);
  CHECK(corpus.changes.absent == 1);  // zz
  CHECK(read("a\n", {.min_count = 1}).changes.absent == 0);
}

TEST_CASE("the sentence end is put in front of the words of a vocabulary file") {
  const auto with = [](const std::string& content, std::uint64_t min_count = 1) {
    const TemporaryFile file(content);
    return read("a x\na\n", {.min_count = min_count, .vocabulary_file = file.path()});
  };
  const Corpus moved = with("x 3\n</s> 2\na 5\n");
  CHECK(words(moved) == "</s>:2 a:5 x:3");
  CHECK(ids(moved) == std::vector<WordId>{1, 2, 0, 1, 0});
  CHECK(moved.changes.sentence_end == SentenceEnd::kMoved);
  const Corpus added = with("x 3\na 5\n");
  CHECK(words(added) == "</s>:0 a:5 x:3");
  CHECK(ids(added) == std::vector<WordId>{1, 2, 0, 1, 0});
  CHECK(added.changes.sentence_end == SentenceEnd::kAdded);
  // It is no word that could be too rare, wherever it stood.
  CHECK(words(with("x 3\n</s> 2\na 5\n", 4)) == "</s>:2 a:5");
  CHECK(words(with("</s> 2\n")) == "</s>:2");
}

TEST_CASE("words of a vocabulary file are cut as those of the text, and equal ones are one") {
  const TemporaryFile file("</s> 1\nabcdef 2\nabc\xc3\xa9 3\nx 1\nabcd 4\nabcdeg 5\n");
  const Corpus corpus = read("abcdefgh abcd x\n",
                             {.min_count = 1, .vocabulary_file = file.path(), .max_word_bytes = 4});
  CHECK(words(corpus) == "</s>:1 abcd:11 abc:3 x:1");  // no half of a letter
  CHECK(ids(corpus) == std::vector<WordId>{1, 1, 3, 0});
  CHECK(corpus.changes.cut == 3);
  const TemporaryFile end("</s> 2\nabc 1\n");
  const Corpus short_words =
      read("abc\na\n", {.min_count = 1, .vocabulary_file = end.path(), .max_word_bytes = 1});
  CHECK(words(short_words) == "</s>:2 a:1");
  CHECK(short_words.changes.sentence_end == SentenceEnd::kFirst);
  CHECK(corpus.changes.absent == 1);
}

TEST_CASE("the reference's vocabularies come out byte for byte") {
  for (const char* min_count : {"1", "3"}) {
    const Corpus corpus =
        read_corpus(HOGVEC_GOLDEN "/corpus.txt",
                    {.min_count = std::stoul(min_count), .resources = {.threads = 2}});
    std::string lines;
    for (const io::WordCount& w : corpus.vocabulary.words()) {
      lines += w.word + " " + std::to_string(w.count) + "\n";
    }
    std::ifstream golden(std::string(HOGVEC_GOLDEN "/vocab.min") + min_count + ".txt");
    CHECK(lines == std::string(std::istreambuf_iterator<char>(golden), {}));
  }
}

}  // namespace

TEST_CASE("a text that changes while it is read is refused") {
  const testing::TemporaryFolder folder;
  const std::string path = folder / "text";
  testing::write_file(path, "a text that will be longer\n");
  ReadOptions options{.min_count = 1};
  options.on_progress = [&](std::uint64_t) { std::ofstream(path, std::ios::app) << "more"; };
  CHECK(testing::contains(testing::error_of([&] { read_corpus(path, options); }),
                          path + ": was changed while it was read"));
}
