// What a model file says of the run that it is of.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/corpus/encoded_corpus.hpp"
#include "engine/train/plan.hpp"

namespace hogvec {

struct RunRecord {
  TrainPlan plan{};
  std::uint64_t text_words = 0;   // ids of the text, sentence ends included
  std::uint64_t fingerprint = 0;  // of these ids, see fingerprint_of()
  /// Words whose rows of W are not trained, see LockedWords::ids().
  std::vector<WordId> locked{};
  /// What the program that made the file was told besides: its flags and their values. Nothing
  /// that the engine reads.
  std::map<std::string, std::string> flags{};

  /// One JSON object, UTF-8. Bytes of flags that are no UTF-8 are kept.
  std::string to_json() const;
  /// Errors: Error where it is no such object.
  static RunRecord from_json(std::string_view json);
};

/// What names a text: XXH3 of its ids. Errors: those of EncodedCorpus::read().
std::uint64_t fingerprint_of(const EncodedCorpus& text);

}  // namespace hogvec
