// Counting the pairs of neighbors in a text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "engine/phrases/phrase_words.hpp"
#include "engine/resources.hpp"

namespace hogvec {

/// Two words side by side: the left one's number above the right one's.
using Pair = std::uint64_t;

constexpr Pair pair_of(WordId left, WordId right) noexcept { return Pair{left} << 32 | right; }
constexpr WordId left_of(Pair pair) noexcept { return static_cast<WordId>(pair >> 32); }
constexpr WordId right_of(Pair pair) noexcept { return static_cast<WordId>(pair); }

/// Spreads pairs over all 64 bits.
constexpr std::uint64_t hash_pair(Pair pair) noexcept {
  std::uint64_t hash = pair * 0x9e3779b97f4a7c15u;
  hash ^= hash >> 32;
  return hash * 0xd6e8feb86659fd93u;
}

struct PairCount {
  Pair pair;
  std::uint64_t count;
};

/// Counts the neighbors a, b for which `sides[a] & sides[b] >> 4` is not 0: the low four bits of a
/// word say what it is to the left of another, the high ones to the right. A newline has none.
/// `visit` gets every such pair once, in many parts, from all threads at once. The pairs that are
/// held at once are those that the memory has room for.
void count_pairs(const IdText& text, std::span<const std::uint8_t> sides,
                 const Resources& resources,
                 const std::function<void(int worker, std::span<const PairCount> counts)>& visit);

}  // namespace hogvec
