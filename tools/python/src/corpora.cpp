#include "tools/python/src/corpora.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "engine/corpus/counted_text.hpp"
#include "engine/corpus/word_feed.hpp"
#include "io/error.hpp"
#include "io/text_source.hpp"
#include "tools/python/src/module.hpp"
#include "tools/python/src/token_text.hpp"
#include "tools/python/src/watched.hpp"
#include "tools/python/src/words.hpp"

namespace py = pybind11;

namespace hogvec::python {
namespace {

EncodeOptions encode_options(int threads) {
  return {.max_word_bytes = std::numeric_limits<std::size_t>::max(),
          .newline_word = kSentenceEndName,
          .resources = {.threads = threads}};
}

/// Feeds the tokens of an iterable, with the GIL; others have it now and then.
class Drain {
 public:
  explicit Drain(int threads) : feed_(encode_options(threads)) {}

  CountedText run(const py::object& sentences) {
    // py::iterable would ask for an iterator by itself, to see that there is one: two beginnings.
    for (const py::handle sentence : py::iter(sentences)) {
      add_sentence(sentence);
      feed_.end_sentence();
    }
    py::gil_scoped_release others;
    EncodedText text = feed_.finish();
    return {std::move(text), feed_.words(), feed_.sentences()};
  }

 private:
  static constexpr std::uint64_t kBetweenLooks = 1u << 16;  // words

  void add_sentence(py::handle sentence) {
    PyObject* const object = sentence.ptr();
    if (PyList_CheckExact(object) || PyTuple_CheckExact(object)) {
      // A list may change while others have the GIL.
      for (Py_ssize_t k = 0; k < PySequence_Fast_GET_SIZE(object); ++k) {
        if (PyList_CheckExact(object)) prefetch_token(object, k);
        add(PySequence_Fast_GET_ITEM(object, k));
      }
      return;
    }
    PyObject* const tokens = PyObject_GetIter(object);
    if (tokens == nullptr) {
      if (PyErr_ExceptionMatches(PyExc_TypeError) == 0) throw py::error_already_set();
      PyErr_Clear();
      throw py::type_error("sentence " + std::to_string(feed_.sentences()) +
                           " is no list of words but " + name_of_type(object));
    }
    for (const py::handle token : py::reinterpret_steal<py::iterator>(tokens)) add(token.ptr());
  }

  void add(PyObject* token) {
    if (!PyUnicode_Check(token)) refuse(token);
    if (PyUnicode_IS_COMPACT_ASCII(token)) {
      feed_.add({static_cast<const char*>(PyUnicode_DATA(token)),
                 static_cast<std::size_t>(PyUnicode_GET_LENGTH(token))});
    } else {
      add_encoded(token);
    }
    if (feed_.words() % kBetweenLooks == 0) look_around();
  }

  /// Not PyUnicode_AsUTF8AndSize(), which keeps what it makes in the caller's strings.
  void add_encoded(PyObject* token) {
    const std::string bytes = bytes_of(token);
    if (bytes == kSentenceEndName) {
      throw py::value_error("the token '\\udcff\\udcfe</s>' is kept for the ends of sentences");
    }
    feed_.add(bytes);
  }

  [[noreturn]] void refuse(PyObject* token) const {
    throw py::type_error("sentence " + std::to_string(feed_.sentences()) +
                         " has a token that is no str but " + name_of_type(token) +
                         ": make it one by str(), or give integers as hogvec.IdSentences");
  }

  static std::string name_of_type(PyObject* object) {
    return py::str(py::handle(reinterpret_cast<PyObject*>(Py_TYPE(object))).attr("__name__"));
  }

  static void look_around() {
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    const py::gil_scoped_release others;
  }

  WordFeed feed_;
};

CountedText count_sentences(const py::object& sentences, int threads) {
  return Drain(threads).run(sentences);
}

/// A text that ends, with an error, when it is asked to.
class StoppableText final : public io::TextSource {
 public:
  explicit StoppableText(const std::vector<std::string>& paths) : text_(io::open_text(paths)) {}

  void stop() noexcept { stopped_ = true; }

  std::optional<io::TextBlock> next() override {
    if (stopped_) throw Error("the reading was stopped");
    return text_->next();
  }
  std::optional<std::uint64_t> size() const override { return text_->size(); }
  std::vector<std::string> warnings() const override { return text_->warnings(); }
  void finish() override { text_->finish(); }

