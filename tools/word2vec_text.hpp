// The text of a run of word2vec, and the words that it is made of.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/corpus/corpus.hpp"
#include "engine/model/stored_model.hpp"
#include "engine/ranks.hpp"
#include "engine/train/locked_words.hpp"
#include "engine/train/schedule.hpp"
#include "tools/options.hpp"

namespace hogvec::tools {

/// The text of a run as this process has it.
struct RunText {
  Corpus corpus;                    // of ranks that share it: the chunks that this one trains
  std::optional<ChunkPlan> chunks;  // which of the whole text these are; none: all
  std::size_t words;                // of the whole text
  std::size_t unknown;              // of it, left out
  std::uint64_t fingerprint;        // of a text that is shared, on the first rank
};

/// The fingerprint of the whole text, on the first rank.
std::uint64_t fingerprint_of(const RunText& text);

/// Errors: an input is missing or cannot be read; for the two inputs of the reference its own
/// messages go to stdout before.
void require_inputs(const Word2vecOptions& options, const Ranks& ranks);

/// Those of -locked or, where that is not given, of the run that goes on, if one does. Tells how
/// many there are. Errors: the list cannot be read; none of its words is in the vocabulary; it has
/// others than the run that goes on.
LockedWords locked_words(const Word2vecOptions& options, const Vocabulary& vocabulary,
                         const StoredModel* resumed);

/// How a text is read.
ReadOptions read_options(const Word2vecOptions& options, const TextPlaces& text);

/// Reads, counts and encodes the text, together with the other ranks: with its own words, with
/// those of the model that is continued or, where there is one, of the run that goes on; both are
/// the first rank's. Tells how many there are, and what is left out. Errors: those of read_corpus()
/// and io::ModelFile::open().
RunText read_text(const Word2vecOptions& options, const StoredModel* resumed, Ranks& ranks);

}  // namespace hogvec::tools
