#include "tools/word2vec_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/cluster/shared_text.hpp"
#include "engine/corpus/file_vocabulary.hpp"
#include "engine/model/run_record.hpp"
#include "io/content.hpp"
#include "io/error.hpp"
#include "io/model_file.hpp"
#include "io/model_words.hpp"
#include "io/word_list.hpp"
#include "tools/console.hpp"
#include "tools/run_notes.hpp"

namespace hogvec::tools {
namespace {

/// The words of the model that is continued and, where they are asked for, those that it lacks and
/// the text has often enough.
Vocabulary continued_vocabulary(const Word2vecOptions& options, const Vocabulary& counted) {
  const io::ModelFile file = io::ModelFile::open(options.continue_from);
  file.verify_all();
  const io::ModelWords known(file);
  std::vector<io::WordCount> words = known.all();
  if (!options.grow_vocabulary) return Vocabulary::in_order(std::move(words));
  const std::size_t before = words.size();
  for (const io::WordCount& entry : counted.words()) {
    if (known.find(entry.word) == io::ModelWords::kNotFound) words.push_back(entry);
  }
  if (options.debug > 0) {
    note(fmt::format("-grow-vocab 1: {} words are new", words.size() - before));
  }
  return Vocabulary::in_order(std::move(words));
}

/// This rank's share of a text that all see. Where one of them cannot part it, the first has all.
/// Errors: on all ranks, where they see texts of other sizes.
std::unique_ptr<io::TextSource> open_share(const TextPlaces& places, Ranks& ranks) {
  constexpr std::uint64_t kNone = ~std::uint64_t{0};
  std::uint64_t bytes = kNone;
  together(ranks,
           [&] { bytes = io::parted_text_bytes(places.paths, places.recursive).value_or(kNone); });
  const std::vector<std::uint64_t> all = values_of_all(ranks, bytes);
  const bool parted = std::find(all.begin(), all.end(), kNone) == all.end();
  std::unique_ptr<io::TextSource> source;
  together(ranks, [&] {
    if (parted && bytes != all[0]) {
      throw Error(
          fmt::format("{}: has {} bytes here, and {} where the first rank is; give all ranks "
                      "the same text, or each its own (%r)",
                      places.shown(), bytes, all[0]));
    }
    if (parted) {
      source = places.open(
          {static_cast<std::size_t>(ranks.rank()), static_cast<std::size_t>(ranks.size())});
    } else {
      source = ranks.first() ? places.open() : io::open_text({});
    }
  });
  return source;
}

RunText read_alone(io::TextSource& source, const ReadOptions& reading) {
  Corpus corpus = read_corpus(source, reading);
  const std::size_t words = corpus.text.size();
  const std::size_t unknown = corpus.text.unknown();
  return {std::move(corpus), {}, words, unknown, 0};
}

RunText read_shared(Ranks& ranks, io::TextSource& source, TextParts parts,
                    const ReadOptions& reading, const TextWishes& wishes) {
  SharedCorpus shared = read_shared_corpus(ranks, source, parts, reading, wishes);
  const std::size_t words = shared.chunks.all_words();
  return {{std::move(shared.vocabulary), std::move(shared.text), shared.changes},
          std::move(shared.chunks),
          words,
          shared.unknown,
          shared.fingerprint};
}

/// Whoever reads it second finds nothing.
void require_read_once(const Word2vecOptions& options) {
  std::vector<std::string> inputs{options.read_vocab, options.init, options.init_context,
                                  options.locked};
  inputs.insert(inputs.end(), options.train.paths.begin(), options.train.paths.end());
  inputs.insert(inputs.end(), options.held_out.paths.begin(), options.held_out.paths.end());
  io::require_read_once(inputs);
}

}  // namespace

void require_inputs(const Word2vecOptions& options, const Ranks& ranks) {
  require_read_once(options);
  const auto or_say = [](const char* message, const auto& require) {
    try {
      require();
    } catch (const Error&) {
      say(message);
      throw;
    }
  };
  if (!options.read_vocab.empty() && ranks.first()) {
    or_say("Vocabulary file not found\n", [&] { io::require_readable(options.read_vocab); });
  }
  or_say("ERROR: training data file not found!\n",
         [&] { options.train.of_rank(ranks.rank()).require("-train"); });
  if (!ranks.first()) return;
  if (!options.held_out.empty()) options.held_out.require("-held-out");
  for (const std::string* path : {&options.init, &options.init_context, &options.locked}) {
    if (!path->empty()) io::require_readable(*path);
  }
  if (!options.continue_from.empty()) io::ModelFile::open(options.continue_from);
}

LockedWords locked_words(const Word2vecOptions& options, const Vocabulary& vocabulary,
                         const StoredModel* resumed) {
  const std::vector<WordId> kept =
      resumed == nullptr ? std::vector<WordId>() : resumed->record().locked;
  if (options.locked.empty()) return LockedWords(vocabulary.size(), kept);
  std::vector<std::string> words = io::read_word_list(options.locked);
  for (std::string& word : words) {
    word.resize(std::min(word.find_first_of(" \t"), word.size()));  // counts may follow
    word = word_as_read(word, options.max_word_bytes, options.train.lowercase);
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  std::erase(words, "");
  LockedWords locked(vocabulary, words);
  if (!locked.any()) {
    throw Error(
        fmt::format("-locked {}: none of its {} words is in the vocabulary; give a list of "
                    "words, one a line",
                    options.locked, words.size()));
  }
  if (resumed != nullptr && locked.ids() != kept) {
    throw Error(
        fmt::format("-locked {}: has other words than the run was begun with; leave the "
                    "flag out, the model knows them",
                    options.locked));
  }
  if (options.debug > 0) {
    note(fmt::format("-locked {}: {} of {} words keep their vectors", options.locked, locked.size(),
                     words.size()));
  }
  return locked;
}

ReadOptions read_options(const Word2vecOptions& options, const TextPlaces& text) {
  ReadOptions reading;
  reading.resources.threads = reading_threads(options.settings.threads, text);
  reading.min_count = options.min_count;
  reading.max_vocabulary = options.max_vocabulary;
  reading.vocabulary_file = options.read_vocab;
  reading.max_word_bytes = options.max_word_bytes;
  reading.lowercase_vocabulary = options.train.lowercase;
  return reading;
}

std::uint64_t fingerprint_of(const RunText& text) {
  return text.chunks ? text.fingerprint : hogvec::fingerprint_of(text.corpus.text);
}

RunText read_text(const Word2vecOptions& options, const StoredModel* resumed, Ranks& ranks) {
  const TextPlaces places = options.train.of_rank(ranks.rank());
  ReadOptions reading = read_options(options, places);
  std::uint64_t millions = 0;
  if (options.debug > 1) {
    reading.on_progress = [&millions](std::uint64_t words) {
      if (words / 1'000'000 <= millions) return;
      millions = words / 1'000'000;
      say(fmt::format("{}M\r", millions));
    };
  }
  const bool continued = !options.continue_from.empty();
  if (resumed != nullptr) {
    reading.choose = [resumed](const Vocabulary&) { return resumed->vocabulary(); };
  } else if (continued) {
    reading.choose = [&options](const Vocabulary& counted) {
      return continued_vocabulary(options, counted);
    };
  }
  const bool own = options.train.of_ranks();
  std::unique_ptr<io::TextSource> source;
  if (ranks.alone() || own) {
    together(ranks, [&] { source = places.open(); });
  } else {
    source = open_share(places, ranks);
  }
  // What the file says of the text is wanted where it is kept.
  const TextWishes wishes{.all_chunks = options.settings.full_softmax,
                          .fingerprint = options.in_file()};
  RunText text = ranks.alone()
                     ? read_alone(*source, reading)
                     : read_shared(ranks, *source, own ? TextParts::kFiles : TextParts::kShares,
                                   reading, wishes);
  const Corpus& corpus = text.corpus;
  for (const std::string& warning : source->warnings()) note("warning: " + warning);
  if (options.trains()) {
    if (const std::string warning = utf8_note(corpus.vocabulary); !warning.empty()) {
      note("warning: " + warning);
    }
  }
  if (resumed == nullptr && continued && options.debug > 0) {
    note(fmt::format("-continue {}: {} words of the text are not in it", options.continue_from,
                     text.unknown));
  }
  if (options.debug > 0) {
    say(fmt::format("Vocab size: {}\nWords in train file: {}\n", corpus.vocabulary.size(),
                    corpus.vocabulary.total_count()));
    if (corpus.vocabulary.left_out().words != 0) {
      note(left_out_note(corpus.vocabulary, options.max_vocabulary));
    }
  }
  return text;
}

}  // namespace hogvec::tools
