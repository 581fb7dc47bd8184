#include "engine/cluster/shared_text.hpp"

#include <utility>

#include "engine/cluster/shared_ids.hpp"
#include "engine/cluster/shared_position.hpp"
#include "engine/cluster/shared_words.hpp"
#include "engine/corpus/counted_text.hpp"
#include "engine/corpus/encode_text.hpp"

namespace hogvec {
namespace {

/// Whether the text of a rank that has files of its own begins behind another's that ends without a
/// newline, which ends a sentence all the same.
bool begins_after_open_end(Ranks& ranks, io::TextEnd mine) {
  const std::vector<io::TextEnd> ends = values_of_all(ranks, mine);
  if (mine == io::TextEnd::kNothing) return false;
  for (int rank = ranks.rank(); rank > 0; --rank) {
    const io::TextEnd before = ends[static_cast<std::size_t>(rank - 1)];
    if (before != io::TextEnd::kNothing) return before == io::TextEnd::kOpen;
  }
  return false;
}

void begin_with_sentence_end(EncodedText& text) {
  const WordId end = kSentenceEnd;
  text.sections.insert(text.sections.begin(), {.piece = text.blocks->keep({&end, 1}), .worker = 0});
}

}  // namespace

SharedCorpus read_shared_corpus(Ranks& ranks, io::TextSource& source, TextParts parts,
                                const ReadOptions& options, const TextWishes& wishes) {
  EncodedText text;
  together(ranks, [&] { text = encode_text(source, options); });
  const bool open = parts == TextParts::kFiles && begins_after_open_end(ranks, source.end());
  if (open) begin_with_sentence_end(text);

  SharedWords words(ranks, text.words, open ? 1 : 0);
  Vocabulary vocabulary = words.vocabulary(options.min_count, options.max_vocabulary);
  const bool given =
      values_of_all(ranks, int{!options.vocabulary_file.empty() && !options.choose})[0] != 0;
  VocabularyChanges changes;
  together(ranks, [&] {
    if (!ranks.first()) return;
    if (given) {
      vocabulary = Vocabulary(read_file_vocabulary(options.vocabulary_file, options.max_word_bytes,
                                                   options.lowercase_vocabulary, changes),
                              options.min_count, options.max_vocabulary);
    } else if (options.choose) {
      vocabulary = options.choose(vocabulary);
    }
  });
  vocabulary = spread(ranks, std::move(vocabulary));
  if (given) changes.absent = vocabulary.size() - 1 - words.found_of(vocabulary);

  EncodedCorpus mine;
  together(ranks, [&] {
    mine = encode_counted(std::move(text), vocabulary, 0, options.resources.threads);
  });
  const std::uint64_t unknown = sum_of_all(ranks, mine.unknown());
  SharedIds ids(ranks, mine, options.resources);
  const std::uint64_t fingerprint = wishes.fingerprint ? ids.fingerprint() : 0;
  const std::vector<std::size_t> begins = ids.chunk_begins();
  EncodedCorpus dealt = ids.deal(begins, wishes.all_chunks);
  ChunkPlan chunks(begins, wishes.all_chunks ? ChunkShare() : share_of(ranks));
  return {
      std::move(vocabulary), std::move(dealt), std::move(chunks), changes, unknown, fingerprint};
}

}  // namespace hogvec