 private:
  std::unique_ptr<io::TextSource> text_;
  std::atomic<bool> stopped_{false};
};

CountedText count_files(const std::vector<std::string>& paths, int threads) {
  constexpr double kBetweenLooks = 0.1;  // seconds
  StoppableText source(paths);
  EncodedText text;
  watched(
      kBetweenLooks, [&] { text = encode_text(source, encode_options(threads)); }, [] {},
      [&] { source.stop(); });
  const py::gil_scoped_release others;
  std::uint64_t words = 0;
  for (std::size_t k = 1; k < text.words.size(); ++k) words += text.words.count(k);
  // A last line that no newline ends is one all the same.
  std::uint64_t sentences = text.words.count(0);
  for (auto section = text.sections.rbegin(); section != text.sections.rend(); ++section) {
    if (section->piece.size == 0) continue;
    std::vector<WordId> room;
    sentences += text.blocks->read(section->piece, room).back() != 0;
    break;
  }
  return {std::move(text), words, sentences};
}

using Ids = py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>;

/// Sentence s is ids[offsets[s]] to ids[offsets[s + 1]]; row_of[id] is the row of the vocabulary, 0
/// where it has none. Errors: ValueError where these are not within the arrays: they are the
/// caller's, and may have changed since they were checked.
std::shared_ptr<Text> text_of_ids(const Ids& ids, const Ids& offsets, const Ids& row_of) {
  const std::int64_t* const id = ids.data();
  const std::int64_t* const offset = offsets.data();
  const std::int64_t* const row = row_of.data();
  const auto sentences = static_cast<std::size_t>(offsets.size() - 1);
  const py::gil_scoped_release others;
  const auto require = [](bool good) {
    if (!good) throw py::value_error("ids or offsets have changed since IdSentences was made");
  };
  std::vector<WordId> rows;
  rows.reserve(static_cast<std::size_t>(ids.size()) + sentences);
  std::uint64_t words = 0;
  for (std::size_t s = 0; s < sentences; ++s) {
    const std::int64_t first = offset[s];
    const std::int64_t end = offset[s + 1];
    require(0 <= first && first <= end && end <= ids.size());
    words += static_cast<std::uint64_t>(end - first);
    for (std::int64_t k = first; k < end; ++k) {
      const std::int64_t one = id[k];
      require(0 <= one && one < row_of.size());
      if (row[one] != 0) rows.push_back(static_cast<WordId>(row[one]));
    }
    rows.push_back(kSentenceEnd);
  }
  return std::make_shared<Text>(Text{EncodedCorpus(rows), words, sentences});
}

std::vector<io::WordCount> word_counts(const py::iterable& words,
                                       const std::vector<std::uint64_t>& counts) {
  std::vector<io::WordCount> made;
  made.reserve(counts.size());
  for (const py::handle word : words) {
    if (made.size() == counts.size()) throw py::value_error("there are more words than counts");
    made.push_back({bytes_of(word), counts[made.size()]});
  }
  if (made.size() != counts.size()) throw py::value_error("there are more counts than words");
  return made;
}

py::tuple parted(const std::vector<io::WordCount>& words) {
  py::list keys(words.size());
  py::array_t<std::uint64_t> counts(static_cast<py::ssize_t>(words.size()));
  for (std::size_t k = 0; k < words.size(); ++k) {
    keys[k] = text_of(words[k].word);
    counts.mutable_at(static_cast<py::ssize_t>(k)) = words[k].count;
  }
  return py::make_tuple(std::move(keys), std::move(counts));
}

py::array_t<std::uint64_t> array_of(const std::vector<std::uint64_t>& values) {
  return py::array_t<std::uint64_t>(static_cast<py::ssize_t>(values.size()), values.data());
}

/// Those of a vocabulary, but for its row 0.
class VocabularyWords final : public Words {
 public:
  explicit VocabularyWords(SharedVocabulary vocabulary) : vocabulary_(std::move(vocabulary)) {}

  std::size_t size() const noexcept override { return vocabulary_->size() - 1; }
  std::string_view word(std::size_t k) const override {
    return vocabulary_->word(static_cast<WordId>(k + 1));
  }
  std::optional<std::size_t> find(std::string_view word) const override {
    const std::optional<WordId> id = vocabulary_->find(word);
    if (!id || *id == kSentenceEnd) return std::nullopt;
    return *id - 1;
  }

