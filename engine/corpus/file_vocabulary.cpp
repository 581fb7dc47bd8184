#include "engine/corpus/file_vocabulary.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "engine/case_folding.hpp"
#include "engine/corpus/tokenizer.hpp"
#include "engine/vocab/vocabulary.hpp"

namespace hogvec {
namespace {

/// The end of a sentence is no word of the text, and not cut there.
std::string cut(const std::string& word, std::size_t max_word_bytes) {
  return word == kSentenceEndWord ? word : std::string(cut_word(word, max_word_bytes));
}

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

/// Adds the counts of equal words to the first of them. The sum of all is what it was.
std::vector<io::WordCount> merge_equal(std::vector<io::WordCount> words) {
  std::vector<io::WordCount> merged;
  merged.reserve(words.size());  // the keys view the words where they lie
  std::unordered_map<std::string_view, std::size_t> places;
  for (io::WordCount& entry : words) {
    if (const auto same = places.find(entry.word); same != places.end()) {
      merged[same->second].count += entry.count;
      continue;
    }
    merged.push_back(std::move(entry));
    places.emplace(merged.back().word, merged.size() - 1);
  }
  return merged;
}

}  // namespace

std::string word_as_read(const std::string& word, std::size_t max_word_bytes, bool lowercase) {
  return cut(lowercase ? fold_case(word) : word, max_word_bytes);
}

std::vector<io::WordCount> read_file_vocabulary(const std::string& path, std::size_t max_word_bytes,
                                                bool lowercase, VocabularyChanges& changes) {
  std::vector<io::WordCount> words = io::read_vocabulary_file(path);
  for (io::WordCount& entry : words) {
    std::string folded = lowercase ? fold_case(entry.word) : entry.word;
    changes.folded += folded != entry.word;
    entry.word = cut(folded, max_word_bytes);
    changes.cut += entry.word.size() != folded.size();
  }
  if (changes.cut + changes.folded > 0) words = merge_equal(std::move(words));
  put_sentence_end_first(words, changes);
  return words;
}

}  // namespace hogvec
