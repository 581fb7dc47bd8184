#include "tools/python/src/words.hpp"

#include <pybind11/stl.h>

#include <bit>
#include <functional>
#include <limits>
#include <stdexcept>
#include <utility>

#include "io/error.hpp"
#include "io/model_words.hpp"

namespace py = pybind11;

namespace hogvec::python {

namespace {

class ModelFileWords final : public Words {
 public:
  ModelFileWords(io::ModelFile file, std::size_t first)
      : file_(std::move(file)), words_(file_), first_(first) {
    if (words_.size() < first) throw Error(file_.path() + ": has no words");
  }

  std::size_t size() const noexcept override { return words_.size() - first_; }
  std::string_view word(std::size_t k) const override { return words_.word(first_ + k); }
  std::optional<std::size_t> find(std::string_view word) const override {
    const std::size_t row = words_.find(word);
    if (row == io::ModelWords::kNotFound || row < first_) return std::nullopt;
    return row - first_;
  }

 private:
  io::ModelFile file_;
  io::ModelWords words_;
  std::size_t first_;
};

py::list slice_of(const Words& words, const py::slice& slice) {
  py::ssize_t start = 0;
  py::ssize_t stop = 0;
  py::ssize_t step = 0;
  py::ssize_t count = 0;
  if (!slice.compute(static_cast<py::ssize_t>(words.size()), &start, &stop, &step, &count)) {
    throw py::error_already_set();
  }
  py::list list(static_cast<std::size_t>(count));
  for (py::ssize_t k = 0; k < count; ++k) {
    list[static_cast<std::size_t>(k)] =
        text_of(words.word(static_cast<std::size_t>(start + k * step)));
  }
  return list;
}

py::str item_of(const Words& words, py::ssize_t k) {
  const auto size = static_cast<py::ssize_t>(words.size());
  if (k < -size || k >= size) {
    throw py::index_error("word " + std::to_string(k) + " of " + std::to_string(size));
  }
  return text_of(words.word(static_cast<std::size_t>(k < 0 ? k + size : k)));
}

/// Row of a key; -1 where there is none, as for what is no str.
py::ssize_t find_key(const Words& words, py::handle key) {
  if (!py::isinstance<py::str>(key)) return -1;
  PyObject* const bytes = PyUnicode_AsEncodedString(key.ptr(), "utf-8", "surrogateescape");
  if (bytes == nullptr) {  // half of a character that no bytes stand for
    PyErr_Clear();
    return -1;
  }
  const auto owner = py::reinterpret_steal<py::bytes>(bytes);
  const std::optional<std::size_t> row = words.find(static_cast<std::string_view>(owner));
  return row ? static_cast<py::ssize_t>(*row) : -1;
}

std::shared_ptr<Words> list_of(const py::iterable& words) {
  std::vector<std::string> bytes;
  for (const py::handle word : words) bytes.push_back(bytes_of(word));
  return std::make_shared<WordList>(bytes);
}

/// Iterates in place, and keeps the words alive.
struct WordIterator {
  std::shared_ptr<const Words> words;
  std::size_t next = 0;
};

}  // namespace

WordList::WordList(const std::vector<std::string>& words) {
  if (words.size() >= std::numeric_limits<std::uint32_t>::max()) {
    throw std::length_error("2^32 - 1 words or more");
  }
  std::size_t bytes = 0;
  for (const std::string& word : words) bytes += word.size();
  bytes_.reserve(bytes);
  ends_.reserve(words.size());
  slots_.resize(std::bit_ceil(2 * words.size() + 1));
  for (const std::string& word : words) {
    const std::size_t slot = slot_of(word);
    bytes_ += word;
    ends_.push_back(bytes_.size());
    repeated_ = repeated_ || slots_[slot] != 0;
    if (slots_[slot] == 0) slots_[slot] = static_cast<std::uint32_t>(ends_.size());
  }
}

std::string_view WordList::word(std::size_t k) const {
  const std::size_t begin = k == 0 ? 0 : ends_[k - 1];
  return std::string_view(bytes_).substr(begin, ends_[k] - begin);
}

std::size_t WordList::slot_of(std::string_view word) const noexcept {
  std::size_t slot = std::hash<std::string_view>()(word) & (slots_.size() - 1);
  while (slots_[slot] != 0 && this->word(slots_[slot] - 1) != word) {
    slot = (slot + 1) & (slots_.size() - 1);
  }
  return slot;
}

std::optional<std::size_t> WordList::find(std::string_view word) const {
  const std::uint32_t number = slots_[slot_of(word)];
  return number == 0 ? std::nullopt : std::optional<std::size_t>(number - 1);
}

std::shared_ptr<Words> words_of_model(io::ModelFile file, std::size_t first) {
  return std::make_shared<ModelFileWords>(std::move(file), first);
}

std::string bytes_of(py::handle text) {
  if (!py::isinstance<py::str>(text)) {
    throw py::type_error("a word is a str, not " +
                         py::str(py::type::of(text).attr("__name__")).cast<std::string>());
  }
  PyObject* const bytes = PyUnicode_AsEncodedString(text.ptr(), "utf-8", "surrogateescape");
  if (bytes == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::bytes>(bytes).cast<std::string>();
}

py::str text_of(std::string_view bytes) {
  PyObject* const text =
      PyUnicode_DecodeUTF8(bytes.data(), static_cast<py::ssize_t>(bytes.size()), "surrogateescape");
  if (text == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::str>(text);
}

void bind_words(py::module_& module) {
  py::class_<WordIterator>(module, "WordIterator")
      .def("__iter__", [](py::object self) { return self; })
      .def("__next__", [](WordIterator& self) {
        if (self.next == self.words->size()) throw py::stop_iteration();
        return text_of(self.words->word(self.next++));
      });

  py::class_<Words, std::shared_ptr<Words>> words(
      module, "Words",
      "The words of vectors in the order of the rows, a Sequence that is read where it lies.");
  words.def(py::init(&list_of), py::arg("words"))
      .def("__len__", &Words::size)
      .def("__getitem__", &slice_of)
      .def("__getitem__", &item_of)
      .def("__iter__", [](const std::shared_ptr<Words>& self) { return WordIterator{self}; })
      .def("__contains__",
           [](const Words& self, py::handle key) { return find_key(self, key) >= 0; })
      .def(
          "copy", [](const py::object& self) { return py::list(self); },
          "A list of them, which may be changed.")
      .def("find", &find_key, py::arg("word"), "Row of a word, -1 where there is none.")
      .def(
          "first_unwritable",
          [](const Words& self, std::string_view bytes) {
            const py::gil_scoped_release release;
            for (std::size_t k = 0; k < self.size(); ++k) {
              const std::string_view word = self.word(k);
              if (!word.empty() && word.find_first_of(bytes) == std::string_view::npos) continue;
              return static_cast<py::ssize_t>(k);
            }
            return py::ssize_t{-1};
          },
          py::arg("bytes"),
          "The first word that is empty or has one of these bytes, -1 where none is.")
      .def("index",
           [](const Words& self, py::handle key) {
             const py::ssize_t row = find_key(self, key);
             if (row < 0) {
               throw py::value_error(py::str(py::repr(key)).cast<std::string>() +
                                     " is none of the words");
             }
             return row;
           })
      .def("count",
           [](const Words& self, py::handle key) { return find_key(self, key) >= 0 ? 1 : 0; })
      .def("__eq__",
           [](const Words& self, py::handle other) -> py::object {
             if (!PySequence_Check(other.ptr()) || py::isinstance<py::str>(other)) {
               return py::reinterpret_borrow<py::object>(Py_NotImplemented);
             }
             const auto sequence = py::reinterpret_borrow<py::sequence>(other);
             bool same = sequence.size() == self.size();
             for (std::size_t k = 0; same && k < self.size(); ++k) {
               same = py::object(sequence[k]).equal(text_of(self.word(k)));
             }
             return py::bool_(same);
           })
      .def("__repr__",
           [](const Words& self) { return "<" + std::to_string(self.size()) + " words>"; })
      .def("__reduce__", [](const py::object& self) {
        return py::make_tuple(py::type::of(self), py::make_tuple(py::list(self)));
      });
  words.attr("__hash__") = py::none();
  py::module_::import("collections.abc").attr("Sequence").attr("register")(words);
}

}  // namespace hogvec::python
