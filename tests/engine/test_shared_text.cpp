// Texts that ranks read together: whatever their number, they come to the vocabulary, the ids, the
// chunks and the fingerprint that one reader comes to.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "engine/cluster/local_ranks.hpp"
#include "engine/cluster/shared_text.hpp"
#include "engine/model/run_record.hpp"
#include "tests/files.hpp"

namespace {

using namespace hogvec;
using testing::contains;
using testing::error_of;
using testing::TemporaryFolder;
using testing::write_file;

/// Words of a few hundred, in lines of about `line` of them; 0: all in one.
std::string random_text(std::size_t words, unsigned line, unsigned seed) {
  std::mt19937 random(seed);
  std::string text;
  for (std::size_t i = 0; i < words; ++i) {
    text += "w" + std::to_string(random() % (1 + random() % 500));
    text += line != 0 && random() % line == 0 ? '\n' : ' ';
  }
  return text;
}

struct Whole {
  std::vector<io::WordCount> words;
  std::vector<WordId> ids;
  std::vector<std::size_t> begins;
  std::size_t unknown;
  std::uint64_t fingerprint;
};

std::vector<std::size_t> begins_of(const ChunkPlan& plan) {
  std::vector<std::size_t> begins;
  begins.reserve(plan.size() + 1);
  for (std::size_t chunk = 0; chunk <= plan.size(); ++chunk) begins.push_back(plan.begin(chunk));
  return begins;
}

Whole read_whole(const std::vector<std::string>& paths, const ReadOptions& options) {
  const Corpus corpus = read_corpus(*io::open_text(paths), options);
  return {corpus.vocabulary.words(),
          {corpus.text.ids().begin(), corpus.text.ids().end()},
          begins_of(ChunkPlan(corpus.text)),
          corpus.text.unknown(),
          fingerprint_of(corpus.text)};
}

bool same_words(const std::vector<io::WordCount>& a, const std::vector<io::WordCount>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const io::WordCount& x, const io::WordCount& y) {
                      return x.word == y.word && x.count == y.count;
                    });
}

/// Every rank has the vocabulary, and its chunks with what one reader has in them.
void check_shared(Ranks& ranks, const SharedCorpus& shared, const Whole& whole) {
  CHECK(same_words(shared.vocabulary.words(), whole.words));
  CHECK(shared.unknown == whole.unknown);
  if (ranks.first()) CHECK(shared.fingerprint == whole.fingerprint);
  REQUIRE(shared.chunks.all() == whole.begins.size() - 1);
  CHECK(shared.chunks.all_words() == whole.ids.size());
  CHECK(shared.chunks.words() == shared.text.size());
  std::size_t expected = 0;
  for (auto c = static_cast<std::size_t>(ranks.rank()); c < shared.chunks.all();
       c += static_cast<std::size_t>(ranks.size())) {
    ++expected;
  }
  REQUIRE(shared.chunks.size() == expected);
  std::vector<WordId> room(shared.chunks.longest());
  for (std::size_t i = 0; i < shared.chunks.size(); ++i) {
    const std::size_t number = shared.chunks.number(i);
    const std::size_t begin = whole.begins[number];
    CHECK(shared.chunks.place(i) == begin);
    REQUIRE(shared.chunks.length(i) == whole.begins[number + 1] - begin);
    const auto ids = shared.text.read(shared.chunks.begin(i), shared.chunks.length(i), room);
    CHECK(
        std::equal(ids.begin(), ids.end(), whole.ids.begin() + static_cast<std::ptrdiff_t>(begin)));
  }
}

/// As word2vec-mpi opens a text that all ranks see.
std::unique_ptr<io::TextSource> open_part(const std::vector<std::string>& paths,
                                          const Ranks& ranks) {
  if (!io::parted_text_bytes(paths))
    return io::open_text(ranks.first() ? paths : std::vector<std::string>());
  return io::open_text(
      paths, false,
      {static_cast<std::size_t>(ranks.rank()), static_cast<std::size_t>(ranks.size())});
}

void check_shares(const std::vector<std::string>& paths, const ReadOptions& options) {
  const Whole whole = read_whole(paths, options);
  for (const int size : {1, 2, 3, 4, 8}) {
    CAPTURE(size);
    run_local_ranks(size, [&](Ranks& ranks) {
      const auto source = open_part(paths, ranks);
      check_shared(
          ranks,
          read_shared_corpus(ranks, *source, TextParts::kShares, options, {.fingerprint = true}),
          whole);
    });
  }
}

