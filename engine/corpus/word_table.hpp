// A hash table that counts words as fast as they can be read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace hogvec {

/// Words with their counts and first positions, numbered 0, 1, ... in the order in which they come.
/// Exact, 64-bit, grows without a limit but 2^32 words. One thread writes; about 40 bytes a word
/// and 8 to 16 in the slots.
class WordTable {
 public:
  WordTable();

  /// A word with its hash, so that a lookup can be prepared before it is made.
  struct Key {
    std::string_view word;
    std::uint64_t head;  // its first eight bytes, absent ones zero
    std::uint64_t hash;
  };

  /// Bytes from the word up to `readable_end` may be read; they do not matter.
  static Key key_of(std::string_view word, const char* readable_end) noexcept {
    const std::uint64_t head = load_bytes(word.data(), word.size(), readable_end);
    std::uint64_t hash = (word.size() ^ head) * kMultiplier;
    hash ^= hash >> 32;
    for (std::size_t i = 8; i < word.size(); i += 8) {
      hash ^= load_bytes(word.data() + i, word.size() - i, readable_end);
      hash *= kMultiplier;
      hash ^= hash >> 32;
    }
    hash *= 0xd6e8feb86659fd93u;
    return {word, head, hash ^ (hash >> 32)};
  }
  static Key key_of(std::string_view word) noexcept {
    return key_of(word, word.data() + word.size());
  }

  /// A lookup misses the cache twice, in the slots and in the record: prepare() and then
  /// prepare_record(), each some words ahead of add(), hide both.
  void prepare(const Key& key) const noexcept { __builtin_prefetch(&slots_[key.hash & mask_]); }
  void prepare_record(const Key& key) const noexcept {
    const Slot& slot = slots_[key.hash & mask_];
    if (slot.record != kEmpty) __builtin_prefetch(record_at(slot.record));
  }

  /// Counts `count` occurrences of the word, first at `position`, and returns its number.
  /// Errors: a word of 4 GiB, or too many words.
  std::uint32_t add(const Key& key, std::uint64_t position, std::uint64_t count) {
    const auto tag = static_cast<std::uint32_t>(key.hash >> 32);
    for (std::size_t slot = key.hash & mask_;; slot = (slot + 1) & mask_) {
      const Slot& found = slots_[slot];
      if (found.record == kEmpty) return insert(key, slot, position, count);
      if (found.tag != tag) continue;
      Record* record = record_at(found.record);
      if (!equal(*record, key)) continue;
      record->count += count;
      if (position < record->first) record->first = position;
      return record->id;
    }
  }

  /// The number of a word; nothing where it was never added.
  std::optional<std::uint32_t> find(const Key& key) const noexcept {
    const Record* record = find_record(key);
    return record != nullptr ? std::optional(record->id) : std::nullopt;
  }

  std::uint32_t size() const noexcept { return size_; }

  /// A word as the table keeps it. It stays where it is, wherever the table is moved.
  struct Record {
    std::uint64_t count;
    std::uint64_t first;  // position
    std::uint32_t tag;
    std::uint32_t low_hash;
    std::uint32_t id;
    std::uint32_t length;
    // The word follows, filled up with zeros to a multiple of 8 bytes.
    const char* bytes() const noexcept { return reinterpret_cast<const char*>(this + 1); }
    char* bytes() noexcept { return reinterpret_cast<char*>(this + 1); }

    std::string_view word() const noexcept { return {bytes(), length}; }
    std::uint64_t hash() const noexcept { return std::uint64_t{tag} << 32 | low_hash; }
    bool same_word(const Record& other) const noexcept {
      return length == other.length &&
             std::memcmp(bytes(), other.bytes(), (length + 7) / 8 * 8) == 0;
    }
  };

  /// What the table keeps of a word; nullptr where it was never added.
  const Record* find_record(const Key& key) const noexcept {
    const auto tag = static_cast<std::uint32_t>(key.hash >> 32);
    for (std::size_t slot = key.hash & mask_;; slot = (slot + 1) & mask_) {
      const Slot& found = slots_[slot];
      if (found.record == kEmpty) return nullptr;
      if (found.tag != tag) continue;
      const Record* record = record_at(found.record);
      if (equal(*record, key)) return record;
    }
  }

  /// The word with number 0: there is one.
  Record& first_record() const noexcept { return *record_at(0); }

  /// Calls visit(record) for all words in the order of their numbers.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t chunk = 0; chunk < chunks_.size(); ++chunk) {
      const std::size_t end = chunk + 1 < chunks_.size() ? used_[chunk] : next_;
      for (std::size_t offset = 0; offset < end;) {
        auto& record = *reinterpret_cast<Record*>(chunks_[chunk].get() + offset);
        visit(record);
        offset += record_bytes(record.length);
      }
    }
  }

  /// Frees what lookups need. From then on the table only holds its records.
  void end_lookups() noexcept { slots_ = {}; }

  /// Bytes that it holds.
  std::size_t memory() const noexcept {
    return slots_.size() * sizeof(Slot) + chunks_.size() * kChunkBytes;
  }

 private:
  struct Slot {
    std::uint32_t tag;
    std::uint32_t record;  // chunk * kUnitsPerChunk + offset / 8
  };
  static constexpr std::uint32_t kEmpty = 0xffffffff;
  static constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15u;
  static constexpr std::size_t kChunkBytes = 1u << 20;  // more for a word that needs it
  static constexpr std::size_t kUnitsPerChunk = kChunkBytes / 8;

  static std::size_t record_bytes(std::size_t length) noexcept {
    return sizeof(Record) + (length + 7) / 8 * 8;
  }

  /// Up to eight bytes as a number, absent ones zero.
  static std::uint64_t load_bytes(const char* p, std::size_t n, const char* readable_end) noexcept {
    std::uint64_t bytes = 0;
    if (n >= 8) {
      std::memcpy(&bytes, p, 8);
    } else if (readable_end - p >= 8) {
      std::memcpy(&bytes, p, 8);
      bytes &= (std::uint64_t{1} << (8 * n)) - 1;
    } else {
      std::memcpy(&bytes, p, n);
    }
    return bytes;
  }

  static bool equal(const Record& record, const Key& key) noexcept {
    if (record.length != key.word.size()) return false;
    std::uint64_t head = 0;
    if (record.length != 0) std::memcpy(&head, record.bytes(), 8);  // filled up with zeros
    if (head != key.head) return false;
    return record.length <= 8 ||
           std::memcmp(record.bytes() + 8, key.word.data() + 8, record.length - 8) == 0;
  }

  Record* record_at(std::uint32_t place) const noexcept {
    return reinterpret_cast<Record*>(chunks_[place / kUnitsPerChunk].get() +
                                     place % kUnitsPerChunk * 8);
  }

  std::uint32_t insert(const Key& key, std::size_t slot, std::uint64_t position,
                       std::uint64_t count);
  void grow();

  std::vector<Slot> slots_;
  std::size_t mask_ = 0;
  std::vector<std::unique_ptr<char[]>> chunks_;
  std::vector<std::size_t> used_;   // bytes used of each chunk but the last
  std::size_t next_ = kChunkBytes;  // bytes used of the last chunk
  std::uint32_t size_ = 0;
};

}  // namespace hogvec
