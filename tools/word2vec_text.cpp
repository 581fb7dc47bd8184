#include "tools/word2vec_text.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "io/error.hpp"
#include "io/memory_map.hpp"
#include "io/model_file.hpp"
#include "io/model_words.hpp"
#include "tools/console.hpp"
#include "tools/run_notes.hpp"

namespace hogvec::tools {
namespace {

void note(const std::string& text) { complain("word2vec", text); }

/// The words of the model that is continued and, where they are asked for, those that it lacks and
/// the text has often enough.
Vocabulary continued_vocabulary(const Word2vecOptions& options, const ReadOptions& reading) {
  const io::ModelFile file = io::ModelFile::open(options.continue_from);
  file.verify_all();
  const io::ModelWords known(file);
  std::vector<io::WordCount> words = known.all();
  if (!options.grow_vocabulary) return Vocabulary::in_order(std::move(words));
  const std::size_t before = words.size();
  const Vocabulary counted = read_corpus(options.train, reading).vocabulary;
  for (const io::WordCount& entry : counted.words()) {
    if (known.find(entry.word) == io::ModelWords::kNotFound) words.push_back(entry);
  }
  if (options.debug > 0) {
    note(fmt::format("-grow-vocab 1: {} words are new", words.size() - before));
  }
  return Vocabulary::in_order(std::move(words));
}

/// The text with the words of a file that says them: of the run that goes on, or is continued.
Corpus encode_text(Vocabulary vocabulary, const Word2vecOptions& options,
                   const ReadOptions& reading) {
  EncodedCorpus text = encode_corpus(options.train, vocabulary, reading);
  return {std::move(vocabulary), std::move(text)};
}

}  // namespace

void require_inputs(const Word2vecOptions& options) {
  const auto require = [](const std::string& path, const char* message, const char* flag) {
    try {
      if (path.empty()) throw Error(std::string(flag) + ": name the text to read");
      io::MemoryMap::open_file(path);
    } catch (const Error&) {
      say(message);
      throw;
    }
  };
  if (!options.read_vocab.empty()) {
    require(options.read_vocab, "Vocabulary file not found\n", "-read-vocab");
  }
  require(options.train, "ERROR: training data file not found!\n", "-train");
  for (const std::string* path :
       {&options.held_out, &options.continue_from, &options.init, &options.init_context}) {
    if (!path->empty()) io::MemoryMap::open_file(*path);
  }
}

ReadOptions read_options(const Word2vecOptions& options, const std::string& text) {
  ReadOptions reading;
  reading.resources.threads = reading_threads(options.settings.threads, text);
  reading.min_count = options.min_count;
  reading.max_vocabulary = options.max_vocabulary;
  reading.vocabulary_file = options.read_vocab;
  reading.max_word_bytes = options.max_word_bytes;
  return reading;
}

Corpus read_text(const Word2vecOptions& options, const StoredModel* resumed) {
  ReadOptions reading = read_options(options, options.train);
  std::uint64_t millions = 0;
  if (options.debug > 1) {
    reading.on_progress = [&millions](std::uint64_t words) {
      if (words / 1'000'000 <= millions) return;
      millions = words / 1'000'000;
      say(fmt::format("{}M\r", millions));
    };
  }
  const bool continued = !options.continue_from.empty();
  Corpus corpus = resumed != nullptr ? encode_text(resumed->vocabulary(), options, reading)
                  : continued
                      ? encode_text(continued_vocabulary(options, reading), options, reading)
                      : read_corpus(options.train, reading);
  if (resumed == nullptr && continued && options.debug > 0) {
    note(fmt::format("-continue {}: {} words of the text are not in it", options.continue_from,
                     corpus.text.unknown()));
  }
  if (options.debug > 0) {
    say(fmt::format("Vocab size: {}\nWords in train file: {}\n", corpus.vocabulary.size(),
                    corpus.vocabulary.total_count()));
    if (corpus.vocabulary.left_out().words != 0) {
      note(left_out_note(corpus.vocabulary, options.max_vocabulary));
    }
  }
  return corpus;
}

}  // namespace hogvec::tools
