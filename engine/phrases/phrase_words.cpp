#include "engine/phrases/phrase_words.hpp"

#include <algorithm>

#include "engine/workers.hpp"

namespace hogvec {

WordList::WordList(const TextWords& words) {
  std::size_t bytes = kReadable;
  for (std::size_t k = 0; k < words.size(); ++k) bytes += words.word(k).size();
  bytes_.reserve(bytes);
  ends_.reserve(words.size() + 1);
  for (std::size_t k = 0; k < words.size(); ++k) {
    bytes_.append(words.word(k));
    ends_.push_back(bytes_.size());
  }
  bytes_.append(kReadable, '\0');
}

void WordList::add(std::string_view word) {
  bytes_.resize(ends_.back());
  bytes_.append(word);
  ends_.push_back(bytes_.size());
  bytes_.append(kReadable, '\0');
}

IdText::IdText(EncodedText& text, int threads) : blocks_(std::move(text.blocks)) {
  for (const EncodedText::Section& section : text.sections) sections_.push_back({section.piece});
  std::vector<std::vector<WordId>> rooms(static_cast<std::size_t>(threads));
  for_each_index(threads, sections(), [&](std::size_t s, int worker) {
    const WordId* numbers = text.numbers[static_cast<std::size_t>(text.sections[s].worker)].data();
    const std::span<WordId> ids = read(s, rooms[static_cast<std::size_t>(worker)]);
    for (WordId& id : ids) id = numbers[id];
    write(s, ids);
  });
}

void IdText::write(std::size_t s, std::span<const WordId> ids) {
  Section& section = sections_[s];
  blocks_->write(section.piece, ids);
  if (ids.empty()) return;
  section.first = ids.front();
  section.last = ids.back();
}

std::vector<WordId> IdText::ids_before() const {
  std::vector<WordId> before(sections());
  WordId id = kNewline;
  for (std::size_t s = 0; s < sections(); ++s) {
    before[s] = id;
    if (size(s) != 0) id = sections_[s].last;
  }
  return before;
}

std::vector<WordId> IdText::ids_after() const {
  std::vector<WordId> after(sections());
  WordId id = kNewline;
  for (std::size_t s = sections(); s-- > 0;) {
    after[s] = id;
    if (size(s) != 0) id = sections_[s].first;
  }
  return after;
}

PhraseWords::PhraseWords(EncodedText& text) : list(text.words) {
  counts.reserve(text.words.size());
  for (WordId k = 0; k < text.words.size(); ++k) {
    table.add(WordTable::key_of(text.words.word(k)), 0, 0);
    counts.push_back(k == kNewline ? 0 : text.words.count(k));
  }
  text.words = TextWords();
}

}  // namespace hogvec
