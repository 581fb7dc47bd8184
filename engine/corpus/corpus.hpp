// A text as numbers: read once, encoded once, never touched again.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "engine/corpus/encode_text.hpp"
#include "engine/corpus/encoded_corpus.hpp"
#include "engine/corpus/file_vocabulary.hpp"
#include "engine/resources.hpp"
#include "engine/vocab/vocabulary.hpp"
#include "io/text_source.hpp"

namespace hogvec {

struct Corpus {
  Vocabulary vocabulary;
  EncodedCorpus text;
  VocabularyChanges changes{};  // of the vocabulary file that was read, if one was
};

/// A text and its words, which somebody else owns: as one that was read, or text after text of the
/// same words.
struct CorpusView {
  // NOLINTNEXTLINE(google-explicit-constructor): an owner is a view, as a vector is a span
  CorpusView(const Corpus& corpus) noexcept : CorpusView(corpus.vocabulary, corpus.text) {}
  CorpusView(const Vocabulary& its_vocabulary, const EncodedCorpus& its_text) noexcept
      : vocabulary(its_vocabulary), text(its_text) {}

  const Vocabulary& vocabulary;
  const EncodedCorpus& text;
};

struct ReadOptions {
  std::uint64_t min_count = 5;
  /// Keep so many of the most frequent words besides index 0; 0: all.
  std::size_t max_vocabulary = 0;
  /// Take the words and counts from this file, instead of counting the text.
  std::string vocabulary_file{};
  /// Its words are read with their letters folded, as those of lowercased() text.
  bool lowercase_vocabulary = false;
  /// Takes the words that this makes of those that the text has often enough, instead of them.
  std::function<Vocabulary(const Vocabulary& counted)> choose{};
  /// Longer words are cut, at a code point boundary; the reference's limit (word2vec.c:86).
  std::size_t max_word_bytes = 98;
  Resources resources{};
  /// Called now and then, from any thread but never twice at once, with the words read so far.
  std::function<void(std::uint64_t words)> on_progress{};
};

/// Reads a text to its end, as numbers of its own words, by these options. Errors: those of
/// encode_text(); a longest word of other than 1 to 65536 bytes.
EncodedText encode_text(io::TextSource& source, const ReadOptions& options);

/// Reads a text to its end, counts and encodes it, tokenised as the reference does (word2vec.c:71),
/// by all threads. Errors: those of the source; the vocabulary file.
Corpus read_corpus(io::TextSource& source, const ReadOptions& options);
/// The text of io::open_text({path}).
Corpus read_corpus(const std::string& path, const ReadOptions& options);

/// The same with the words of `vocabulary`, instead of those of the text or of a file.
EncodedCorpus encode_corpus(io::TextSource& source, const Vocabulary& vocabulary,
                            const ReadOptions& options);

}  // namespace hogvec
