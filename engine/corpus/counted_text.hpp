// A text that is numbered by its own words, before it is said which of them count.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/corpus/encode_text.hpp"
#include "engine/corpus/encoded_corpus.hpp"
#include "engine/vocab/vocabulary.hpp"

namespace hogvec {

/// Of the words of a text that are frequent enough, by all threads; as Vocabulary takes them.
Vocabulary count_vocabulary(const TextWords& words, std::uint64_t min_count, std::size_t max_words,
                            int threads);

/// The text as ids of a vocabulary, in the order of the text, by all threads. `least_count`: the
/// vocabulary has no words that the text has less often; 0: it may. `found`, where given, becomes
/// how many of its words, </s> not counted, the text has.
EncodedCorpus encode_counted(EncodedText text, const Vocabulary& vocabulary,
                             std::uint64_t least_count, int threads, std::size_t* found = nullptr);

}  // namespace hogvec
