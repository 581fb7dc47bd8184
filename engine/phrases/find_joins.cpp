#include "engine/phrases/find_joins.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>

namespace hogvec {
namespace {

// What a word is in a pair, for count_pairs: to the left of another word, and, four bits higher, to
// the right of one. The bit of a pair is set where both words have it.
constexpr unsigned kFrequent = 1;       // both words alone reach min_count
constexpr unsigned kHalves = 2;         // each is a half of some word with a joint in it
constexpr unsigned kLeftHasJoint = 4;   // the left word has a joint in it, the right one is any
constexpr unsigned kRightHasJoint = 8;  // the other way round
constexpr unsigned kHasJoint = kLeftHasJoint | kRightHasJoint << 4;
constexpr unsigned kAnyWord = kRightHasJoint | kLeftHasJoint << 4;

/// Places of inner joints, each of which may be where two words were joined.
template <class Visit>
void for_each_joint(std::string_view word, const Visit& visit) {
  for (std::size_t at = word.find(kJoint, 1); at < word.size() - 1;
       at = word.find(kJoint, at + 1)) {
    visit(at);
  }
}

class Finder {
 public:
  Finder(const PhraseWords& words, std::uint64_t text_words, std::uint64_t min_count,
         float threshold)
      : words_(words),
        text_words_(static_cast<float>(static_cast<std::int64_t>(text_words))),
        min_count_(min_count),
        threshold_(threshold),
        counts_(words.counts),
        sides_(words.list.size(), 0) {
    mark_words();
    find_halves();
  }

  Joins find(const IdText& text, const Resources& resources) {
    std::vector<Found> found(static_cast<std::size_t>(resources.threads));
    count_pairs(text, sides_, resources, [&](int worker, std::span<const PairCount> counts) {
      sort_out(counts, found[static_cast<std::size_t>(worker)]);
    });
    Joins joins{{}, spellings_};
    std::vector<PairCount> shared;
    for (Found& one : found) {
      joins.vocabulary_size += one.spellings;
      joins.pairs.insert(joins.pairs.end(), one.joined.begin(), one.joined.end());
      shared.insert(shared.end(), one.shared.begin(), one.shared.end());
      one = Found();
    }
    find_shared(shared, joins);
    std::sort(joins.pairs.begin(), joins.pairs.end());
    return joins;
  }

 private:
  /// What a worker finds.
  struct Found {
    std::vector<Pair> joined;
    std::vector<PairCount> shared;  // pairs whose spelling another pair, or a word, may have
    std::uint64_t spellings = 0;    // other pairs that reach min_count
  };

  bool reaches(std::uint64_t count) const noexcept { return count != 0 && count >= min_count_; }

  void mark_words() {
    for (WordId id = kNewline + 1; id < sides_.size(); ++id) {
      unsigned sides = kAnyWord;
      if (counts_[id] >= min_count_) sides |= kFrequent | kFrequent << 4;
      if (words_.list[id].find(kJoint) != std::string_view::npos) {
        sides |= kHasJoint;
        with_joint_.push_back(id);
      } else {
        spellings_ += reaches(counts_[id]);
      }
      sides_[id] = static_cast<std::uint8_t>(sides);
    }
  }

  /// The pairs that are spelled as a word of the text is.
  void find_halves() {
    if (with_joint_.empty()) return;
    // Long words of nothing but joints have many halves; few of them have the length of a word.
    std::unordered_set<std::size_t> lengths;
    for (WordId id = kNewline + 1; id < sides_.size(); ++id) lengths.insert(words_.list[id].size());
    for (const WordId id : with_joint_) {
      const std::string_view word = words_.list[id];
      for_each_joint(word, [&](std::size_t at) {
        if (!lengths.contains(at) || !lengths.contains(word.size() - at - 1)) return;
        const auto left = words_.table.find(WordTable::key_of(word.substr(0, at)));
        const auto right = words_.table.find(WordTable::key_of(word.substr(at + 1)));
        if (!left || !right) return;
        sides_[*left] |= kHalves;
        sides_[*right] |= kHalves << 4;
        halves_.insert(pair_of(*left, *right));
      });
    }
  }

  void sort_out(std::span<const PairCount> counts, Found& found) const {
    for (const PairCount& one : counts) {
      const unsigned sides = sides_[left_of(one.pair)] & sides_[right_of(one.pair)] >> 4;
      if ((sides & (kLeftHasJoint | kRightHasJoint)) != 0 ||
          ((sides & kHalves) != 0 && halves_.contains(one.pair))) {
        found.shared.push_back(one);
      } else if (one.count >= min_count_) {
        ++found.spellings;
        if (joins(one)) found.joined.push_back(one.pair);
      }
    }
  }

  /// Adds up what is spelled alike, and joins what then reaches the threshold.
  void find_shared(std::vector<PairCount>& shared, Joins& joined) {
    WordTable spellings;
    for (const WordId id : with_joint_) {
      spellings.add(WordTable::key_of(words_.list[id]), 0, counts_[id]);
    }
    std::vector<std::uint32_t> numbers;
    numbers.reserve(shared.size());
    std::string spelling;
    for (const PairCount& one : shared) {
      spelling.assign(words_.list[left_of(one.pair)]);
      spelling += kJoint;
      spelling += words_.list[right_of(one.pair)];
      numbers.push_back(spellings.add(WordTable::key_of(spelling), 0, one.count));
    }
    std::vector<std::uint64_t> totals;
    totals.reserve(spellings.size());
    spellings.for_each([&](const WordTable::Record& same) {
      totals.push_back(same.count);
      joined.vocabulary_size += reaches(same.count);
    });
    for (std::size_t k = 0; k < with_joint_.size(); ++k) counts_[with_joint_[k]] = totals[k];
    for (std::size_t k = 0; k < shared.size(); ++k) {
      if (joins({shared[k].pair, totals[numbers[k]]})) joined.pairs.push_back(shared[k].pair);
    }
  }

  bool joins(const PairCount& one) const noexcept {
    const std::uint64_t left = counts_[left_of(one.pair)];
    const std::uint64_t right = counts_[right_of(one.pair)];
    if (std::min({left, right, one.count}) < min_count_) return false;
    // Each step rounds to float, and in this order, as in the reference: where a score is at the
    // threshold, that decides.
    const auto real = [](std::uint64_t count) {
      return static_cast<float>(static_cast<std::int64_t>(count));
    };
    return real(one.count - min_count_) / real(left) / real(right) * text_words_ > threshold_;
  }

  const PhraseWords& words_;
  float text_words_;
  std::uint64_t min_count_;
  float threshold_;
  std::vector<std::uint64_t> counts_;  // of words; from find_shared on, of spellings
  std::vector<std::uint8_t> sides_;
  std::vector<WordId> with_joint_;
  std::unordered_set<Pair> halves_;
  std::uint64_t spellings_ = 0;  // words without a joint that reach min_count
};

}  // namespace

Joins find_joins(const IdText& text, const PhraseWords& words, std::uint64_t text_words,
                 std::uint64_t min_count, float threshold, const Resources& resources) {
  return Finder(words, text_words, min_count, threshold).find(text, resources);
}

}  // namespace hogvec
