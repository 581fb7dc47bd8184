// Frequent words are dropped at random, before windows are made.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/vocab/vocabulary.hpp"

namespace hogvec {

/// Probability that the word is kept: sqrt(t/f) + t/f with f its share of the text, at most 1
/// (word2vec.c:407; not the formula of Mikolov's paper). 1 for index 0, and for t = 0.
double keep_probability(const Vocabulary& vocabulary, WordId word, double t);

/// For each word the largest 32-bit random number with which it is kept.
std::vector<std::uint32_t> keep_thresholds(const Vocabulary& vocabulary, double t);

}  // namespace hogvec
