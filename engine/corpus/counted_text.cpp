#include "engine/corpus/counted_text.hpp"

#include <tbb/parallel_sort.h>

#include <algorithm>
#include <atomic>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/workers.hpp"

namespace hogvec {
namespace {

constexpr WordId kUnknown = 0xffffffff;

/// Turns the numbers of the workers' words into ids of the vocabulary, which has no words that the
/// text has less than `least_count` times. Returns how many of its words the text has.
std::size_t renumber(EncodedText& text, const Vocabulary& vocabulary, std::uint64_t least_count,
                     int threads) {
  constexpr std::size_t kPiece = 1u << 16;  // words that a thread takes at a time
  const TextWords& words = text.words;
  std::vector<WordId> ids(words.size(), kUnknown);
  std::atomic<std::size_t> found = 0;
  for_each_index(threads, (words.size() + kPiece - 1) / kPiece, [&](std::size_t piece, int) {
    std::size_t of_piece = 0;
    const std::size_t end = std::min(words.size(), (piece + 1) * kPiece);
    for (std::size_t k = piece * kPiece; k < end; ++k) {
      // Most words are too rare to be found, and known to be so.
      if (k != kSentenceEnd && words.count(k) < least_count) continue;
      ids[k] = vocabulary.find(words.word(k)).value_or(kUnknown);
      of_piece += ids[k] != kUnknown && ids[k] != kSentenceEnd;
    }
    found += of_piece;
  });
  for_each_index(threads, text.numbers.size(), [&](std::size_t worker, int) {
    for (WordId& number : text.numbers[worker]) number = ids[number];
  });
  return found;
}

/// The known words of all sections, in the order of the text.
EncodedCorpus known_words(EncodedText& text, int threads) {
  std::vector<std::vector<WordId>> rooms(static_cast<std::size_t>(threads));
  std::vector<IdBlocks::Piece> pieces(text.sections.size());
  for_each_index(threads, pieces.size(), [&](std::size_t s, int worker) {
    const EncodedText::Section& section = text.sections[s];
    const WordId* numbers = text.numbers[static_cast<std::size_t>(section.worker)].data();
    const std::span<WordId> ids =
        text.blocks->read(section.piece, rooms[static_cast<std::size_t>(worker)]);
    for (WordId& id : ids) id = numbers[id];
    const auto end = std::remove(ids.begin(), ids.end(), kUnknown);
    pieces[s] = section.piece;
    text.blocks->write(pieces[s], ids.first(static_cast<std::size_t>(end - ids.begin())));
  });
  std::size_t unknown = 0;
  for (std::size_t s = 0; s < pieces.size(); ++s) {
    unknown += text.sections[s].piece.size - pieces[s].size;
  }
  return {std::move(text.blocks), std::move(pieces), unknown};
}

}  // namespace

Vocabulary count_vocabulary(const TextWords& text, std::uint64_t min_count, std::size_t max_words,
                            int threads) {
  // Positions beside each other: those of the words lie all over the memory.
  struct Counted {
    std::uint64_t first;
    std::size_t number;
  };
  std::vector<Counted> counted;
  for (std::size_t k = 0; k < text.size(); ++k) {
    if (k == kSentenceEnd || text.count(k) >= min_count) {
      counted.push_back({text.first(k), k});
    }
  }
  run_with_threads(threads, [&] {
    tbb::parallel_sort(counted.begin() + 1, counted.end(),
                       [](const Counted& a, const Counted& b) { return a.first < b.first; });
  });
  std::vector<io::WordCount> words;
  words.reserve(counted.size());
  for (const Counted& c : counted) {
    words.push_back({std::string(text.word(c.number)), text.count(c.number)});
  }
  return {std::move(words), min_count, max_words};
}

EncodedCorpus encode_counted(EncodedText text, const Vocabulary& vocabulary,
                             std::uint64_t least_count, int threads, std::size_t* found) {
  const std::size_t of_vocabulary = renumber(text, vocabulary, least_count, threads);
  if (found != nullptr) *found = of_vocabulary;
  text.words = TextWords();
  return known_words(text, threads);
}

}  // namespace hogvec
