// A text as words: sections of any size are cut into the words of the whole, none is too long, and
// the ids of the corpus stand for just these words. The first two bytes choose the size of the
// sections and the longest word. Out of scope: what is packed (fuzz_stream).
#include <algorithm>
#include <optional>

#include "engine/corpus/corpus.hpp"
#include "engine/corpus/tokenizer.hpp"
#include "io/error.hpp"
#include "io/model_file.hpp"
#include "io/packing.hpp"
#include "io/text_start.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace hogvec;
using fuzz::require;

namespace {

/// The words and sentence ends of the text, cut in sections.
std::vector<std::string> words_of(std::string_view text, std::size_t section, std::size_t limit) {
  std::vector<std::string> words;
  SectionTokenizer tokenizer(text, limit);
  for (std::size_t begin = 0; begin < text.size(); begin += section) {
    tokenizer.run(
        begin, std::min(begin + section, text.size()),
        [&](std::string_view word, std::size_t position) {
          require(!word.empty() && word.size() <= limit, "a word has 1 to limit bytes");
          require(position >= begin && position < begin + section,
                  "a word belongs to the section of its first byte");
          words.emplace_back(word);
        },
        [&](std::size_t) { words.emplace_back(kSentenceEndWord); });
  }
  return words;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t section = 1 + data[0];
  const std::size_t limit = 1 + data[1];
  const std::string_view bytes = fuzz::bytes_of(data + 2, size - 2);
  if (io::packing_of(bytes.substr(0, io::kPackingBytes)) != io::Packing::kPlain) return 0;
  const std::string_view text = io::without_mark(bytes);
  const std::vector<std::string> words = words_of(text, text.size() + 1, limit);
  require(words_of(text, section, limit) == words, "sections are cut like the whole");

  const fuzz::MemoryFile file(bytes);
  // A limit of memory that nothing reaches spares asking the system for one.
  ReadOptions options{.min_count = 1, .max_word_bytes = limit};
  options.resources.memory_limit = std::size_t{1} << 30;
  std::optional<Corpus> read;
  try {
    read.emplace(read_corpus(file.path(), options));
  } catch (const Error& error) {
    const std::string_view what = error.what();
    require(
        what.find("make it UTF-8") != std::string_view::npos || bytes.starts_with(io::kModelMagic),
        "only an encoding and a model file are refused");
    return 0;
  }
  const Corpus& corpus = *read;
  require(corpus.text.size() == words.size(), "every word has an id");
  require(corpus.vocabulary.total_count() == words.size(), "every word is counted");
  for (std::size_t k = 0; k < words.size(); ++k) {
    require(corpus.vocabulary.word(corpus.text.ids()[k]) == words[k], "an id stands for its word");
  }
  return 0;
}
