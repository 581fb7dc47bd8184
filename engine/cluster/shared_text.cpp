#include "engine/cluster/shared_text.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "engine/corpus/counted_text.hpp"
#include "engine/corpus/encode_text.hpp"
#include "engine/corpus/word_table.hpp"
#include "io/checksum.hpp"
#include "io/error.hpp"

namespace hogvec {
namespace {

// Ids that a rank sends at a time: beside the text, they are in memory twice.
constexpr std::size_t kStepIds = 16u << 20;
// Places of a rank's words come behind those of the rank before.
constexpr int kPlaceBits = 47;

void append(Bytes& bytes, const void* data, std::size_t size) {
  const auto* const begin = static_cast<const std::byte*>(data);
  bytes.insert(bytes.end(), begin, begin + size);
}

template <class Value>
void append(Bytes& bytes, const Value& value) {
  append(bytes, &value, sizeof value);
}

/// Reads what append() wrote.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : rest_(bytes) {}

  bool done() const noexcept { return rest_.empty(); }
  template <class Value>
  Value value() {
    Value value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view text(std::size_t size) {
    return {reinterpret_cast<const char*>(take(size).data()), size};
  }

 private:
  std::span<const std::byte> take(std::size_t size) {
    if (size > rest_.size()) throw Error("a message of another rank is cut off");
    const std::span<const std::byte> taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  std::span<const std::byte> rest_;
};

std::vector<std::span<const std::byte>> views_of(const std::vector<Bytes>& messages) {
  return {messages.begin(), messages.end()};
}

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

CountedWord read_word(Reader& reader) {
  const auto count = reader.value<std::uint64_t>();
  const auto first = reader.value<std::uint64_t>();
  const auto size = reader.value<std::uint32_t>();
  return {count, first, reader.text(size)};
}

/// Whether the text of a rank that has files of its own begins behind another's that ends without a
/// newline, which ends a sentence all the same.
bool begins_after_open_end(Ranks& ranks, io::TextEnd mine) {
  const std::vector<io::TextEnd> ends = values_of_all(ranks, mine);
  if (mine == io::TextEnd::kNothing) return false;
  for (int rank = ranks.rank(); rank > 0; --rank) {
    const io::TextEnd before = ends[static_cast<std::size_t>(rank - 1)];
    if (before != io::TextEnd::kNothing) return before == io::TextEnd::kOpen;
  }
  return false;
}

/// The words of all parts: each rank has those whose hashes are its own.
class SharedWords {
 public:
  /// Those of this rank's part, and so many more ends of sentences.
  SharedWords(Ranks& ranks, const TextWords& words, std::uint64_t more_ends) : ranks_(ranks) {
    const auto size = static_cast<std::size_t>(ranks.size());
    std::vector<Bytes> out(size);
    for (std::size_t k = 1; k < words.size(); ++k) {
      const WordTable::Key key = WordTable::key_of(words.word(k));
      append_word(out[(key.hash >> 40) % size], key.word, words.count(k),
                  (static_cast<std::uint64_t>(ranks.rank()) << kPlaceBits) + words.first(k));
    }
    std::vector<Bytes> in;
    ranks.exchange(views_of(out), in);
    for (const Bytes& message : in) {
      for (Reader reader(message); !reader.done();) {
        const CountedWord word = read_word(reader);
        table_.add(WordTable::key_of(word.word), word.first, word.count);
      }
    }
    const std::uint64_t ends = words.count(kSentenceEnd) + more_ends;
    for (const std::uint64_t of_rank : values_of_all(ranks, ends)) ends_ += of_rank;
  }

  /// Of all of them, on the first rank.
  Vocabulary vocabulary(std::uint64_t min_count, std::size_t max_words) {
    Bytes mine;
    table_.for_each([&](const WordTable::Record& record) {
      if (record.count >= min_count) append_word(mine, record.word(), record.count, record.first);
    });
    std::vector<Bytes> out(static_cast<std::size_t>(ranks_.size()));
    out[0] = std::move(mine);
    std::vector<Bytes> in;
    ranks_.exchange(views_of(out), in);
    std::vector<CountedWord> counted;
    for (const Bytes& message : in) {
      for (Reader reader(message); !reader.done();) counted.push_back(read_word(reader));
    }
    std::sort(counted.begin(), counted.end(),
              [](const CountedWord& a, const CountedWord& b) { return a.first < b.first; });
    std::vector<io::WordCount> words{{std::string(kSentenceEndWord), ends_}};
    words.reserve(1 + counted.size());
    for (const CountedWord& word : counted) words.push_back({std::string(word.word), word.count});
    return {std::move(words), min_count, max_words};
  }

  /// How many words of a vocabulary, </s> not counted, the text has.
  std::size_t found_of(const Vocabulary& vocabulary) {
    std::size_t mine = 0;
    table_.for_each([&](const WordTable::Record& record) {
      mine += vocabulary.find(record.word()).has_value();
    });
    std::size_t all = 0;
    for (const std::size_t of_rank : values_of_all(ranks_, mine)) all += of_rank;
    return all;
  }

 private:
  Ranks& ranks_;
  WordTable table_;
  std::uint64_t ends_ = 0;
};

/// That of the first rank, on all.
Vocabulary spread(Ranks& ranks, Vocabulary vocabulary) {
  Bytes bytes;
  if (ranks.first()) {
    append(bytes, vocabulary.left_out());
    for (const io::WordCount& entry : vocabulary.words()) {
      append_word(bytes, entry.word, entry.count, 0);
    }
  }
  broadcast(ranks, bytes);
  if (ranks.first()) return vocabulary;
  Reader reader(bytes);
  reader.value<Vocabulary::LeftOut>();  // which the first rank tells
  std::vector<io::WordCount> words;
  while (!reader.done()) {
    const CountedWord word = read_word(reader);
    words.push_back({std::string(word.word), word.count});
  }
  return Vocabulary::in_order(std::move(words));
}

/// What the ranks have of the ids of a text, one part behind the other.
class SharedIds {
 public:
  SharedIds(Ranks& ranks, const EncodedCorpus& mine, const Resources& resources)
      : ranks_(ranks), mine_(mine), resources_(resources) {
    const std::vector<std::size_t> sizes = values_of_all(ranks, mine.size());
    for (std::size_t r = 0; r < sizes.size(); ++r) {
      if (r < static_cast<std::size_t>(ranks.rank())) begin_ += sizes[r];
      words_ += sizes[r];
      most_ = std::max(most_, sizes[r]);
    }
  }

  /// Where all chunks of the text begin, and its end: as ChunkPlan of the whole text has them.
  std::vector<std::size_t> chunk_begins() {
    const std::size_t count = ChunkPlan::count(words_);
    // Of each chunk that this rank has to do with, where a sentence ends near its begin.
    Bytes found;
    std::array<WordId, ChunkPlan::kSentenceSearch> room;
    for (std::size_t chunk = 1; chunk < count; ++chunk) {
      const std::size_t nominal = ChunkPlan::nominal_begin(words_, count, chunk);
      const std::size_t first = std::max(nominal, begin_);
      const std::size_t end = std::min(nominal + room.size(), begin_ + mine_.size());
      if (first >= end) continue;
      const std::span<const WordId> ids = mine_.read(first - begin_, end - first, room);
      const auto sentence_end = std::find(ids.begin(), ids.end(), kSentenceEnd);
      if (sentence_end == ids.end()) continue;
      append(found, chunk);
      append(found, first + static_cast<std::size_t>(sentence_end - ids.begin()) + 1);
    }
    std::vector<Bytes> all;
    gather(ranks_, found, all);
    std::vector<std::size_t> begins(count + 1);
    for (std::size_t chunk = 1; chunk < count; ++chunk) {
      begins[chunk] = ChunkPlan::nominal_begin(words_, count, chunk);
    }
    begins[count] = words_;
    std::vector<bool> set(count);
    for (const Bytes& message : all) {  // in the order of the text
      for (Reader reader(message); !reader.done();) {
        const auto chunk = reader.value<std::size_t>();
        const auto place = reader.value<std::size_t>();
        if (!set[chunk]) begins[chunk] = place;
        set[chunk] = true;
      }
    }
    return begins;
  }

  /// This rank's chunks, or all.
  EncodedCorpus deal(const std::vector<std::size_t>& begins, bool all) {
    struct Part {
      std::size_t place;
      IdBlocks::Piece piece;
    };
    const auto size = static_cast<std::size_t>(ranks_.size());
    auto blocks =
        std::make_unique<IdBlocks>(all ? words_ : words_ / size + kStepIds / size, resources_);
    std::vector<Part> parts;
    std::vector<Bytes> out(size);
    std::vector<Bytes> in;
    std::vector<WordId> room;
    const std::size_t step_ids = all ? std::max<std::size_t>(kStepIds / size, 1) : kStepIds;
    for (std::size_t step = 0; step < most_; step += step_ids) {
      for (Bytes& message : out) message.clear();
      const std::size_t step_end = begin_ + std::min(step + step_ids, mine_.size());
      for (std::size_t place = begin_ + step; place < step_end;) {
        const auto next = std::upper_bound(begins.begin(), begins.end(), place);
        const auto chunk = static_cast<std::size_t>(next - begins.begin()) - 1;
        const std::size_t count = std::min(*next, step_end) - place;
        room.resize(std::max(room.size(), count));
        const std::span<const WordId> ids = mine_.read(place - begin_, count, room);
        for (std::size_t rank = 0; rank < size; ++rank) {
          if (!all && chunk % size != rank) continue;
          append(out[rank], place);
          append(out[rank], count);
          append(out[rank], ids.data(), ids.size_bytes());
        }
        place += count;
      }
      ranks_.exchange(views_of(out), in);
      for (const Bytes& message : in) {
        for (Reader reader(message); !reader.done();) {
          const auto place = reader.value<std::size_t>();
          const auto count = reader.value<std::size_t>();
          const std::string_view ids = reader.text(count * sizeof(WordId));
          room.resize(std::max(room.size(), count));
          std::memcpy(room.data(), ids.data(), ids.size());
          parts.push_back({place, blocks->keep({room.data(), count})});
        }
      }
    }
    std::sort(parts.begin(), parts.end(),
              [](const Part& a, const Part& b) { return a.place < b.place; });
    std::vector<IdBlocks::Piece> pieces;
    pieces.reserve(parts.size());
    for (const Part& part : parts) pieces.push_back(part.piece);
    return {std::move(blocks), std::move(pieces), 0};
  }

  /// Of the whole text, on the first rank, which is sent the others' ids.
  std::uint64_t fingerprint() {
    io::RunningChecksum checksum;
    const auto size = static_cast<std::size_t>(ranks_.size());
    const std::vector<std::size_t> sizes = values_of_all(ranks_, mine_.size());
    std::vector<Bytes> in;
    std::vector<WordId> room(std::min(kStepIds, mine_.size()));
    for (std::size_t rank = 0; rank < size; ++rank) {
      for (std::size_t step = 0; step < sizes[rank]; step += kStepIds) {
        std::vector<std::span<const std::byte>> out(size);
        if (rank == static_cast<std::size_t>(ranks_.rank())) {
          out[0] = std::as_bytes(mine_.read(step, std::min(kStepIds, mine_.size() - step), room));
        }
        ranks_.exchange(out, in);
        if (ranks_.first()) checksum.add(in[rank].data(), in[rank].size());
      }
    }
    return checksum.value();
  }

 private:
  Ranks& ranks_;
  const EncodedCorpus& mine_;
  const Resources& resources_;
  std::size_t begin_ = 0;
  std::size_t words_ = 0;
  std::size_t most_ = 0;  // of one rank
};

void begin_with_sentence_end(EncodedText& text) {
  const WordId end = kSentenceEnd;
  text.sections.insert(text.sections.begin(), {.piece = text.blocks->keep({&end, 1}), .worker = 0});
}

}  // namespace

SharedCorpus read_shared_corpus(Ranks& ranks, io::TextSource& source, TextParts parts,
                                const ReadOptions& options, const TextWishes& wishes) {
  EncodedText text;
  together(ranks, [&] { text = encode_text(source, options); });
  const bool open = parts == TextParts::kFiles && begins_after_open_end(ranks, source.end());
  if (open) begin_with_sentence_end(text);

  SharedWords words(ranks, text.words, open ? 1 : 0);
  Vocabulary vocabulary = words.vocabulary(options.min_count, options.max_vocabulary);
  const bool given =
      values_of_all(ranks, int{!options.vocabulary_file.empty() && !options.choose})[0] != 0;
  VocabularyChanges changes;
  together(ranks, [&] {
    if (!ranks.first()) return;
    if (given) {
      vocabulary = Vocabulary(read_file_vocabulary(options.vocabulary_file, options.max_word_bytes,
                                                   options.lowercase_vocabulary, changes),
                              options.min_count, options.max_vocabulary);
    } else if (options.choose) {
      vocabulary = options.choose(vocabulary);
    }
  });
  vocabulary = spread(ranks, std::move(vocabulary));
  if (given) changes.absent = vocabulary.size() - 1 - words.found_of(vocabulary);

  EncodedCorpus mine;
  together(ranks, [&] {
    mine = encode_counted(std::move(text), vocabulary, 0, options.resources.threads);
  });
  std::uint64_t unknown = 0;
  for (const std::size_t of_rank : values_of_all(ranks, mine.unknown())) unknown += of_rank;
  SharedIds ids(ranks, mine, options.resources);
  const std::uint64_t fingerprint = wishes.fingerprint ? ids.fingerprint() : 0;
  const std::vector<std::size_t> begins = ids.chunk_begins();
  EncodedCorpus dealt = ids.deal(begins, wishes.all_chunks);
  ChunkShare share;
  if (!wishes.all_chunks) {
    share = {static_cast<std::size_t>(ranks.rank()), static_cast<std::size_t>(ranks.size())};
  }
  ChunkPlan chunks(begins, share);
  return {
      std::move(vocabulary), std::move(dealt), std::move(chunks), changes, unknown, fingerprint};
}

}  // namespace hogvec
