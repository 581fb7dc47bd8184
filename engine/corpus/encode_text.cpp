// Sections of the text are cut, counted and numbered by all workers, each with a table of its own;
// then the tables are merged.
#include "engine/corpus/encode_text.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <numeric>

#include "engine/corpus/tokenizer.hpp"
#include "engine/workers.hpp"
#include "io/error.hpp"
#include "io/memory_map.hpp"
#include "io/text_start.hpp"

namespace hogvec {
namespace {

// Small enough that the workers end together, large enough that a section costs nothing by itself.
constexpr std::size_t kSectionBytes = 1u << 20;

constexpr WordId kUnknown = 0xffffffff;

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
class Encoder {
 public:
  Encoder(const std::string& path, const EncodeOptions& options)
      : options_(options),
        file_(io::MemoryMap::open_file(path)),
        text_(io::text_of(file_, path)),
        tables_(static_cast<std::size_t>(options.resources.threads)) {
    // A word and its separator are rarely less than four bytes, the size of an id.
    encoded_.in_file = text_.size() > options.resources.most_memory();
    encoded_.sections.resize((text_.size() + kSectionBytes - 1) / kSectionBytes);
    // At most one id a byte.
    encoded_.blocks = std::make_unique<IdBlocks>(text_.size(), encoded_.in_file, options.resources);
  }

  EncodedText encode() {
    IndexQueue sections(encoded_.sections.size());
    for (WordTable& table : tables_) {
      table.add(WordTable::key_of(options_.newline_word), 0, 0);
    }
    run_workers(options_.resources.threads, [&](int worker) { read_sections(worker, sections); });
    file_.require_unchanged();
    merge_tables();
    return std::move(encoded_);
  }

 private:
  void read_sections(int worker, IndexQueue& sections) {
    WordTable& table = tables_[static_cast<std::size_t>(worker)];
    SectionTokenizer tokenizer(text_, options_.max_word_bytes);
    std::vector<WordId> ids;
    Lookahead lookahead(table, text_, ids);
    std::uint64_t newlines = 0;
    while (const std::optional<std::size_t> s = sections.take()) {
      const std::size_t begin = *s * kSectionBytes;
      const std::size_t end = std::min(begin + kSectionBytes, text_.size());
      ids.clear();
      tokenizer.run(
          begin, end,
          [&](std::string_view word, std::size_t position) { lookahead.push(word, position); },
          [&](std::size_t) {
            ids.push_back(0);
            ++newlines;
          });
      lookahead.finish();
      keep_section(*s, worker, ids);
      file_.release(begin, end - begin);
    }
    table.add(WordTable::key_of(options_.newline_word), 0, newlines);
  }

  void keep_section(std::size_t s, int worker, const std::vector<WordId>& ids) {
    encoded_.sections[s] = {.piece = encoded_.blocks->keep(ids), .worker = worker};
    const std::size_t before = count_.fetch_add(ids.size(), std::memory_order_relaxed);
    if (!options_.on_progress) return;
    const std::unique_lock lock(progress_, std::try_to_lock);
    if (!lock) return;
    options_.on_progress(before + ids.size(), tables_[static_cast<std::size_t>(worker)].size());
  }

  /// Adds all tables to the first one.
  void merge_tables() {
    std::vector<std::vector<WordId>>& numbers = encoded_.numbers;
    numbers.resize(tables_.size());
    numbers[0].resize(tables_[0].size());
    std::iota(numbers[0].begin(), numbers[0].end(), 0);
    for (std::size_t worker = 1; worker < tables_.size(); ++worker) {
      numbers[worker].resize(tables_[worker].size());
      tables_[worker].for_each([&](std::uint32_t id, std::string_view word, std::uint64_t count,
                                   std::uint64_t position) {
        numbers[worker][id] = tables_[0].add(WordTable::key_of(word), position, count);
      });
      tables_[worker] = WordTable();
    }
    encoded_.words = std::move(tables_[0]);
  }

  const EncodeOptions& options_;
  io::MemoryMap file_;
  std::string_view text_;
  std::vector<WordTable> tables_;
  EncodedText encoded_;
  std::atomic<std::size_t> count_{0};
  std::mutex progress_;
};

}  // namespace

EncodedText encode_text(const std::string& path, const EncodeOptions& options) {
  if (options.resources.threads < 1) throw Error("threads must be at least 1");
  return Encoder(path, options).encode();
}

}  // namespace hogvec
