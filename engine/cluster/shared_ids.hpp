// The ids of a text that ranks have read, one part behind the other: where its chunks begin, and
// who gets which.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/corpus/encoded_corpus.hpp"
#include "engine/ranks.hpp"
#include "engine/resources.hpp"

namespace hogvec {

/// All ranks call its functions together. Errors: those of Ranks and EncodedCorpus.
class SharedIds {
 public:
  /// All that is passed must outlive it.
  SharedIds(Ranks& ranks, const EncodedCorpus& mine, const Resources& resources);

  /// Where all chunks of the text begin, and its end: as ChunkPlan of the whole text has them.
  std::vector<std::size_t> chunk_begins();
  /// The chunks that begin there: this rank's, see ChunkShare, or all.
  EncodedCorpus deal(const std::vector<std::size_t>& begins, bool all);
  /// Of the whole text, see fingerprint_of(), on the first rank, which is sent the others' ids.
  std::uint64_t fingerprint();

 private:
  Ranks& ranks_;
  const EncodedCorpus& mine_;
  const Resources& resources_;
  std::vector<std::size_t> sizes_;  // of the part of each rank
  std::size_t begin_ = 0;           // of this one's
  std::size_t words_ = 0;           // of all
};

}  // namespace hogvec
