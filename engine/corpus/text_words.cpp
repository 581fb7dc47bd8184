// A word lies in the same part in every table, so that parts are merged independently of each
// other. Records stay where they are: a merged word is the record of the first table that has it,
// with the counts of all.
#include "engine/corpus/text_words.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <optional>

#include "engine/workers.hpp"
#include "io/error.hpp"

namespace hogvec {
namespace {

using Record = WordTable::Record;
using Part = std::uint16_t;

// Of all tables together in a part: their records and slots fit in the second-level cache.
constexpr std::size_t kPartRecords = 8'192;
constexpr std::size_t kMostParts = 4'096;
constexpr std::size_t kAhead = 16;  // records, which lie far apart

void add_to(Record& word, const Record& same) noexcept {
  word.count += same.count;
  word.first = std::min(word.first, same.first);
}

/// The words of one table in the order of their parts.
class PartedTable {
 public:
  PartedTable(WordTable& table, std::size_t parts)
      : ends_(parts), records_(table.size() - 1), part_of_(table.size()) {
    const int shift = 64 - std::countr_zero(parts);
    table.end_lookups();
    table.for_each([&](const Record& record) {
      if (record.id == 0) return;
      const auto part = static_cast<Part>(parts == 1 ? 0 : record.hash() >> shift);
      part_of_[record.id] = part;
      ++ends_[part];
    });
    std::exclusive_scan(ends_.begin(), ends_.end(), ends_.begin(), std::size_t{0});
    table.for_each([&](Record& record) {
      if (record.id != 0) records_[ends_[part_of_[record.id]]++] = &record;
    });
  }

  std::size_t size(std::size_t part) const noexcept { return ends_[part] - begin(part); }
  Record* const* records(std::size_t part) const noexcept { return records_.data() + begin(part); }
  /// The part of the word with this number; number 0 has none.
  Part part_of(std::size_t number) const noexcept { return part_of_[number]; }

 private:
  std::size_t begin(std::size_t part) const noexcept { return part == 0 ? 0 : ends_[part - 1]; }

  std::vector<std::size_t> ends_;
  std::vector<Record*> records_;
  std::vector<Part> part_of_;
};

/// Finds equal words of one part. Memory is kept from part to part.
class PartMerger {
 public:
  /// Room for so many records.
  void restart(std::size_t records) {
    slots_.assign(std::bit_ceil(records * 2 + 1), kEmpty);
    words_.clear();
  }

  /// Adds the record to the word that it is, and returns its number in the part.
  std::uint32_t add(Record& record) {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t slot = record.hash() & mask;; slot = (slot + 1) & mask) {
      if (slots_[slot] == kEmpty) {
        slots_[slot] = static_cast<std::uint32_t>(words_.size());
        words_.push_back(&record);
        return slots_[slot];
      }
      Record& word = *words_[slots_[slot]];
      if (word.hash() != record.hash() || !word.same_word(record)) continue;
      add_to(word, record);
      return slots_[slot];
    }
  }

  const std::vector<Record*>& words() const noexcept { return words_; }

 private:
  static constexpr std::uint32_t kEmpty = 0xffffffff;

  std::vector<std::uint32_t> slots_;
  std::vector<Record*> words_;
};

}  // namespace

TextWords::TextWords(std::vector<WordTable> tables, int threads,
                     std::vector<std::vector<WordId>>& numbers)
    : tables_(std::move(tables)) {
  numbers.resize(tables_.size());
  std::size_t records = 0;
  for (const WordTable& table : tables_) records += table.size();
  if (tables_.size() == 1) {
    tables_[0].end_lookups();
    words_.reserve(records);
    tables_[0].for_each([&](const Record& record) { words_.push_back(&record); });
    numbers[0].resize(records);
    std::iota(numbers[0].begin(), numbers[0].end(), 0);
    return;
  }

  const std::size_t parts =
      std::clamp<std::size_t>(std::bit_floor(records / kPartRecords + 1), 1, kMostParts);
  std::vector<std::optional<PartedTable>> parted(tables_.size());
  for_each_index(threads, tables_.size(), [&](std::size_t t, int) {
    parted[t].emplace(tables_[t], parts);
    numbers[t].resize(tables_[t].size());
  });

  std::vector<std::vector<Record*>> part_words(parts);
  std::vector<PartMerger> mergers(static_cast<std::size_t>(threads));
  for_each_index(threads, parts, [&](std::size_t part, int worker) {
    PartMerger& merger = mergers[static_cast<std::size_t>(worker)];
    std::size_t size = 0;
    for (const auto& table : parted) size += table->size(part);
    merger.restart(size);
    for (std::size_t t = 0; t < parted.size(); ++t) {
      Record* const* const of_table = parted[t]->records(part);
      const std::size_t count = parted[t]->size(part);
      for (std::size_t k = 0; k < count; ++k) {
        __builtin_prefetch(of_table[std::min(k + kAhead, count - 1)]);
        numbers[t][of_table[k]->id] = merger.add(*of_table[k]);
      }
    }
    part_words[part] = merger.words();
  });

  // Number 0 goes before all parts.
  std::vector<std::size_t> begins{1};
  for (const auto& words : part_words) begins.push_back(begins.back() + words.size());
  if (begins.back() >= std::numeric_limits<WordId>::max()) {
    throw Error("too many different words: the text has more than 2^32 of them");
  }
  words_.resize(begins.back());
  Record& number_0 = tables_[0].first_record();
  for (std::size_t t = 1; t < tables_.size(); ++t) add_to(number_0, tables_[t].first_record());
  words_[0] = &number_0;
  for_each_index(threads, parts, [&](std::size_t part, int) {
    std::copy(part_words[part].begin(), part_words[part].end(), words_.begin() + begins[part]);
  });
  for_each_index(threads, tables_.size(), [&](std::size_t t, int) {
    for (std::size_t k = 1; k < numbers[t].size(); ++k) {
      numbers[t][k] += static_cast<WordId>(begins[parted[t]->part_of(k)]);
    }
    parted[t].reset();
  });
}

}  // namespace hogvec
