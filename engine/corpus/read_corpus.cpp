// Text to ids: the text is encoded with the numbers that its workers gave the words, the vocabulary
// is made of their tables, and every section is renumbered.
#include "engine/corpus/corpus.hpp"
#include "engine/corpus/counted_text.hpp"
#include "engine/corpus/encode_text.hpp"
#include "io/error.hpp"

namespace hogvec {
namespace {

constexpr std::size_t kMaxWordBytes = 1u << 16;

}  // namespace

EncodedText encode_text(io::TextSource& source, const ReadOptions& options) {
  if (options.max_word_bytes < 1 || options.max_word_bytes > kMaxWordBytes) {
    throw Error("the longest word must have 1 to 65536 bytes");
  }
  EncodeOptions encoding{.max_word_bytes = options.max_word_bytes, .resources = options.resources};
  if (options.on_progress) {
    encoding.on_progress = [&](std::uint64_t words, std::uint64_t) { options.on_progress(words); };
  }
  return encode_text(source, encoding);
}

Corpus read_corpus(const std::string& path, const ReadOptions& options) {
  return read_corpus(*io::open_text({path}), options);
}

Corpus read_corpus(io::TextSource& source, const ReadOptions& options) {
  EncodedText text = encode_text(source, options);
  const bool given = !options.vocabulary_file.empty();
  VocabularyChanges changes;
  Vocabulary vocabulary =
      given && !options.choose
          ? Vocabulary(read_file_vocabulary(options.vocabulary_file, options.max_word_bytes,
                                            options.lowercase_vocabulary, changes),
                       options.min_count, options.max_vocabulary)
          : count_vocabulary(text.words, options.min_count, options.max_vocabulary,
                             options.resources.threads);
  if (options.choose) vocabulary = options.choose(vocabulary);
  const bool counted = !given && !options.choose;
  std::size_t found = 0;
  EncodedCorpus corpus =
      encode_counted(std::move(text), vocabulary, counted ? options.min_count : 0,
                     options.resources.threads, &found);
  if (given && !options.choose) changes.absent = vocabulary.size() - 1 - found;
  return {std::move(vocabulary), std::move(corpus), changes};
}

EncodedCorpus encode_corpus(io::TextSource& source, const Vocabulary& vocabulary,
                            const ReadOptions& options) {
  return encode_counted(encode_text(source, options), vocabulary, 0, options.resources.threads);
}

}  // namespace hogvec
