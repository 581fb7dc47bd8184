// A text that ranks read and count together: every rank reads a part of it, and comes to the
// vocabulary and to the chunks that one machine would come to, byte for byte.
//
//     part of the text ──► words of the part ──► words of a part of the alphabet, counted ──► first
//     rank part of the text, as ids ◄── vocabulary
//     ◄─────────────────────────────────────────────────┘ └──► chunks of this rank
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/corpus/corpus.hpp"
#include "engine/ranks.hpp"
#include "engine/train/schedule.hpp"

namespace hogvec {

/// What a rank has of a text: the words of its chunks (see ChunkShare), side by side.
struct SharedCorpus {
  Vocabulary vocabulary;  // of the whole text, on every rank
  EncodedCorpus text;
  ChunkPlan chunks;
  VocabularyChanges changes{};  // as read_corpus() says them
  std::uint64_t unknown = 0;    // words of the whole text that were left out
  std::uint64_t fingerprint =
      0;  // of the whole text, see fingerprint_of(); on the first rank, where it is wished
};

/// How the text lies.
enum class TextParts {
  kShares,  // every rank has a share of one text, see io::open_text()
  kFiles,  // every rank has files of its own: those of all ranks, one after the other, are the text
};

/// What a rank wants of it beside its chunks.
struct TextWishes {
  bool all_chunks = false;   // every rank has the whole text
  bool fingerprint = false;  // for which all ids are sent to the first rank
};

/// Reads, counts and encodes the text whose part is `source`. Vocabulary file and `choose` are
/// those of the first rank. All ranks call it. Errors: as read_corpus(), of any rank, on all.
SharedCorpus read_shared_corpus(Ranks& ranks, io::TextSource& source, TextParts parts,
                                const ReadOptions& options, const TextWishes& wishes = {});

}  // namespace hogvec
