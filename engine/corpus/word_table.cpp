#include "engine/corpus/word_table.hpp"

#include <algorithm>
#include <limits>

#include "io/error.hpp"

namespace hogvec {

WordTable::WordTable() : slots_(1u << 12, Slot{0, kEmpty}), mask_(slots_.size() - 1) {}

std::uint32_t WordTable::insert(const Key& key, std::size_t slot, std::uint64_t position,
                                std::uint64_t count) {
  const std::string_view word = key.word;
  if (word.size() > std::numeric_limits<std::uint32_t>::max()) {
    throw Error("a word of the text has more than 4 GiB; is it a text?");
  }
  const std::size_t bytes = record_bytes(word.size());
  if (next_ + bytes > kChunkBytes) {
    if (!chunks_.empty()) used_.push_back(next_);
    // The last number is kEmpty.
    if ((chunks_.size() + 1) * kUnitsPerChunk >= kEmpty) {
      throw Error("too many different words: the text has more than 32 GiB of them");
    }
    // A long word has a chunk to itself, and the next word finds it full.
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(std::max(bytes, kChunkBytes)));
    next_ = 0;
  }
  const auto place = static_cast<std::uint32_t>((chunks_.size() - 1) * kUnitsPerChunk + next_ / 8);
  next_ += bytes;
  Record* record = record_at(place);
  record->count = count;
  record->first = position;
  record->tag = static_cast<std::uint32_t>(key.hash >> 32);
  record->low_hash = static_cast<std::uint32_t>(key.hash);
  record->id = size_++;
  record->length = static_cast<std::uint32_t>(word.size());
  std::memcpy(record->bytes(), word.data(), word.size());
  std::memset(record->bytes() + word.size(), 0, bytes - sizeof(Record) - word.size());
  slots_[slot] = {record->tag, place};
  // Three quarters full at most: probes stay short.
  if (size_ > slots_.size() / 4 * 3) grow();
  return record->id;
}

void WordTable::grow() {
  std::vector<Slot> old(slots_.size() * 2, Slot{0, kEmpty});
  old.swap(slots_);
  mask_ = slots_.size() - 1;
  for (const Slot& moved : old) {
    if (moved.record == kEmpty) continue;
    std::size_t slot = record_at(moved.record)->hash() & mask_;
    while (slots_[slot].record != kEmpty) slot = (slot + 1) & mask_;
    slots_[slot] = moved;
  }
}

}  // namespace hogvec
