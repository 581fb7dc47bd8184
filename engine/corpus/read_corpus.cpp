// Text to ids in one pass: sections of the text are cut, counted and numbered by all workers, each
// with a table of its own; then the tables are merged and every section is renumbered.
#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <numeric>
#include <vector>

#include "engine/corpus/corpus.hpp"
#include "engine/corpus/tokenizer.hpp"
#include "engine/corpus/word_table.hpp"
#include "engine/system.hpp"
#include "engine/workers.hpp"
#include "io/error.hpp"

namespace hogvec {
namespace {

// Small enough that the workers end together, large enough that a section costs nothing by itself.
constexpr std::size_t kSectionBytes = 1u << 20;

constexpr WordId kUnknown = 0xffffffff;

/// The ids of one section, numbered by the table of the worker that read it.
struct Section {
  std::size_t first = 0;  // in the array of provisional ids
  std::size_t count = 0;
  int worker = 0;
  std::size_t known = 0;  // ids that are in the vocabulary
};

/// Ids in anonymous memory, or in an unnamed file where there would be too many.
io::MemoryMap id_memory(std::size_t count, bool in_file, const ReadOptions& options) {
  const std::size_t bytes = count * sizeof(WordId);
  return in_file ? io::MemoryMap::temporary_file(bytes, options.temporary_folder)
                 : io::MemoryMap::anonymous(bytes, true);
}

/// Words on their way into a table, whose cache misses overlap.
class Lookahead {
 public:
  /// Numbers of words go to the end of `ids`, in the order of push().
  Lookahead(WordTable& table, std::string_view text, std::vector<WordId>& ids)
      : table_(table), text_(text), ids_(ids) {}

  void push(std::string_view word, std::size_t position) {
    if (word.data() != text_.data() + position) {
      // A cleaned word lies in a buffer that the next one overwrites. (A NUL or a carriage return
      // at the end only shortens the view: such a word is in the buffer too.)
      ids_.push_back(table_.add(WordTable::key_of(word), position, 1));
      return;
    }
    Waiting& waiting = ring_[pushed_ % kAhead];
    if (pushed_ >= kAhead) add(waiting);
    waiting = {WordTable::key_of(word, text_.data() + text_.size()), ids_.size()};
    ids_.push_back(kUnknown);
    table_.prepare(waiting.key);
    if (pushed_ >= kAhead / 2) table_.prepare_record(ring_[(pushed_ - kAhead / 2) % kAhead].key);
    ++pushed_;
  }

  void finish() {
    const std::size_t first = pushed_ < kAhead ? 0 : pushed_ - kAhead;
    for (std::size_t k = first; k < pushed_; ++k) add(ring_[k % kAhead]);
    pushed_ = 0;
  }

 private:
  static constexpr std::size_t kAhead = 16;
  struct Waiting {
    WordTable::Key key;
    std::size_t place;  // in ids_
  };

  void add(const Waiting& waiting) {
    const auto position = static_cast<std::size_t>(waiting.key.word.data() - text_.data());
    ids_[waiting.place] = table_.add(waiting.key, position, 1);
  }

  WordTable& table_;
  std::string_view text_;
  std::vector<WordId>& ids_;
  std::array<Waiting, kAhead> ring_;
  std::size_t pushed_ = 0;
};

/// A text that is being read.
class Reader {
 public:
  Reader(const std::string& path, const ReadOptions& options)
      : options_(options),
        file_(io::MemoryMap::open_file(path)),
        text_(reinterpret_cast<const char*>(file_.data()), file_.size()),
        sections_((text_.size() + kSectionBytes - 1) / kSectionBytes),
        tables_(static_cast<std::size_t>(options.threads)) {
    const std::size_t limit =
        options.memory_limit != 0 ? options.memory_limit : available_memory() / 2;
    // A word and its separator are rarely less than four bytes, the size of an id.
    in_file_ = text_.size() > limit;
    // At most one id a byte; pages that stay untouched take no memory.
    provisional_ = id_memory(text_.size() + 1, in_file_, options);
  }

  Corpus read() {
    std::atomic<std::size_t> next{0};
    for (WordTable& table : tables_) {
      table.add(WordTable::key_of(kSentenceEndWord), 0, 0);
    }
    run_workers(options_.threads, [&](int worker) { read_sections(worker, next); });
    std::vector<std::vector<WordId>> merged = merge_tables();
    Vocabulary vocabulary = make_vocabulary();
    renumber(vocabulary, merged);
    tables_.clear();
    EncodedCorpus text = gather(merged);
    return {std::move(vocabulary), std::move(text)};
  }

 private:
  void read_sections(int worker, std::atomic<std::size_t>& next) {
    WordTable& table = tables_[static_cast<std::size_t>(worker)];
    SectionTokenizer tokenizer(text_, options_.max_word_bytes);
    std::vector<WordId> ids;
    Lookahead lookahead(table, text_, ids);
    std::uint64_t sentence_ends = 0;
    for (std::size_t s; (s = next.fetch_add(1, std::memory_order_relaxed)) < sections_.size();) {
      const std::size_t begin = s * kSectionBytes;
      const std::size_t end = std::min(begin + kSectionBytes, text_.size());
      ids.clear();
      tokenizer.run(
          begin, end,
          [&](std::string_view word, std::size_t position) { lookahead.push(word, position); },
          [&](std::size_t) {
            ids.push_back(kSentenceEnd);
            ++sentence_ends;
          });
      lookahead.finish();
      keep_section(s, worker, ids);
      file_.release(begin, end - begin);
    }
    table.add(WordTable::key_of(kSentenceEndWord), 0, sentence_ends);
  }

