// Texts of Python's people, as the engine has them.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/corpus/encode_text.hpp"
#include "engine/corpus/encoded_corpus.hpp"
#include "engine/vocab/vocabulary.hpp"
#include "tools/python/src/words.hpp"

namespace hogvec::python {

/// What ends a sentence, row 0 of every model, which Python does not see: its name is no UTF-8, and
/// refused as a token.
inline constexpr std::string_view kSentenceEndName = "\xff\xfe</s>";

/// A vocabulary that models and texts share: row 0 is the sentences' end, which has the count 0 but
/// in a model that a program has trained, row k + 1 is what Python calls index k.
using SharedVocabulary = std::shared_ptr<const Vocabulary>;

/// Row 0, of that count, before the words. Errors: a word that stands twice.
SharedVocabulary vocabulary_of(std::vector<io::WordCount> words, std::uint64_t sentence_ends = 0);

/// What Python sees of it.
std::shared_ptr<Words> words_of_vocabulary(SharedVocabulary vocabulary);

/// A text as ids of a vocabulary.
struct Text {
  EncodedCorpus corpus;
  std::uint64_t words = 0;  // raw ones, those that the vocabulary lacks too
  std::uint64_t sentences = 0;
};

/// A text that was counted, before it is said which words count. It becomes a Text once.
class CountedText {
 public:
  CountedText(EncodedText text, std::uint64_t words, std::uint64_t sentences)
      : text_(std::move(text)), words_(words), sentences_(sentences) {}

  std::uint64_t words() const noexcept { return words_; }
  std::uint64_t sentences() const noexcept { return sentences_; }
  /// Different words. Errors, for all below: it has become a Text.
  std::size_t size() const { return whole().words.size() - 1; }
  std::vector<std::uint64_t> counts() const;
  /// Words and counts, those of `min_count` on, in the order of their first appearance.
  std::vector<io::WordCount> in_order(std::uint64_t min_count) const;
  SharedVocabulary vocabulary(std::uint64_t min_count, int threads) const;
  EncodedText take();

 private:
  const EncodedText& whole() const;

  EncodedText text_;
  std::uint64_t words_;
  std::uint64_t sentences_;
  bool encoded_ = false;
};

}  // namespace hogvec::python
