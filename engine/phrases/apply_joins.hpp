// Pairs of the text become single words.
#pragma once

#include <cstdint>
#include <span>

#include "engine/phrases/pair_counts.hpp"
#include "engine/phrases/phrase_words.hpp"

namespace hogvec {

/// Replaces the pairs by words, from left to right in each line and none within another, by all
/// threads; keeps the counts of `words` right. Returns how many places it replaced.
std::uint64_t apply_joins(IdText& text, PhraseWords& words, std::span<const Pair> pairs,
                          int threads);

}  // namespace hogvec
