// Python's sentences, drained into a table of phrases.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "tools/python/src/phrases.hpp"

namespace hogvec::python {
namespace {

namespace py = pybind11;

// Bytes of tokens that are collected before they are counted: little enough to stay in the cache.
constexpr std::size_t kBatchBytes = 256u << 10;

class Drain {
 public:
  Drain(const ConnectorWords& connectors, std::string delimiter, std::size_t most)
      : counter_(connectors, most), delimiter_(std::move(delimiter)) {}

  void add_sentence(py::handle sentence) {
    first_ = true;
    token_ = 0;
    if (PyList_CheckExact(sentence.ptr())) {
      // While tokens are counted other threads may change the list.
      for (Py_ssize_t k = 0; k < PyList_GET_SIZE(sentence.ptr()); ++k) {
        prefetch_token(sentence.ptr(), k);
        add_token(PyList_GET_ITEM(sentence.ptr(), k));
      }
    } else {
      add_iterable(sentence);
    }
    ++sentences_;
  }

  void finish() {
    count();
    counter_.finish();
  }

  std::size_t sentences() const noexcept { return sentences_; }
  std::uint64_t words() const noexcept { return counter_.words() + text_.tokens.size(); }
  PhraseCounter& counter() noexcept { return counter_; }

 private:
  void add_iterable(py::handle sentence) {
    if (PyUnicode_Check(sentence.ptr()) && !warned_) {
      warned_ = true;
      const std::string message = "sentence " + std::to_string(sentences_) +
                                  " is a str, of which every character is taken for a word; "
                                  "give lists of words, as sentence.split() makes them";
      if (PyErr_WarnEx(PyExc_UserWarning, message.c_str(), 1) != 0) throw py::error_already_set();
    }
    PyObject* iterator = PyObject_GetIter(sentence.ptr());
    if (iterator == nullptr) {
      if (PyErr_ExceptionMatches(PyExc_TypeError) == 0) throw py::error_already_set();
      PyErr_Clear();
      refuse_sentence(sentence.ptr(), sentences_);
    }
    const auto held = py::reinterpret_steal<py::object>(iterator);
    while (PyObject* token = PyIter_Next(iterator)) {
      add_token(py::reinterpret_steal<py::object>(token).ptr());
    }
    if (PyErr_Occurred() != nullptr) throw py::error_already_set();
  }

  void add_token(PyObject* token) {
    if (!PyUnicode_Check(token)) refuse_token(token, token_, sentences_);
    text_.add(token, first_, delimiter_);
    first_ = false;
    ++token_;
    if (text_.bytes.size() >= room_) count();
  }

  void count() {
    {
      const py::gil_scoped_release release;
      counter_.count(text_);
    }
    // What stays is a word and the connectors behind it, which may be long.
    room_ = std::max(kBatchBytes, 2 * text_.bytes.size());
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  }

  PhraseCounter counter_;
  std::string delimiter_;
  TokenText text_;
  std::size_t room_ = kBatchBytes;
  std::size_t sentences_ = 0;
  std::size_t token_ = 0;  // of the sentence
  bool first_ = true;
  bool warned_ = false;
};

}  // namespace

py::tuple count_phrases(const py::iterable& sentences, const ConnectorWords& connectors,
                        const py::str& delimiter, std::size_t most, std::size_t progress_per,
                        const py::function& progress) {
  if (progress_per == 0) throw py::value_error("progress_per must be 1 or more");
  std::string joint;
  append_utf8(delimiter.ptr(), joint);
  Drain drain(connectors, std::move(joint), most);
  for (const py::handle sentence : sentences) {
    if (drain.sentences() % progress_per == 0) {
      progress(drain.sentences(), drain.words(), drain.counter().table().size());
    }
    drain.add_sentence(sentence);
  }
  drain.finish();
  PhraseCounter& counter = drain.counter();
  return py::make_tuple(std::make_unique<PhraseTable>(std::move(counter.table())), counter.words(),
                        drain.sentences(), counter.min_reduce());
}

}  // namespace hogvec::python
