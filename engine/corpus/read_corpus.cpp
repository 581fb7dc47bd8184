// Text to ids: the text is encoded with the numbers that its workers gave the words, the vocabulary
// is made of their tables, and every section is renumbered.
#include <tbb/parallel_sort.h>

#include <algorithm>
#include <atomic>
#include <vector>

#include "engine/corpus/corpus.hpp"
#include "engine/corpus/encode_text.hpp"
#include "engine/workers.hpp"
#include "io/error.hpp"

namespace hogvec {
namespace {

constexpr std::size_t kMaxWordBytes = 1u << 16;

constexpr WordId kUnknown = 0xffffffff;

/// Of the words of the text that are frequent enough.
Vocabulary count_vocabulary(const TextWords& text, const ReadOptions& options) {
  // Positions beside each other: those of the words lie all over the memory.
  struct Counted {
    std::uint64_t first;
    std::size_t number;
  };
  std::vector<Counted> counted;
  for (std::size_t k = 0; k < text.size(); ++k) {
    if (k == kSentenceEnd || text.count(k) >= options.min_count) {
      counted.push_back({text.first(k), k});
    }
  }
  run_with_threads(options.resources.threads, [&] {
    tbb::parallel_sort(counted.begin() + 1, counted.end(),
                       [](const Counted& a, const Counted& b) { return a.first < b.first; });
  });
  std::vector<io::WordCount> words;
  words.reserve(counted.size());
  for (const Counted& c : counted) {
    words.push_back({std::string(text.word(c.number)), text.count(c.number)});
  }
  return {std::move(words), options.min_count, options.max_vocabulary};
}

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

EncodedText encode(io::TextSource& source, const ReadOptions& options) {
  if (options.max_word_bytes < 1 || options.max_word_bytes > kMaxWordBytes) {
    throw Error("the longest word must have 1 to 65536 bytes");
  }
  EncodeOptions encoding{.max_word_bytes = options.max_word_bytes, .resources = options.resources};
  if (options.on_progress) {
    encoding.on_progress = [&](std::uint64_t words, std::uint64_t) { options.on_progress(words); };
  }
  return encode_text(source, encoding);
}

}  // namespace

Corpus read_corpus(const std::string& path, const ReadOptions& options) {
  return read_corpus(*io::open_text({path}), options);
}

Corpus read_corpus(io::TextSource& source, const ReadOptions& options) {
  EncodedText text = encode(source, options);
  const bool given = !options.vocabulary_file.empty();
  VocabularyChanges changes;
  Vocabulary vocabulary =
      given && !options.choose
          ? Vocabulary(read_file_vocabulary(options.vocabulary_file, options.max_word_bytes,
                                            options.lowercase_vocabulary, changes),
                       options.min_count, options.max_vocabulary)
          : count_vocabulary(text.words, options);
  if (options.choose) vocabulary = options.choose(vocabulary);
  const bool counted = !given && !options.choose;
  const std::size_t found =
      renumber(text, vocabulary, counted ? options.min_count : 0, options.resources.threads);
  if (given && !options.choose) changes.absent = vocabulary.size() - 1 - found;
  text.words = TextWords();
  EncodedCorpus corpus = known_words(text, options.resources.threads);
  return {std::move(vocabulary), std::move(corpus), changes};
}

EncodedCorpus encode_corpus(io::TextSource& source, const Vocabulary& vocabulary,
                            const ReadOptions& options) {
  EncodedText text = encode(source, options);
  renumber(text, vocabulary, 0, options.resources.threads);
  text.words = TextWords();
  return known_words(text, options.resources.threads);
}

}  // namespace hogvec
