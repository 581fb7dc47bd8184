// A table of all pairs would not fit the cache, and every pair would miss it. So the pairs are
// first scattered by hash over partitions whose tables do fit, and then each partition is counted.
// Where even the pairs take more memory than there is, several rounds take some partitions each.
#include "engine/phrases/pair_counts.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <memory>
#include <vector>

#include "engine/workers.hpp"

namespace hogvec {
namespace {

// Half of a partition's pairs are different ones at most, in common texts: 16 bytes each in a table
// that is half full take 512 KiB.
constexpr std::size_t kPartitionPairs = 32u << 10;
constexpr unsigned kMostPartitionBits = 12;

// Pairs that a worker collects before it takes room for them in a partition.
constexpr std::size_t kBuffered = 32;

/// Counts pairs in one partition after the other.
class PairTable {
 public:
  /// The counts of all `pairs`; valid until the next call.
  std::span<const PairCount> count(std::span<const Pair> pairs, unsigned partition_bits) {
    // Of what is counted most pairs come again: the table grows when they do not.
    const std::size_t guess =
        std::bit_ceil(std::clamp<std::size_t>(pairs.size() / 2, 16, 1u << 14));
    partition_bits_ = partition_bits;
    used_ = 0;
    resize(guess);
    for (const Pair pair : pairs) add(pair, 1);
    const auto end = std::remove_if(slots_.begin(), slots_.end(),
                                    [](const PairCount& slot) { return slot.count == 0; });
    return {slots_.data(), static_cast<std::size_t>(end - slots_.begin())};
  }

 private:
  void resize(std::size_t size) {
    slots_.assign(size, PairCount{0, 0});
    shift_ = 64 - static_cast<unsigned>(std::countr_zero(size));
  }

  void add(Pair pair, std::uint64_t count) {
    const std::size_t mask = slots_.size() - 1;
    // The highest bits are the same in all of the partition.
    std::size_t slot = hash_pair(pair) << partition_bits_ >> shift_;
    while (slots_[slot].count != 0 && slots_[slot].pair != pair) slot = (slot + 1) & mask;
    slots_[slot].count += count;
    if (slots_[slot].count != count) return;
    slots_[slot].pair = pair;
    if (++used_ > slots_.size() / 2) grow();
  }

  void grow() {
    std::vector<PairCount> old;
    old.swap(slots_);
    resize(old.size() * 2);
    used_ = 0;
    for (const PairCount& moved : old) {
      if (moved.count != 0) add(moved.pair, moved.count);
    }
  }

  std::vector<PairCount> slots_;  // a count of 0: empty
  std::size_t used_ = 0;
  unsigned shift_ = 0;
  unsigned partition_bits_ = 0;
};

class Counter {
 public:
  Counter(const IdText& text, std::span<const std::uint8_t> sides, const Resources& resources)
      : text_(text), sides_(sides), resources_(resources), before_(text.ids_before()) {
    std::size_t words = 0;
    for (std::size_t s = 0; s < text.sections(); ++s) words += text.size(s);
    const std::size_t wanted = words / kPartitionPairs + 1;
    bits_ = std::min(kMostPartitionBits, static_cast<unsigned>(std::bit_width(wanted)));
    round_pairs_ = std::max<std::size_t>(1, resources.most_memory() / sizeof(Pair));
  }

  void run(const std::function<void(int, std::span<const PairCount>)>& visit) {
    count_partitions();
    std::size_t first = 0;
    while (first < sizes_.size()) {
      std::size_t pairs = sizes_[first];
      std::size_t end = first + 1;
      while (end < sizes_.size() && pairs + sizes_[end] <= round_pairs_) pairs += sizes_[end++];
      if (pairs != 0) run_round(first, end, pairs, visit);
      first = end;
    }
  }

