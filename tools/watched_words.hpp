// Words whose neighbors are looked at while a run goes on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/matrix.hpp"
#include "engine/vocab/vocabulary.hpp"
#include "tools/options.hpp"

namespace hogvec::tools {

/// A word that lies near another.
struct NearWord {
  std::string word;
  float cosine;
};

/// What was seen of a word.
struct WordLook {
  std::optional<double>
      moved;                   // cosine of its vector with that of the look before; none: the first
  std::vector<NearWord> near;  // nearest first
};

class WatchedWords {
 public:
  /// Those of -watch, as the text's words are read, of which it tells which are not in the
  /// vocabulary; without the flag a dozen, from the first that is no word of every sentence to
  /// rarer ones. The vocabulary must outlive it.
  WatchedWords(const Word2vecOptions& options, const Vocabulary& vocabulary);

  const std::vector<WordId>& ids() const noexcept { return ids_; }

  /// The ten nearest of each by W as it is, </s> never among them: one pass over W.
  /// Errors: std::bad_alloc.
  std::vector<WordLook> look(ConstMatrixView input, int threads);

 private:
  const Vocabulary* vocabulary_;
  std::vector<WordId> ids_;
  std::vector<std::vector<float>> before_;  // vectors of the last look; none before the first
};

}  // namespace hogvec::tools
