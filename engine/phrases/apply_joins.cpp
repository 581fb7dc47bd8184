// Whether a word is joined to the one before it depends on whether that one is, too, and so on back
// to a pair that cannot be joined. That may reach over many sections: so each tells first what it
// hands on, then all are joined at once.
#include "engine/phrases/apply_joins.hpp"

#include <bit>
#include <string>
#include <vector>

#include "engine/workers.hpp"

namespace hogvec {
namespace {

/// The place of a pair among those that are joined.
class JoinTable {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;

  JoinTable(std::span<const Pair> pairs, std::size_t words)
      : pairs_(pairs),
        slots_(std::bit_ceil(pairs.size() * 2 + 1), kNone),
        shift_(64 - static_cast<unsigned>(std::countr_zero(slots_.size()))),
        sides_(words, 0) {
    for (std::size_t k = 0; k < pairs.size(); ++k) {
      sides_[left_of(pairs[k])] |= kLeft;
      sides_[right_of(pairs[k])] |= kRight;
      std::size_t slot = first_slot(pairs[k]);
      while (slots_[slot] != kNone) slot = (slot + 1) & (slots_.size() - 1);
      slots_[slot] = static_cast<std::uint32_t>(k);
    }
  }

  std::uint32_t find(WordId left, WordId right) const noexcept {
    if ((sides_[left] & kLeft) == 0 || (sides_[right] & kRight) == 0) return kNone;
    const Pair pair = pair_of(left, right);
    for (std::size_t slot = first_slot(pair);; slot = (slot + 1) & (slots_.size() - 1)) {
      const std::uint32_t k = slots_[slot];
      if (k == kNone || pairs_[k] == pair) return k;
    }
  }

 private:
  static constexpr std::uint8_t kLeft = 1;
  static constexpr std::uint8_t kRight = 2;

  std::size_t first_slot(Pair pair) const noexcept { return hash_pair(pair) >> shift_; }

  std::span<const Pair> pairs_;
  std::vector<std::uint32_t> slots_;
  unsigned shift_;
  std::vector<std::uint8_t> sides_;  // of which pairs a word is a side
};

class Joiner {
 public:
  Joiner(IdText& text, std::span<const Pair> pairs, std::size_t words, int threads)
      : text_(text),
        table_(pairs, words),
        threads_(threads),
        before_(text.ids_before()),
        after_(text.ids_after()),
        carried_(text.sections(), false) {}

  /// Puts names[k] where pair k is joined, and adds to times[k] how often.
  void run(std::span<const WordId> names, std::vector<std::uint64_t>& times) {
    find_carried();
    std::vector<std::vector<std::uint64_t>> counts(static_cast<std::size_t>(threads_));
    IndexQueue sections(text_.sections());
    run_workers(threads_, [&](int worker) {
      std::vector<std::uint64_t> mine(names.size(), 0);
      std::vector<WordId> room;
      while (const std::optional<std::size_t> s = sections.take()) {
        join_section(*s, names, mine, room);
      }
      counts[static_cast<std::size_t>(worker)] = std::move(mine);
    });
    for (const std::vector<std::uint64_t>& some : counts) {
      for (std::size_t k = 0; k < some.size(); ++k) times[k] += some[k];
    }
  }

 private:
  bool joinable(WordId left, WordId right) const noexcept {
    return table_.find(left, right) != JoinTable::kNone;
  }

  /// For every section whether the word before it is joined to the one before that.
  void find_carried() {
    // How many words at the end of a section could each be joined to the one before.
    std::vector<std::size_t> runs(text_.sections());
    std::vector<std::vector<WordId>> rooms(static_cast<std::size_t>(threads_));
    for_each_index(threads_, runs.size(), [&](std::size_t s, int worker) {
      const std::span<const WordId> ids = text_.read(s, rooms[static_cast<std::size_t>(worker)]);
      std::size_t i = ids.size();
      while (i > 0 && joinable(i > 1 ? ids[i - 2] : before_[s], ids[i - 1])) --i;
      runs[s] = ids.size() - i;
    });
    bool joined = false;
    for (std::size_t s = 0; s < runs.size(); ++s) {
      carried_[s] = joined;
      // Within a run every other word is joined.
      const bool odd = runs[s] % 2 == 1;
      joined = runs[s] == text_.size(s) ? joined != odd : odd;
    }
  }

  void join_section(std::size_t s, std::span<const WordId> names, std::vector<std::uint64_t>& times,
                    std::vector<WordId>& room) {
    const std::span<WordId> ids = text_.read(s, room);
    if (ids.empty()) return;
    WordId left = before_[s];
    bool joined = carried_[s] != 0;
    std::size_t out = 0;
    // Whether `right` is joined to `left`, which is the last word put out.
    const auto join = [&](WordId right) {
      const std::uint32_t k = joined ? JoinTable::kNone : table_.find(left, right);
      joined = k != JoinTable::kNone;
      left = right;
      if (!joined || out == 0) return;  // a word of the section before is its own affair
      ids[out - 1] = names[k];
      ++times[k];
    };
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const WordId right = ids[i];
      join(right);
      if (!joined) ids[out++] = right;
    }
    join(after_[s]);
    text_.write(s, ids.first(out));
  }

  IdText& text_;
  JoinTable table_;
  int threads_;
  std::vector<WordId> before_;
  std::vector<WordId> after_;
  std::vector<std::uint8_t> carried_;
};

/// The numbers of the words that the pairs become; a word that is spelled so already is the same.
std::vector<WordId> name_pairs(PhraseWords& words, std::span<const Pair> pairs) {
  std::vector<WordId> names;
  names.reserve(pairs.size());
  std::string name;
  for (const Pair pair : pairs) {
    name.assign(words.list[left_of(pair)]);
    name += kJoint;
    name += words.list[right_of(pair)];
    const WordId id = words.table.add(WordTable::key_of(name), 0, 0);
    if (id == words.list.size()) {
      words.list.add(name);
      words.counts.push_back(0);
    }
    names.push_back(id);
  }
  return names;
}

}  // namespace

std::uint64_t apply_joins(IdText& text, PhraseWords& words, std::span<const Pair> pairs,
                          int threads) {
  if (pairs.empty()) return 0;
  const std::vector<WordId> names = name_pairs(words, pairs);
  std::vector<std::uint64_t> times(pairs.size(), 0);
  Joiner(text, pairs, words.list.size(), threads).run(names, times);
  std::uint64_t joined = 0;
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    words.counts[left_of(pairs[k])] -= times[k];
    words.counts[right_of(pairs[k])] -= times[k];
    words.counts[names[k]] += times[k];
    joined += times[k];
  }
  return joined;
}

}  // namespace hogvec
