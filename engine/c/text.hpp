// A text of numbers, as the engine trains it.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/c/hogvec.h"
#include "engine/corpus/encoded_corpus.hpp"
#include "engine/vocab/vocabulary.hpp"

/// Immutable, so safe to read from any thread. The engine's words are those that the text has often
/// enough, most frequent first, behind the end of a sentence, which callers do not see.
struct hogvec_text {  // NOLINT(readability-identifier-naming): C's name
  std::size_t words;  // of the caller
  hogvec::Vocabulary vocabulary;
  std::vector<hogvec::WordId> row_of;  // of each id; kSentenceEnd: it is left out
  hogvec::EncodedCorpus text;
};
