// Python's strings as bytes, and sentences of them side by side.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hogvec::python {

/// Appends a str in UTF-8; a lone surrogate becomes three bytes, so that any str has bytes of its
/// own. Errors: no memory for a str that is not ready yet.
void append_utf8(PyObject* text, std::string& bytes);

/// The str that has these bytes. Errors: bytes that append_utf8 never writes.
pybind11::str to_str(std::string_view bytes);

/// Has the cache fetch the token that add() is to read some tokens later: its header, of 40 to 56
/// bytes, and the letters behind it.
inline void prefetch_token(PyObject* list, Py_ssize_t number) noexcept {
  constexpr Py_ssize_t kAhead = 8;
  if (number + kAhead >= PyList_GET_SIZE(list)) return;
  const auto* token = reinterpret_cast<const char*>(PyList_GET_ITEM(list, number + kAhead));
  __builtin_prefetch(token);
  __builtin_prefetch(token + 56);
}

/// Tokens, and within a sentence the delimiter between them: neighbors joined are one slice.
struct TokenText {
  struct Token {
    std::size_t begin;
    std::size_t end;
    bool first;  // of its sentence
  };
  std::string bytes;
  std::vector<Token> tokens;

  /// Appends a token of the sentence that was begun last, or of a new one.
  void add(PyObject* token, bool first, std::string_view delimiter) {
    if (!first) bytes += delimiter;
    const std::size_t begin = bytes.size();
    append_utf8(token, bytes);
    tokens.push_back({begin, bytes.size(), first});
  }
  std::string_view slice(std::size_t begin, std::size_t end) const noexcept {
    return {bytes.data() + begin, end - begin};
  }
  const char* readable_end() const noexcept { return bytes.data() + bytes.size(); }
};

/// A TypeError that names what is no list of words, or no word, and where it is: in which sentence,
/// unless there is only one.
[[noreturn]] void refuse_sentence(PyObject* sentence, std::optional<std::size_t> number = {});
[[noreturn]] void refuse_token(PyObject* token, std::size_t number,
                               std::optional<std::size_t> sentence = {});

}  // namespace hogvec::python