 private:
  SharedVocabulary vocabulary_;
};

}  // namespace

std::shared_ptr<Words> words_of_vocabulary(SharedVocabulary vocabulary) {
  return std::make_shared<VocabularyWords>(std::move(vocabulary));
}

SharedVocabulary vocabulary_of(std::vector<io::WordCount> words, std::uint64_t sentence_ends) {
  words.insert(words.begin(), io::WordCount{std::string(kSentenceEndName), sentence_ends});
  auto vocabulary = std::make_shared<Vocabulary>(Vocabulary::in_order(std::move(words)));
  for (WordId id = 1; id < vocabulary->size(); ++id) {
    if (*vocabulary->find(vocabulary->word(id)) != id) {
      throw Error("the word \"" + vocabulary->word(id) + "\" stands twice in the vocabulary");
    }
  }
  return vocabulary;
}

const EncodedText& CountedText::whole() const {
  if (encoded_) throw Error("the text was encoded before: count it again");
  return text_;
}

std::vector<std::uint64_t> CountedText::counts() const {
  const TextWords& words = whole().words;
  std::vector<std::uint64_t> counts;
  for (std::size_t k = 1; k < words.size(); ++k) counts.push_back(words.count(k));
  return counts;
}

std::vector<io::WordCount> CountedText::in_order(std::uint64_t min_count) const {
  const TextWords& words = whole().words;
  std::vector<std::size_t> numbers;
  for (std::size_t k = 1; k < words.size(); ++k) {
    if (words.count(k) >= min_count) numbers.push_back(k);
  }
  std::sort(numbers.begin(), numbers.end(),
            [&](std::size_t a, std::size_t b) { return words.first(a) < words.first(b); });
  std::vector<io::WordCount> ordered;
  ordered.reserve(numbers.size());
  for (const std::size_t k : numbers) {
    ordered.push_back({std::string(words.word(k)), words.count(k)});
  }
  return ordered;
}

SharedVocabulary CountedText::vocabulary(std::uint64_t min_count, int threads) const {
  const Vocabulary counted = count_vocabulary(whole().words, min_count, 0, threads);
  return vocabulary_of({counted.words().begin() + 1, counted.words().end()});
}

EncodedText CountedText::take() {
  whole();
  encoded_ = true;
  return std::move(text_);
}

void bind_corpora(py::module_& module) {
  py::class_<Vocabulary, std::shared_ptr<Vocabulary>>(module, "Vocabulary")
      .def(py::init([](const py::iterable& words, const std::vector<std::uint64_t>& counts,
                       std::uint64_t sentence_ends) {
             return std::const_pointer_cast<Vocabulary>(
                 vocabulary_of(word_counts(words, counts), sentence_ends));
           }),
           py::arg("words"), py::arg("counts"), py::arg("sentence_ends") = 0)
      .def_property_readonly("sentence_ends",
                             [](const Vocabulary& self) { return self.count(kSentenceEnd); })
      .def("__len__", [](const Vocabulary& self) { return self.size() - 1; })
      .def_property_readonly(
          "words",
          [](const std::shared_ptr<Vocabulary>& self) { return words_of_vocabulary(self); })
      .def_property_readonly("counts", [](const Vocabulary& self) {
        py::array_t<std::int64_t> counts(static_cast<py::ssize_t>(self.size() - 1));
        for (WordId id = 1; id < self.size(); ++id) {
          counts.mutable_at(static_cast<py::ssize_t>(id) - 1) =
              static_cast<std::int64_t>(self.count(id));
        }
        return counts;
      });

  py::class_<Text, std::shared_ptr<Text>>(module, "Text")
      .def_readonly("words", &Text::words)
      .def_readonly("sentences", &Text::sentences)
      .def_property_readonly("size", [](const Text& self) { return self.corpus.size(); });

  py::class_<CountedText>(module, "CountedText")
      .def_property_readonly("words", &CountedText::words)
      .def_property_readonly("sentences", &CountedText::sentences)
      .def("__len__", &CountedText::size)
      .def_property_readonly("counts",
                             [](const CountedText& self) { return array_of(self.counts()); })
      .def(
          "in_order",
          [](const CountedText& self, std::uint64_t min_count) {
            return parted(self.in_order(min_count));
          },
          py::arg("min_count") = 0)
      .def(
          "vocabulary",
          [](const CountedText& self, std::uint64_t min_count, int threads) {
            const py::gil_scoped_release others;
            return std::const_pointer_cast<Vocabulary>(self.vocabulary(min_count, threads));
          },
          py::arg("min_count"), py::arg("threads"))
      .def(
          "encode",
          [](CountedText& self, const Vocabulary& vocabulary, int threads) {
            EncodedText text = self.take();  // before other threads may ask for it
            const py::gil_scoped_release others;
            return std::make_shared<Text>(
                Text{encode_counted(std::move(text), vocabulary, 0, threads), self.words(),
                     self.sentences()});
          },
          py::arg("vocabulary"), py::arg("threads"));

  module.def("count_sentences", &count_sentences, py::arg("sentences"), py::arg("threads"));
  module.def("count_files", &count_files, py::arg("paths"), py::arg("threads"));
  module.def("text_of_ids", &text_of_ids, py::arg("ids"), py::arg("offsets"), py::arg("row_of"));
}

}  // namespace hogvec::python
