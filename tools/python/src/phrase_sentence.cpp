#include "tools/python/src/phrase_sentence.hpp"

#include <utility>

namespace hogvec::python {
namespace py = pybind11;

// Of most languages a token takes less, with its delimiter.
constexpr std::size_t kTokenBytes = 12;

PhraseSentence::PhraseSentence(py::handle sentence, const ConnectorWords& connectors,
                               std::string_view delimiter) {
  read(sentence, delimiter);
  const char* const readable_end = text_.readable_end();
  ends_.reserve(tokens_.size());
  words_.reserve(tokens_.size());
  pairs_.reserve(tokens_.size());
  for (std::size_t k = 0; k < tokens_.size(); ++k) {
    const TokenText::Token& token = text_.tokens[k];
    const WordTable::Key key = WordTable::key_of(text_.slice(token.begin, token.end), readable_end);
    if (connectors.contains(key)) continue;
    const std::size_t left = ends_.empty() ? token.begin : text_.tokens[ends_.back()].begin;
    pairs_.push_back(WordTable::key_of(text_.slice(left, token.end), readable_end));
    words_.push_back(key);
    ends_.push_back(k);
  }
}

void PhraseSentence::read(py::handle sentence, std::string_view delimiter) {
  const auto add = [&](py::object token) {
    const std::size_t number = tokens_.size();
    if (!PyUnicode_Check(token.ptr())) refuse_token(token.ptr(), number);
    text_.add(token.ptr(), number == 0, delimiter);
    tokens_.push_back(std::move(token));
  };
  if (PyList_CheckExact(sentence.ptr())) {
    const auto list = py::reinterpret_borrow<py::list>(sentence);
    tokens_.reserve(list.size());
    text_.tokens.reserve(list.size());
    text_.bytes.reserve(list.size() * kTokenBytes);
    for (std::size_t k = 0; k < list.size(); ++k) {
      prefetch_token(list.ptr(), static_cast<Py_ssize_t>(k));
      add(list[k]);
    }
    return;
  }
  PyObject* iterator = PyObject_GetIter(sentence.ptr());
  if (iterator == nullptr) {
    if (PyErr_ExceptionMatches(PyExc_TypeError) == 0) throw py::error_already_set();
    PyErr_Clear();
    refuse_sentence(sentence.ptr());
  }
  const auto held = py::reinterpret_steal<py::object>(iterator);
  while (PyObject* token = PyIter_Next(iterator)) add(py::reinterpret_steal<py::object>(token));
  if (PyErr_Occurred() != nullptr) throw py::error_already_set();
}

void PhraseSentence::emit_tokens(std::size_t until) {
  for (; emitted_ < until; ++emitted_) {
    if (output_ == SentenceOutput::kJoined) out_.push_back(std::move(tokens_[emitted_]));
  }
}

void PhraseSentence::emit_phrase(std::size_t end, double score) {
  py::str phrase = to_str(pairs_[end].word);
  emitted_ = ends_[end] + 1;
  if (output_ == SentenceOutput::kJoined) {
    out_.push_back(std::move(phrase));
  } else {
    out_.push_back(py::make_tuple(std::move(phrase), score));
  }
}

py::list PhraseSentence::finish() {
  py::list list(out_.size());
  for (std::size_t k = 0; k < out_.size(); ++k) {
    PyList_SET_ITEM(list.ptr(), static_cast<Py_ssize_t>(k), out_[k].release().ptr());
  }
  return list;
}

}  // namespace hogvec::python
