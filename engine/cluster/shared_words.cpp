#include "engine/cluster/shared_words.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/message.hpp"

namespace hogvec {
namespace {

// Places of a rank's words come behind those of the rank before.
constexpr int kPlaceBits = 47;

void append_word(Bytes& bytes, std::string_view word, std::uint64_t count, std::uint64_t first) {
  append(bytes, count);
  append(bytes, first);
  append(bytes, static_cast<std::uint32_t>(word.size()));
  append(bytes, word.data(), word.size());
}

struct CountedWord {
  std::uint64_t count;
  std::uint64_t first;
  std::string_view word;
};

CountedWord read_word(MessageReader& reader) {
  const auto count = reader.value<std::uint64_t>();
  const auto first = reader.value<std::uint64_t>();
  const auto size = reader.value<std::uint32_t>();
  return {count, first, reader.text(size)};
}

}  // namespace

SharedWords::SharedWords(Ranks& ranks, const TextWords& words, std::uint64_t more_ends)
    : ranks_(ranks) {
  const auto size = static_cast<std::size_t>(ranks.size());
  std::vector<Bytes> out(size);
  for (std::size_t k = 1; k < words.size(); ++k) {
    const WordTable::Key key = WordTable::key_of(words.word(k));
    append_word(out[(key.hash >> 40) % size], key.word, words.count(k),
                (static_cast<std::uint64_t>(ranks.rank()) << kPlaceBits) + words.first(k));
  }
  std::vector<Bytes> in;
  exchange(ranks, out, in);
  for (const Bytes& message : in) {
    for (MessageReader reader(message); !reader.done();) {
      const CountedWord word = read_word(reader);
      table_.add(WordTable::key_of(word.word), word.first, word.count);
    }
  }
  ends_ = sum_of_all(ranks, words.count(kSentenceEnd) + more_ends);
}

Vocabulary SharedWords::vocabulary(std::uint64_t min_count, std::size_t max_words) {
  Bytes mine;
  table_.for_each([&](const WordTable::Record& record) {
    if (record.count >= min_count) append_word(mine, record.word(), record.count, record.first);
  });
  std::vector<Bytes> out(static_cast<std::size_t>(ranks_.size()));
  out[0] = std::move(mine);
  std::vector<Bytes> in;
  exchange(ranks_, out, in);
  std::vector<CountedWord> counted;
  for (const Bytes& message : in) {
    for (MessageReader reader(message); !reader.done();) counted.push_back(read_word(reader));
  }
  std::sort(counted.begin(), counted.end(),
            [](const CountedWord& a, const CountedWord& b) { return a.first < b.first; });
  std::vector<io::WordCount> words{{std::string(kSentenceEndWord), ends_}};
  words.reserve(1 + counted.size());
  for (const CountedWord& word : counted) words.push_back({std::string(word.word), word.count});
  return {std::move(words), min_count, max_words};
}

std::size_t SharedWords::found_of(const Vocabulary& vocabulary) {
  std::size_t mine = 0;
  table_.for_each(
      [&](const WordTable::Record& record) { mine += vocabulary.find(record.word()).has_value(); });
  return sum_of_all(ranks_, mine);
}

Vocabulary spread(Ranks& ranks, Vocabulary vocabulary) {
  Bytes bytes;
  if (ranks.first()) {
    for (const io::WordCount& entry : vocabulary.words()) {
      append_word(bytes, entry.word, entry.count, 0);
    }
  }
  broadcast(ranks, bytes);
  if (ranks.first()) return vocabulary;
  MessageReader reader(bytes);
  std::vector<io::WordCount> words;
  while (!reader.done()) {
    const CountedWord word = read_word(reader);
    words.push_back({std::string(word.word), word.count});
  }
  return Vocabulary::in_order(std::move(words));
}

}  // namespace hogvec
