// Which pairs of words become one.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/phrases/pair_counts.hpp"
#include "engine/phrases/phrase_words.hpp"

namespace hogvec {

struct Joins {
  std::vector<Pair> pairs;        // ascending
  std::uint64_t vocabulary_size;  // spellings, of words and of pairs, that reach min_count
};

/// The pairs of the text whose score is above `threshold`, as phrases.hpp defines it. `text_words`
/// is T there.
Joins find_joins(const IdText& text, const PhraseWords& words, std::uint64_t text_words,
                 std::uint64_t min_count, float threshold, const Resources& resources);

}  // namespace hogvec
