#include "engine/phrases/phrases.hpp"

#include <limits>
#include <numeric>

#include "engine/corpus/encode_text.hpp"
#include "engine/phrases/apply_joins.hpp"
#include "engine/phrases/find_joins.hpp"
#include "engine/phrases/phrase_words.hpp"
#include "engine/phrases/write_words.hpp"

namespace hogvec {

struct PhraseText::State {
  State(EncodedText encoded, const PhraseOptions& given)
      : options(given), text(encoded, given.resources.threads), words(encoded) {}

  PhraseOptions options;
  IdText text;
  PhraseWords words;
};

PhraseText::PhraseText(io::TextSource& source, const PhraseOptions& options) {
  EncodedText encoded =
      encode_text(source, {.max_word_bytes = std::numeric_limits<std::size_t>::max(),
                           .newline_word = "\n",  // which no text has as a word
                           .resources = options.resources,
                           .on_progress = options.on_read});
  state_ = std::make_unique<State>(std::move(encoded), options);
}

PhraseText::~PhraseText() = default;
PhraseText::PhraseText(PhraseText&&) noexcept = default;
PhraseText& PhraseText::operator=(PhraseText&&) noexcept = default;

PhrasePass PhraseText::join(float threshold) {
  const PhraseOptions& options = state_->options;
  PhraseWords& words = state_->words;
  const std::uint64_t total =
      std::accumulate(words.counts.begin(), words.counts.end(), std::uint64_t{0});
  const Joins joins =
      find_joins(state_->text, words, total, options.min_count, threshold, options.resources);
  const std::uint64_t joined =
      apply_joins(state_->text, words, joins.pairs, options.resources.threads);
  return {.vocabulary_size = joins.vocabulary_size, .words = total, .joined = joined};
}

void PhraseText::write(io::OutputFile& file) const {
  write_words(file, state_->text, state_->words.list, state_->options.resources.threads,
              state_->options.on_written);
}

}  // namespace hogvec
