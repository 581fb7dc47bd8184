// TextWords and how a text is read where memory for tables is short: every word once, with the
// counts of all tables, whatever the number of tables, threads and words.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "engine/corpus/encode_text.hpp"
#include "engine/corpus/text_words.hpp"
#include "tests/files.hpp"

namespace {

using namespace hogvec;

struct Seen {
  std::uint64_t count = 0;
  std::uint64_t first = ~std::uint64_t{0};
};

/// A table of a worker, and what its words are by their numbers.
struct Worker {
  WordTable table;
  std::vector<std::string> words;
};

class Workers {
 public:
  /// Each sees `words` words of so many different ones.
  Workers(std::size_t count, std::size_t words, std::size_t different) {
    std::mt19937 random(7);
    for (std::size_t w = 0; w < count; ++w) {
      Worker worker;
      add(worker, "</s>", w);
      for (std::size_t k = 0; k < words; ++k) {
        // Of 1 to 20 bytes, some of which only differ in zeros at the end.
        const std::size_t number = random() % different;
        std::string word(1 + number % 20, 'w');
        word += std::to_string(number);
        if (number % 7 == 0) word += std::string(number % 3, '\0');
        add(worker, word, random() % 1'000'000);
      }
      workers.push_back(std::move(worker));
    }
  }

  std::vector<WordTable> tables() {
    std::vector<WordTable> tables;
    for (Worker& worker : workers) tables.push_back(std::move(worker.table));
    return tables;
  }

  std::vector<Worker> workers;
  std::map<std::string, Seen> all;

 private:
  void add(Worker& worker, const std::string& word, std::uint64_t position) {
    const std::uint64_t count = 1 + position % 3;
    const std::uint32_t number = worker.table.add(WordTable::key_of(word), position, count);
    if (number == worker.words.size()) worker.words.push_back(word);
    Seen& seen = all[word];
    seen.count += count;
    seen.first = std::min(seen.first, position);
  }
};

TEST_CASE("words of all tables come once, with their counts and first places") {
  struct Case {
    std::size_t tables, words, different;
  };
  for (const Case c : {Case{1, 100, 50}, Case{2, 1, 1}, Case{3, 0, 1}, Case{5, 40'000, 30'000},
                       Case{33, 1'000, 400}}) {
    for (const int threads : {1, 3}) {
      CAPTURE(c.tables);
      CAPTURE(threads);
      Workers workers(c.tables, c.words, c.different);
      std::vector<std::vector<WordId>> numbers;
      const TextWords words(workers.tables(), threads, numbers);
      CHECK(words.size() == workers.all.size());
      CHECK(words.word(0) == "</s>");
      for (std::size_t k = 0; k < words.size(); ++k) {
        const auto found = workers.all.find(std::string(words.word(k)));
        REQUIRE(found != workers.all.end());
        CHECK(words.count(k) == found->second.count);
        CHECK(words.first(k) == found->second.first);
        workers.all.erase(found);
      }
      REQUIRE(numbers.size() == c.tables);
      for (std::size_t t = 0; t < c.tables; ++t) {
        const std::vector<std::string>& own = workers.workers[t].words;
        REQUIRE(numbers[t].size() == own.size());
        for (std::size_t k = 0; k < own.size(); ++k) CHECK(words.word(numbers[t][k]) == own[k]);
      }
    }
  }
}

TEST_CASE("where tables take too much memory, one worker reads on alone") {
  std::string text;
  for (int k = 0; k < 300'000; ++k) text += std::to_string(k % 50'000) + (k % 9 == 0 ? "\n" : " ");
  const testing::TemporaryFile file(text);
  const auto read = [&](std::size_t limit) {
    EncodeOptions options{.resources = {.threads = 4, .memory_limit = limit}};
    return encode_text(*io::open_text({file.path()}), options);
  };
  const EncodedText alone = read(1);
  for (const EncodedText::Section& section : alone.sections) CHECK(section.worker == 0);
  const EncodedText together = read(std::size_t{1} << 40);
  CHECK(alone.words.size() == together.words.size());
  CHECK(alone.sections.size() == together.sections.size());
}

}  // namespace