TEST_CASE("a text in lines, and one in a single line") {
  const TemporaryFolder folder;
  for (const unsigned line : {12u, 0u, 900u}) {
    CAPTURE(line);
    write_file(folder / "text", random_text(90'000, line, line));
    check_shares({folder / "text"}, {.min_count = 3, .resources = {.threads = 2}});
  }
}

TEST_CASE("short texts: fewer words than ranks, none at all, only blanks") {
  const TemporaryFolder folder;
  for (const std::string text :
       {"", "a", "a b", " \n \n", "a\n", "one two three one\n", "averyveryverylongword b"}) {
    CAPTURE(text);
    write_file(folder / "text", text);
    check_shares({folder / "text"}, {.min_count = 1});
  }
}

TEST_CASE("several files: without a newline at the end, empty, with a byte order mark") {
  const TemporaryFolder folder;
  write_file(folder / "a", random_text(20'000, 30, 1) + "last");
  write_file(folder / "b", "");
  write_file(folder / "c", "\xef\xbb\xbf" + random_text(15'000, 0, 2));
  write_file(folder / "d", " ");
  write_file(folder / "e", random_text(30'000, 5, 3));
  const std::vector<std::string> all = {folder / "a", folder / "b", folder / "c", folder / "d",
                                        folder / "e"};
  check_shares(all, {.min_count = 2});
  check_shares({folder / "d", folder / "b", folder / "e", folder / "d", folder / "a"},
               {.min_count = 1, .max_vocabulary = 50});
}

TEST_CASE("where any boundary falls") {
  const TemporaryFolder folder;
  // Every place of a short text is a boundary of some number of ranks.
  write_file(folder / "text", "aa  b\n\ncc\td  </s> e\r\nf");
  const Whole whole = read_whole({folder / "text"}, {.min_count = 1});
  for (int size = 1; size <= 24; ++size) {
    CAPTURE(size);
    run_local_ranks(size, [&](Ranks& ranks) {
      const auto source = open_part({folder / "text"}, ranks);
      check_shared(ranks,
                   read_shared_corpus(ranks, *source, TextParts::kShares, {.min_count = 1},
                                      {.fingerprint = true}),
                   whole);
    });
  }
}

TEST_CASE("a compressed text is the first rank's to read") {
  const TemporaryFolder folder;
  write_file(folder / "plain", random_text(1'000, 9, 5));
  REQUIRE(std::system(("gzip -k '" + folder / "plain" + "'").c_str()) == 0);
  check_shares({folder / "plain", folder / "plain.gz"}, {.min_count = 1});
}

TEST_CASE("every rank can have all chunks") {
  const TemporaryFolder folder;
  write_file(folder / "text", random_text(60'000, 11, 4));
  const Whole whole = read_whole({folder / "text"}, {.min_count = 1});
  run_local_ranks(3, [&](Ranks& ranks) {
    const auto source = open_part({folder / "text"}, ranks);
    const SharedCorpus shared = read_shared_corpus(ranks, *source, TextParts::kShares,
                                                   {.min_count = 1}, {.all_chunks = true});
    CHECK(begins_of(shared.chunks) == whole.begins);
    CHECK(std::vector<WordId>(shared.text.ids().begin(), shared.text.ids().end()) == whole.ids);
  });
}

TEST_CASE("a file for each rank: together they are the text") {
  const TemporaryFolder folder;
  std::vector<std::string> paths;
  const std::string texts[] = {random_text(20'000, 7, 1) + "open", "",
                               "new " + random_text(9'000, 0, 2), random_text(14'000, 3, 3)};
  for (const std::string& text : texts) {
    paths.push_back(folder / std::to_string(paths.size()));
    write_file(paths.back(), text);
  }
  const Whole whole = read_whole(paths, {.min_count = 1});
  run_local_ranks(4, [&](Ranks& ranks) {
    const auto source = io::open_text({paths[static_cast<std::size_t>(ranks.rank())]});
    check_shared(ranks,
                 read_shared_corpus(ranks, *source, TextParts::kFiles, {.min_count = 1},
                                    {.fingerprint = true}),
                 whole);
  });
}

TEST_CASE("a vocabulary of a file, and one that is chosen, are the first rank's") {
  const TemporaryFolder folder;
  write_file(folder / "text", random_text(50'000, 20, 8));
  write_file(folder / "vocabulary", "w1 10\nw7 9\nnowhere 8\n");
  ReadOptions options{.min_count = 1, .vocabulary_file = folder / "vocabulary"};
  check_shares({folder / "text"}, options);
  run_local_ranks(3, [&](Ranks& ranks) {
    ReadOptions mine = options;
    if (!ranks.first()) mine.vocabulary_file = "/is/not/looked/at";
    const auto source = open_part({folder / "text"}, ranks);
    const SharedCorpus shared = read_shared_corpus(ranks, *source, TextParts::kShares, mine);
    CHECK(shared.vocabulary.size() == 4);
    CHECK(shared.changes.absent == 1);
  });
}

TEST_CASE("a rank without its text ends all") {
  const TemporaryFolder folder;
  write_file(folder / "text", "a b c\n");
  write_file(folder / "utf16", std::string("\xff\xfe"
                                           "a\0b\0\n\0",
                                           8));
  const std::string told = error_of([&] {
    run_local_ranks(3, [&](Ranks& ranks) {
      const auto source = io::open_text({ranks.rank() == 1 ? folder / "utf16" : folder / "text"});
      try {
        read_shared_corpus(ranks, *source, TextParts::kFiles, {.min_count = 1},
                           {.fingerprint = true});
      } catch (const OtherRankFailed&) {
      }
    });
  });
  CHECK(contains(told, "rank 1: "));
  CHECK(contains(told, "UTF-16"));
}

}  // namespace
