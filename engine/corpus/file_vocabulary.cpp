#include "engine/corpus/file_vocabulary.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "engine/corpus/tokenizer.hpp"
#include "engine/vocab/vocabulary.hpp"

namespace hogvec {
namespace {

void put_sentence_end_first(std::vector<io::WordCount>& words, VocabularyChanges& changes) {
  using SentenceEnd = VocabularyChanges::SentenceEnd;
  const auto end = std::find_if(words.begin(), words.end(), [](const io::WordCount& entry) {
    return entry.word == kSentenceEndWord;
  });
  if (end == words.end()) {
    words.insert(words.begin(), {std::string(kSentenceEndWord), 0});
    changes.sentence_end = SentenceEnd::kAdded;
  } else if (end != words.begin()) {
    std::rotate(words.begin(), end, end + 1);
    changes.sentence_end = SentenceEnd::kMoved;
  }
}

/// Adds the counts of equal words to the first of them. The sum of all is no larger than before.
void merge_equal(std::vector<io::WordCount>& words) {
  std::unordered_map<std::string_view, std::size_t> places;
  places.reserve(words.size());
  std::size_t kept = 0;
  for (std::size_t k = 0; k < words.size(); ++k) {
    const auto [place, is_new] = places.emplace(words[k].word, kept);
    if (!is_new) {
      words[place->second].count += words[k].count;
      continue;
    }
    if (kept != k) {
      // The key views the word, whose bytes may lie in the string itself.
      places.erase(place);
      words[kept] = std::move(words[k]);
      places.emplace(words[kept].word, kept);
    }
    ++kept;
  }
  words.resize(kept);
}

}  // namespace

std::vector<io::WordCount> read_file_vocabulary(const std::string& path, std::size_t max_word_bytes,
                                                VocabularyChanges& changes) {
  std::vector<io::WordCount> words = io::read_vocabulary_file(path);
  for (io::WordCount& entry : words) {
    // The end of a sentence is no word of the text, and not cut there.
    if (entry.word.size() <= max_word_bytes || entry.word == kSentenceEndWord) continue;
    entry.word.resize(cut_word(entry.word, max_word_bytes).size());
    ++changes.cut;
  }
  if (changes.cut > 0) merge_equal(words);
  put_sentence_end_first(words, changes);
  return words;
}

}  // namespace hogvec
