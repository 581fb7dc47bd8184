// Phrases: words that occur together more often than apart become one word, as the reference's
// word2phrase joins them.
//
// The count of a spelling is how often it stands in the text, as a word or as two words of a line
// that an underscore joins. With pa, pb and pab the counts of "a", "b" and "a_b", and T the words
// of the text, the score of "a b" is
//
//     (pab - min_count) / pa / pb * T        (word2phrase.c, TrainModel; in float, as there)
//
// and 0 where one of the counts is below min_count. A score above the threshold joins, but for a
// word that has just been joined to the one before it: longer phrases take several passes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "engine/resources.hpp"
#include "io/output_file.hpp"
#include "io/text_source.hpp"

namespace hogvec {

struct PhraseOptions {
  std::uint64_t min_count = 5;
  Resources resources{};
  /// Called now and then, from any thread but never twice at once, with the words read so far and
  /// how many different ones the calling thread has seen.
  std::function<void(std::uint64_t words, std::uint64_t different)> on_read{};
  /// The same for words written.
  std::function<void(std::uint64_t words)> on_written{};
};

/// What a pass found.
struct PhrasePass {
  std::uint64_t vocabulary_size;  // spellings, of words and of pairs, that reach min_count
  std::uint64_t words;            // words of the text before the pass, newlines not counted
  std::uint64_t joined;           // places where two words became one
};

/// A text whose words are joined pass by pass. Counts are exact, words are never cut, and the
/// result does not depend on the number of threads.
class PhraseText {
 public:
  /// Reads the text, tokenised as in word2vec; only newlines end a line, "</s>" is a word.
  /// Errors: those of the source; threads below 1.
  PhraseText(io::TextSource& source, const PhraseOptions& options);
  ~PhraseText();
  PhraseText(PhraseText&&) noexcept;
  PhraseText& operator=(PhraseText&&) noexcept;

  /// One pass over the text as it is now.
  PhrasePass join(float threshold);

  /// Every word after a space, every newline as it is; without commit().
  /// Errors: those of OutputFile::write.
  void write(io::OutputFile& file) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hogvec
