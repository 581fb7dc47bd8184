#include "engine/c/text.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <string>
#include <utility>

#include "engine/c/calls.hpp"

using hogvec::EncodedCorpus;
using hogvec::kSentenceEnd;
using hogvec::kSentenceEndWord;
using hogvec::Vocabulary;
using hogvec::WordId;
namespace c = hogvec::c;
namespace io = hogvec::io;

namespace {

using Offsets = std::span<const std::int64_t>;

void check_offsets(Offsets offsets, std::size_t count) {
  std::int64_t before = 0;
  for (std::size_t s = 0; s < offsets.size(); ++s) {
    if (offsets[s] < before) {
      throw c::Invalid("offset " + std::to_string(s) + " is " + std::to_string(offsets[s]) +
                       ", below 0 or below the one before");
    }
    before = offsets[s];
  }
  if (static_cast<std::uint64_t>(before) > count) {
    throw c::Invalid("the offsets end at " + std::to_string(before) + ", but there are " +
                     std::to_string(count) + " ids");
  }
}

/// How often each id stands in the sentences. Errors: Invalid, where one is no word.
template <class Id>
std::vector<std::uint64_t> count_ids(const Id* ids, Offsets offsets, std::size_t words) {
  std::vector<std::uint64_t> counts(words);
  for (std::int64_t k = offsets.front(); k < offsets.back(); ++k) {
    if (ids[k] < 0 || static_cast<std::uint64_t>(ids[k]) >= words) {
      throw c::Invalid("id " + std::to_string(k) + " is " + std::to_string(ids[k]) +
                       ", not one of 0 to " + std::to_string(words - 1));
    }
    ++counts[static_cast<std::size_t>(ids[k])];
  }
  return counts;
}

/// Those that the text has, and has often enough: most frequent first, ties by the lower id.
std::vector<std::size_t> frequent_ids(const std::vector<std::uint64_t>& counts,
                                      std::uint64_t min_count) {
  std::vector<std::size_t> ids;
  for (std::size_t id = 0; id < counts.size(); ++id) {
    if (counts[id] >= std::max<std::uint64_t>(min_count, 1)) ids.push_back(id);
  }
  std::stable_sort(ids.begin(), ids.end(),
                   [&](std::size_t a, std::size_t b) { return counts[a] > counts[b]; });
  return ids;
}

template <class Id>
EncodedCorpus encode(const Id* ids, Offsets offsets, const std::vector<WordId>& row_of) {
  std::vector<WordId> rows;
  rows.reserve(static_cast<std::size_t>(offsets.back() - offsets.front()) + offsets.size());
  for (std::size_t s = 0; s + 1 < offsets.size(); ++s) {
    for (std::int64_t k = offsets[s]; k < offsets[s + 1]; ++k) {
      const WordId row = row_of[static_cast<std::size_t>(ids[k])];
      if (row != kSentenceEnd) rows.push_back(row);
    }
    rows.push_back(kSentenceEnd);
  }
  return EncodedCorpus(rows);
}

template <class Id>
hogvec_text* new_text(const Id* ids, std::size_t count, const std::int64_t* offsets,
                      std::size_t sentences, std::size_t words, std::uint64_t min_count) {
  static constexpr Id kNoIds[1] = {};
  c::require(ids != nullptr || count == 0, "ids is NULL");
  if (ids == nullptr) ids = kNoIds;
  c::require_given(offsets, "offsets");
  c::require(sentences > 0, "there are no sentences");
  c::require(sentences < std::numeric_limits<std::size_t>::max() / sizeof(*offsets),
             "there cannot be so many sentences");
  c::require(words > 0, "there are no words");
  // Two numbers are taken: that of the sentences' end, and one that says that there is none.
  c::require(words < std::numeric_limits<WordId>::max() - 1, "there are more than 2^32 - 3 words");
  const Offsets ends(offsets, sentences + 1);
  check_offsets(ends, count);
  const std::vector<std::uint64_t> counts = count_ids(ids, ends, words);

  std::vector<WordId> row_of(words, kSentenceEnd);
  std::vector<io::WordCount> named = {{std::string(kSentenceEndWord), 0}};
  for (const std::size_t id : frequent_ids(counts, min_count)) {
    row_of[id] = static_cast<WordId>(named.size());
    named.push_back({std::to_string(id), counts[id]});
  }
  EncodedCorpus text = encode(ids, ends, row_of);
  return new hogvec_text{words, Vocabulary::in_order(std::move(named)), std::move(row_of),
                         std::move(text)};
}

}  // namespace

hogvec_text* hogvec_text_new_int32(const int32_t* ids, size_t count, const int64_t* offsets,
                                   size_t sentences, size_t words, uint64_t min_count) {
  return c::guarded_pointer(
      [&] { return new_text(ids, count, offsets, sentences, words, min_count); });
}

hogvec_text* hogvec_text_new_int64(const int64_t* ids, size_t count, const int64_t* offsets,
                                   size_t sentences, size_t words, uint64_t min_count) {
  return c::guarded_pointer(
      [&] { return new_text(ids, count, offsets, sentences, words, min_count); });
}

void hogvec_text_free(hogvec_text* text) { delete text; }