 private:
  /// Calls take(hash, pair) for all pairs that are counted, of the sections that are not taken yet.
  template <class Take>
  void for_each_pair(IndexQueue& sections, const Take& take) const {
    const std::uint8_t* const sides = sides_.data();
    std::vector<WordId> room;
    while (const std::optional<std::size_t> s = sections.take()) {
      WordId left = before_[*s];
      unsigned left_sides = sides[left];
      for (const WordId right : text_.read(*s, room)) {
        const unsigned right_sides = sides[right];
        if ((left_sides & right_sides >> 4) != 0) {
          const Pair pair = pair_of(left, right);
          take(hash_pair(pair), pair);
        }
        left = right;
        left_sides = right_sides;
      }
    }
  }

  std::size_t partition_of(std::uint64_t hash) const noexcept { return hash >> (64 - bits_); }

  void count_partitions() {
    const std::size_t partitions = std::size_t{1} << bits_;
    std::vector<std::vector<std::size_t>> sizes(static_cast<std::size_t>(resources_.threads));
    IndexQueue sections(text_.sections());
    run_workers(resources_.threads, [&](int worker) {
      std::vector<std::size_t> mine(partitions);
      for_each_pair(sections, [&](std::uint64_t hash, Pair) { ++mine[partition_of(hash)]; });
      sizes[static_cast<std::size_t>(worker)] = std::move(mine);
    });
    sizes_.assign(partitions, 0);
    for (const std::vector<std::size_t>& some : sizes) {
      for (std::size_t p = 0; p < some.size(); ++p) sizes_[p] += some[p];
    }
  }

  void run_round(std::size_t first, std::size_t end, std::size_t pairs,
                 const std::function<void(int, std::span<const PairCount>)>& visit) {
    const std::size_t bytes = pairs * sizeof(Pair);
    const io::MemoryMap memory = array_memory(bytes, pairs > round_pairs_, resources_);
    memory.reserve(0, bytes);
    const std::span<Pair> room(reinterpret_cast<Pair*>(memory.data()), pairs);
    scatter(first, end, room);
    std::vector<std::size_t> begins(end - first + 1, 0);
    for (std::size_t p = first; p < end; ++p) begins[p - first + 1] = begins[p - first] + sizes_[p];
    IndexQueue partitions(end - first);
    run_workers(resources_.threads, [&](int worker) {
      PairTable table;
      while (const std::optional<std::size_t> p = partitions.take()) {
        visit(worker, table.count(room.subspan(begins[*p], begins[*p + 1] - begins[*p]), bits_));
      }
    });
  }

  /// Puts the pairs of partitions [first, end) into `room`, one partition behind the other.
  void scatter(std::size_t first, std::size_t end, std::span<Pair> room) const {
    const std::size_t partitions = end - first;
    const auto places = std::make_unique<std::atomic<std::size_t>[]>(partitions);
    for (std::size_t p = 1; p < partitions; ++p) places[p] = places[p - 1] + sizes_[first + p - 1];
    IndexQueue sections(text_.sections());
    run_workers(resources_.threads, [&](int) {
      std::vector<Pair> buffers(partitions * kBuffered);
      std::vector<std::uint8_t> filled(partitions, 0);
      const auto flush = [&](std::size_t p) {
        const std::size_t place = places[p].fetch_add(filled[p], std::memory_order_relaxed);
        std::copy_n(&buffers[p * kBuffered], filled[p], room.data() + place);
        filled[p] = 0;
      };
      for_each_pair(sections, [&](std::uint64_t hash, Pair pair) {
        const std::size_t p = partition_of(hash) - first;
        if (p >= partitions) return;
        buffers[p * kBuffered + filled[p]] = pair;
        if (++filled[p] == kBuffered) flush(p);
      });
      for (std::size_t p = 0; p < partitions; ++p) flush(p);
    });
  }

  const IdText& text_;
  std::span<const std::uint8_t> sides_;
  const Resources& resources_;
  std::vector<WordId> before_;
  unsigned bits_;
  std::size_t round_pairs_;
  std::vector<std::size_t> sizes_;  // pairs of each partition
};

}  // namespace

void count_pairs(const IdText& text, std::span<const std::uint8_t> sides,
                 const Resources& resources,
                 const std::function<void(int, std::span<const PairCount>)>& visit) {
  Counter(text, sides, resources).run(visit);
}

}  // namespace hogvec
