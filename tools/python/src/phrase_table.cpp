#include "tools/python/src/phrase_table.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_set>
#include <utility>

namespace hogvec::python {

ConnectorWords::ConnectorWords(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    words_.add(WordTable::key_of(word), 0, 0);
    longest_ = std::max(longest_, word.size());
  }
}

std::optional<double> ScoreRule::score(std::uint64_t left, std::uint64_t right,
                                       std::uint64_t both) const {
  const auto real = [](std::uint64_t count) { return static_cast<double>(count); };
  double score = 0;
  if (kind == Kind::kOriginal) {
    // The product rounds once, as Python's does when it becomes a float.
    score = (real(both) - min_count) / (real(left) * real(right)) * length;
  } else {
    if (real(both) < min_count || words == 0) return std::nullopt;
    const double share = real(both) / words;
    // All of the text is this pair: the limit of words that only stand together.
    score = share == 1
                ? 1
                : std::log(share / (real(left) / words * (real(right) / words))) / -std::log(share);
  }
  if (score <= threshold) return std::nullopt;
  return score;
}

void PhraseTable::merge(PhraseTable& other) {
  if (size() == 0) {
    std::swap(table_, other.table_);
    std::swap(lengths_, other.lengths_);
  }
  other.table_.for_each(
      [&](const Record& record) { add(WordTable::key_of(record.word()), record.count); });
  records_.clear();
  other.records_.clear();
}

std::uint64_t PhraseTable::prune(std::size_t most, std::uint64_t min_reduce) {
  if (size() <= most) return min_reduce;
  std::map<std::uint64_t, std::size_t> spellings;  // by their count
  table_.for_each([&](const Record& record) { ++spellings[record.count]; });
  std::size_t left = size();
  std::uint64_t least = min_reduce;
  for (const auto& [count, number] : spellings) {
    if (count >= min_reduce && left <= most) break;
    left -= number;
    least = std::max(least, count + 1);
  }
  WordTable kept;
  table_.for_each([&](const Record& record) {
    if (record.count >= least) kept.add(WordTable::key_of(record.word()), 0, record.count);
  });
  table_ = std::move(kept);
  records_.clear();
  return least + 1;
}

std::span<const PhraseTable::Record* const> PhraseTable::records() {
  if (records_.empty()) {
    records_.reserve(size());
    table_.for_each([&](const Record& record) { records_.push_back(&record); });
  }
  return records_;
}

void PhraseTable::for_each_split(std::string_view spelling, std::string_view delimiter,
                                 const ConnectorWords& connectors,
                                 const std::function<void(const Split&)>& visit) const {
  // Where a spelling is long and has many delimiters, few of its parts have the length of a word.
  const auto is_word = [&](std::string_view word) {
    if (word.size() >= lengths_.size() || !lengths_[word.size()]) return false;
    const WordTable::Key key = WordTable::key_of(word);
    return count(key) != 0 && !connectors.contains(key);
  };
  std::vector<std::size_t> ends;  // of what stands between: nothing at first, then connectors
  std::unordered_set<std::size_t> seen;
  for (std::size_t at = spelling.find(delimiter); at != std::string_view::npos;
       at = spelling.find(delimiter, at + 1)) {
    const std::string_view left = spelling.substr(0, at);
    if (!is_word(left)) continue;
    ends.assign(1, at);
    seen.clear();
    for (std::size_t k = 0; k < ends.size(); ++k) {
      const std::size_t begin = ends[k] + delimiter.size();
      const std::string_view right = spelling.substr(begin);
      if (is_word(right)) visit({left, right});
      for (std::size_t end = spelling.find(delimiter, begin);
           end != std::string_view::npos && end - begin <= connectors.longest();
           end = spelling.find(delimiter, end + 1)) {
        if (!connectors.contains(spelling.substr(begin, end - begin))) continue;
        if (seen.insert(end).second) ends.push_back(end);
      }
    }
  }
}

void PhraseCounter::count(TokenText& text) {
  const char* const readable_end = text.readable_end();
  for (const TokenText::Token& token : text.tokens) {
    if (token.first) {
      left_ = kNone;
      prune();
    }
    ++words_;
    const std::size_t begin = token.begin;
    const WordTable::Key key = WordTable::key_of(text.slice(begin, token.end), readable_end);
    if (connectors_.contains(key)) continue;
    push(key);
    if (left_ != kNone) push(WordTable::key_of(text.slice(left_, token.end), readable_end));
    left_ = begin;
  }
  drain();
  text.tokens.clear();
  text.bytes.erase(0, std::min(left_, text.bytes.size()));
  if (left_ != kNone) left_ = 0;
}

void PhraseCounter::push(const WordTable::Key& key) {
  constexpr std::size_t kRing = 2 * kAhead;
  if (pushed_ - added_ == kRing) {
    table_.add(ring_[added_ % kRing], 1);
    ++added_;
  }
  ring_[pushed_ % kRing] = key;
  table_.prepare(key);
  ++pushed_;
  if (pushed_ - added_ > kAhead) table_.prepare_record(ring_[(pushed_ - 1 - kAhead) % kRing]);
}

void PhraseCounter::drain() {
  for (; added_ < pushed_; ++added_) table_.add(ring_[added_ % (2 * kAhead)], 1);
}

void PhraseCounter::prune() {
  if (table_.size() + (pushed_ - added_) <= most_) return;
  drain();
  min_reduce_ = table_.prune(most_, min_reduce_);
}

}  // namespace hogvec::python
