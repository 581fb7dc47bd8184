// Blocks of a text are cut into words, counted and numbered by all workers, each with a table of
// its own; then the tables are merged. For who has such blocks, wherever they come from.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/corpus/encode_text.hpp"
#include "engine/corpus/word_table.hpp"
#include "engine/workers.hpp"

namespace hogvec {

inline constexpr WordId kNotYet = 0xffffffff;

/// Words on their way into a table, whose cache misses overlap.
class Lookahead {
 public:
  /// Words of a text whose first byte has the place `begin` in the whole. Their numbers go to the
  /// end of `ids`, in the order of push().
  Lookahead(WordTable& table, std::string_view text, std::uint64_t begin, std::vector<WordId>& ids)
      : table_(table), text_(text), begin_(begin), ids_(ids) {}

  void push(std::string_view word, std::size_t position) {
    if (word.data() != text_.data() + position) {
      // A cleaned word lies in a buffer that the next one overwrites. (A NUL or a carriage return
      // at the end only shortens the view: such a word is in the buffer too.)
      ids_.push_back(table_.add(WordTable::key_of(word), begin_ + position, 1));
      return;
    }
    Waiting& waiting = ring_[pushed_ % kAhead];
    if (pushed_ >= kAhead) add(waiting);
    waiting = {WordTable::key_of(word, text_.data() + text_.size()), ids_.size()};
    ids_.push_back(kNotYet);
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
    const auto place = static_cast<std::uint64_t>(waiting.key.word.data() - text_.data());
    ids_[waiting.place] = table_.add(waiting.key, begin_ + place, 1);
  }

  WordTable& table_;
  std::string_view text_;
  std::uint64_t begin_;
  std::vector<WordId>& ids_;
  std::array<Waiting, kAhead> ring_;
  std::size_t pushed_ = 0;
};

/// A text that is being read, in blocks that `source` has: next(), safe from any thread, gives one
/// or none, of which number(), text(), position() of its first byte and release() are as those of
/// io::TextBlock, and cut(max_word_bytes, on_word, on_sentence_end) gives the words as
/// SectionTokenizer does. finish() is called when all are done with.
template <class Source>
class Encoder {
 public:
  Encoder(Source& source, const EncodeOptions& options)
      : source_(source),
        options_(options),
        tables_(static_cast<std::size_t>(options.resources.threads)),
        // The other half is for the ids of the text.
        most_table_bytes_(options.resources.most_memory() / 2) {
    // At most about one id a byte: a short text takes no long block.
    encoded_.blocks = std::make_unique<IdBlocks>(
        source.size().value_or(std::numeric_limits<std::size_t>::max()), options.resources);
  }

  EncodedText encode() {
    run_workers(options_.resources.threads, [&](int worker) {
      try {
        read_blocks(worker);
      } catch (...) {
        // The text is lost: the others need not read it to its end.
        failed_.store(true, std::memory_order_relaxed);
        if constexpr (requires { source_.abandon(); }) source_.abandon();
        throw;
      }
    });
    source_.finish();
    encoded_.words = TextWords(std::move(tables_), options_.resources.threads, encoded_.numbers);
    return std::move(encoded_);
  }

 private:
  void read_blocks(int worker) {
    // The worker's own until it is full: tables side by side would share cache lines.
    WordTable table;
    table.add(WordTable::key_of(options_.newline_word), 0, 0);
    std::vector<WordId> ids;
    std::uint64_t sentence_ends = 0;
    std::size_t bytes = 0;  // of the table, that the others know of
    const auto may_go_on = [&] {
      const std::size_t more = table.memory() - bytes;
      bytes += more;
      return table_bytes_.fetch_add(more, std::memory_order_relaxed) + more <= most_table_bytes_ ||
             worker == 0;
    };
    while (may_go_on() && !failed_.load(std::memory_order_relaxed)) {
      auto block = source_.next();
      if (!block) break;
      ids.clear();
      Lookahead lookahead(table, block->text(), block->position(), ids);
      block->cut(
          options_.max_word_bytes,
          [&](std::string_view word, std::size_t position) { lookahead.push(word, position); },
          [&](std::size_t) {
            ids.push_back(0);
            ++sentence_ends;
          });
      lookahead.finish();
      keep_section(block->number(), worker, ids, table.size());
      block->release();
    }
    table.add(WordTable::key_of(options_.newline_word), 0, sentence_ends);
    tables_[static_cast<std::size_t>(worker)] = std::move(table);
  }

  void keep_section(std::size_t number, int worker, const std::vector<WordId>& ids,
                    std::size_t different) {
    const EncodedText::Section section{.piece = encoded_.blocks->keep(ids), .worker = worker};
    {
      const std::lock_guard lock(sections_);
      if (encoded_.sections.size() <= number) encoded_.sections.resize(number + 1);
      encoded_.sections[number] = section;
    }
    const std::size_t before = count_.fetch_add(ids.size(), std::memory_order_relaxed);
    if (!options_.on_progress) return;
    const std::unique_lock lock(progress_, std::try_to_lock);
    if (!lock) return;
    options_.on_progress(before + ids.size(), different);
  }

  Source& source_;
  const EncodeOptions& options_;
  std::vector<WordTable> tables_;
  std::size_t most_table_bytes_;
  std::atomic<std::size_t> table_bytes_{0};
  std::atomic<bool> failed_{false};
  EncodedText encoded_;
  std::mutex sections_;
  std::atomic<std::size_t> count_{0};
  std::mutex progress_;
};

}  // namespace hogvec