  void keep_section(std::size_t s, int worker, const std::vector<WordId>& ids) {
    const std::size_t first = provisional_count_.fetch_add(ids.size(), std::memory_order_relaxed);
    provisional_.reserve(first * sizeof(WordId), ids.size() * sizeof(WordId));
    std::copy(ids.begin(), ids.end(), provisional() + first);
    sections_[s] = {.first = first, .count = ids.size(), .worker = worker, .known = 0};
    if (!options_.on_progress) return;
    const std::unique_lock lock(progress_, std::try_to_lock);
    if (lock) options_.on_progress(first + ids.size());
  }

  /// Adds all tables to the first one. Returns for each worker the numbers that its words have
  /// there.
  std::vector<std::vector<WordId>> merge_tables() {
    std::vector<std::vector<WordId>> merged(tables_.size());
    merged[0].resize(tables_[0].size());
    std::iota(merged[0].begin(), merged[0].end(), 0);
    for (std::size_t worker = 1; worker < tables_.size(); ++worker) {
      merged[worker].resize(tables_[worker].size());
      tables_[worker].for_each([&](std::uint32_t id, std::string_view word, std::uint64_t count,
                                   std::uint64_t position) {
        merged[worker][id] = tables_[0].add(WordTable::key_of(word), position, count);
      });
      tables_[worker] = WordTable();
    }
    return merged;
  }

  Vocabulary make_vocabulary() const {
    if (!options_.vocabulary_file.empty()) {
      return {io::read_vocabulary_file(options_.vocabulary_file), options_.min_count};
    }
    struct Counted {
      std::uint64_t position;
      std::uint64_t count;
      std::string_view word;
    };
    std::vector<Counted> counted;
    tables_[0].for_each(
        [&](std::uint32_t id, std::string_view word, std::uint64_t count, std::uint64_t position) {
          if (id == kSentenceEnd || count >= options_.min_count) {
            counted.push_back({position, count, word});
          }
        });
    std::sort(counted.begin() + 1, counted.end(),
              [](const Counted& a, const Counted& b) { return a.position < b.position; });
    std::vector<io::WordCount> words;
    words.reserve(counted.size());
    for (const Counted& c : counted) words.push_back({std::string(c.word), c.count});
    return {std::move(words), options_.min_count};
  }

  /// Turns numbers of the first table into ids of the vocabulary.
  void renumber(const Vocabulary& vocabulary, std::vector<std::vector<WordId>>& merged) const {
    std::vector<WordId> ids(tables_[0].size(), kUnknown);
    tables_[0].for_each([&](std::uint32_t id, std::string_view word, std::uint64_t count,
                            std::uint64_t) {
      // Most words are too rare to be found, and known to be so.
      if (options_.vocabulary_file.empty() && id != kSentenceEnd && count < options_.min_count) {
        return;
      }
      ids[id] = vocabulary.find(word).value_or(kUnknown);
    });
    for (std::vector<WordId>& numbers : merged) {
      for (WordId& number : numbers) number = ids[number];
    }
  }

  /// The known words of all sections, in the order of the text.
  EncodedCorpus gather(const std::vector<std::vector<WordId>>& ids) {
    for_each_section([&](Section& section) {
      const WordId* numbers = ids[static_cast<std::size_t>(section.worker)].data();
      WordId* first = provisional() + section.first;
      std::transform(first, first + section.count, first,
                     [&](WordId number) { return numbers[number]; });
      section.known = section.count -
                      static_cast<std::size_t>(std::count(first, first + section.count, kUnknown));
    });
    std::vector<std::size_t> places(sections_.size() + 1, 0);
    for (std::size_t s = 0; s < sections_.size(); ++s) {
      places[s + 1] = places[s] + sections_[s].known;
    }
    const std::size_t total = places.back();
    io::MemoryMap memory = id_memory(total, in_file_, options_);
    memory.reserve(0, total * sizeof(WordId));
    auto* out = reinterpret_cast<WordId*>(memory.data());
    for_each_section([&](const Section& section) {
      const WordId* first = provisional() + section.first;
      const auto s = static_cast<std::size_t>(&section - sections_.data());
      std::remove_copy(first, first + section.count, out + places[s], kUnknown);
      provisional_.release(section.first * sizeof(WordId), section.count * sizeof(WordId));
    });
    return {std::move(memory), total};
  }

  template <class Visit>
  void for_each_section(const Visit& visit) {
    std::atomic<std::size_t> next{0};
    run_workers(options_.threads, [&](int) {
      for (std::size_t s; (s = next.fetch_add(1, std::memory_order_relaxed)) < sections_.size();) {
        visit(sections_[s]);
      }
    });
  }

  WordId* provisional() const noexcept { return reinterpret_cast<WordId*>(provisional_.data()); }

  const ReadOptions& options_;
  io::MemoryMap file_;
  std::string_view text_;
  std::vector<Section> sections_;
  std::vector<WordTable> tables_;
  bool in_file_ = false;
  io::MemoryMap provisional_;
  std::atomic<std::size_t> provisional_count_{0};
  std::mutex progress_;
};

}  // namespace

Corpus read_corpus(const std::string& path, const ReadOptions& options) {
  if (options.threads < 1) throw Error("threads must be at least 1");
  if (options.max_word_bytes < 1 || options.max_word_bytes > WordTable::kMaxWordBytes) {
    throw Error("the longest word must have 1 to 65536 bytes");
  }
  return Reader(path, options).read();
}

}  // namespace hogvec
