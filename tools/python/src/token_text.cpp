#include "tools/python/src/token_text.hpp"

#include <cstdint>

namespace hogvec::python {
namespace {

/// Python's name of an object's type, and its value where that is short.
std::string described(PyObject* object) {
  std::string text = Py_TYPE(object)->tp_name;
  PyObject* shown = PyObject_Repr(object);
  if (shown == nullptr) {
    PyErr_Clear();  // an object that cannot be shown is named by its type alone
    return text;
  }
  const auto held = pybind11::reinterpret_steal<pybind11::str>(shown);
  std::string value;
  append_utf8(held.ptr(), value);
  constexpr std::size_t kMostShown = 60;
  if (value.size() <= kMostShown) text += " (" + value + ")";
  return text;
}

[[noreturn]] void raise_type_error(const std::string& message) {
  PyErr_SetObject(PyExc_TypeError, to_str(message).ptr());
  throw pybind11::error_already_set();
}

void append_code_point(std::uint32_t code, std::string& bytes) {
  const auto push = [&](std::uint32_t byte) { bytes.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    push(code);
    return;
  }
  if (code < 0x800) {
    push(0xc0 | code >> 6);
  } else {
    if (code < 0x10000) {
      push(0xe0 | code >> 12);
    } else {
      push(0xf0 | code >> 18);
      push(0x80 | (code >> 12 & 0x3f));
    }
    push(0x80 | (code >> 6 & 0x3f));
  }
  push(0x80 | (code & 0x3f));
}

}  // namespace

void append_utf8(PyObject* text, std::string& bytes) {
#if PY_VERSION_HEX < 0x030c0000  // from 3.12 on every str is ready
  if (PyUnicode_READY(text) != 0) throw pybind11::error_already_set();
#endif
  const auto length = static_cast<std::size_t>(PyUnicode_GET_LENGTH(text));
  const void* data = PyUnicode_DATA(text);
  if (PyUnicode_IS_ASCII(text)) {
    bytes.append(static_cast<const char*>(data), length);
    return;
  }
  const int kind = static_cast<int>(PyUnicode_KIND(text));
  for (std::size_t i = 0; i < length; ++i) {
    append_code_point(PyUnicode_READ(kind, data, static_cast<Py_ssize_t>(i)), bytes);
  }
}

pybind11::str to_str(std::string_view bytes) {
  PyObject* text =
      PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "surrogatepass");
  if (text == nullptr) throw pybind11::error_already_set();
  return pybind11::reinterpret_steal<pybind11::str>(text);
}

void refuse_sentence(PyObject* sentence, std::optional<std::size_t> number) {
  const std::string place = number ? "sentence " + std::to_string(*number) : "the sentence";
  raise_type_error(place + " is no list of words but " + described(sentence) +
                   "; give an iterable of str");
}

void refuse_token(PyObject* token, std::size_t number, std::optional<std::size_t> sentence) {
  const std::string place = sentence ? "sentence " + std::to_string(*sentence) + ", " : "";
  raise_type_error(place + "token " + std::to_string(number) + " is no str but " +
                   described(token) + "; words are str");
}

}  // namespace hogvec::python
