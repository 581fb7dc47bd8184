// A sentence of Python's whose words are joined to phrases.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "tools/python/src/phrase_table.hpp"
#include "tools/python/src/token_text.hpp"

namespace hogvec::python {

/// What a sentence becomes: a list of all its str, or of its phrases alone as (str, score).
enum class SentenceOutput { kJoined, kPhrases };

class PhraseSentence {
 public:
  /// Errors: TypeError for what is no sentence of str; what an iterable throws.
  PhraseSentence(pybind11::handle sentence, const ConnectorWords& connectors,
                 std::string_view delimiter);

  /// The words that are no connectors: they begin and end phrases.
  std::size_t ends() const noexcept { return ends_.size(); }
  const WordTable::Key& word(std::size_t end) const noexcept { return words_[end]; }
  /// An end and the one before it, with all that stands between.
  const WordTable::Key& pair(std::size_t end) const noexcept { return pairs_[end]; }

  /// From left to right, two ends become a phrase where score(right end) says so, unless the left
  /// one is in a phrase already.
  template <class Score>
  pybind11::list join(SentenceOutput output, const Score& score) {
    output_ = output;
    out_.reserve(tokens_.size());
    bool open = false;  // the end before is free
    for (std::size_t end = 0; end < ends(); ++end) {
      const std::optional<double> found = open ? score(end) : std::nullopt;
      if (found) {
        emit_phrase(end, *found);
      } else {
        emit_tokens(ends_[end]);
      }
      open = !found;
    }
    emit_tokens(tokens_.size());
    return finish();
  }

 private:
  void read(pybind11::handle sentence, std::string_view delimiter);
  void emit_tokens(std::size_t until);
  void emit_phrase(std::size_t end, double score);
  pybind11::list finish();

  std::vector<pybind11::object> tokens_;
  TokenText text_;
  std::vector<std::size_t> ends_;  // their places in tokens_
  std::vector<WordTable::Key> words_;
  std::vector<WordTable::Key> pairs_;
  SentenceOutput output_ = SentenceOutput::kJoined;
  std::size_t emitted_ = 0;  // tokens
  std::vector<pybind11::object> out_;
};

}  // namespace hogvec::python
