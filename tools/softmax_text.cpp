#include "tools/softmax_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/corpus/corpus.hpp"
#include "io/error.hpp"

namespace hogvec::tools {
namespace {

std::size_t words_with(const Vocabulary& vocabulary, std::uint64_t count) {
  const auto& words = vocabulary.words();
  return static_cast<std::size_t>(
      std::count_if(words.begin() + 1, words.end(),
                    [count](const io::WordCount& word) { return word.count >= count; }));
}

/// What to do about more words than can be shown.
std::string remedy(const Vocabulary& vocabulary) {
  // The counts fall: one more than that of the first word too many leaves all of those out.
  const std::uint64_t enough = vocabulary.count(static_cast<WordId>(kMostShownWords + 1)) + 1;
  const std::size_t left = words_with(vocabulary, enough);
  return left < 2
             ? "give a shorter text"
             : fmt::format("give a shorter text, or -min-count {}, which leaves {}", enough, left);
}

void require_few_words(const Vocabulary& vocabulary, const std::string& name,
                       std::uint64_t min_count) {
  const std::size_t words = vocabulary.size() - 1;
  if (words < 2) {
    throw Error(fmt::format(
        "{}: has {} that it has {} times or more; a softmax over words needs two: give a longer "
        "text{}",
        name, words == 0 ? "no word" : "only one word", min_count,
        min_count > 1 ? " or a smaller -min-count" : ""));
  }
  if (words > kMostShownWords) {
    throw Error(fmt::format("{}: has {} different words, and a page shows {} at most; {}", name,
                            words, kMostShownWords, remedy(vocabulary)));
  }
}

std::vector<std::vector<WordId>> sentences_of(const EncodedCorpus& text) {
  std::vector<std::vector<WordId>> sentences(1);
  for (const WordId id : text.ids()) {
    if (id != kSentenceEnd) {
      sentences.back().push_back(id);
    } else if (!sentences.back().empty()) {
      sentences.emplace_back();
    }
  }
  if (sentences.back().empty()) sentences.pop_back();
  return sentences;
}

}  // namespace

std::size_t ShortText::length() const noexcept {
  std::size_t length = 0;
  for (const auto& sentence : sentences) length += sentence.size();
  return length;
}

ShortText read_short_text(io::TextSource& source, const std::string& name,
                          std::uint64_t min_count) {
  Corpus corpus = read_corpus(source, {.min_count = min_count});
  require_few_words(corpus.vocabulary, name, min_count);
  if (corpus.vocabulary.total_count() - corpus.vocabulary.count(kSentenceEnd) > kMostTextWords) {
    throw Error(
        fmt::format("{}: has more than {} words, and a page shows every place of a text; "
                    "give a shorter text",
                    name, kMostTextWords));
  }
  ShortText text{std::move(corpus.vocabulary), sentences_of(corpus.text)};
  if (std::none_of(text.sentences.begin(), text.sentences.end(),
                   [](const auto& sentence) { return sentence.size() > 1; })) {
    throw Error(
        fmt::format("{}: no word of it has another beside it in its line, so that there is "
                    "nothing to predict; give a text with several words a line",
                    name));
  }
  return text;
}

}  // namespace hogvec::tools
