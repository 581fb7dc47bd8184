// Words found whatever the case of their letters.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/query/nearest.hpp"

namespace hogvec {

/// Which letters have a case.
enum class Letters {
  kAscii,    // A to Z, as the reference compares
  kUnicode,  // all, as caseless() says
};

/// The words of an index, which must outlive it. Immutable, so safe to ask from any thread.
class FoldedWords {
 public:
  FoldedWords(const WordIndex& index, Letters letters);

  /// Row of the first word, which is the most frequent, that is equal but for case;
  /// WordIndex::kNotFound where there is none.
  std::size_t find(std::string_view word) const;

 private:
  Letters letters_;
  std::deque<std::string> changed_;  // what the index does not hold: pointers into it stay
  std::unordered_map<std::string_view, std::size_t> rows_;
};

}  // namespace hogvec
