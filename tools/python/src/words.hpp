// The words of vectors, wherever they lie: what Python sees as a sequence of str.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/model_file.hpp"

namespace hogvec::python {

/// Bytes, UTF-8 where the text was; word k belongs to row k. Immutable, so safe from any thread.
class Words {
 public:
  Words() = default;
  Words(const Words&) = delete;
  Words& operator=(const Words&) = delete;
  virtual ~Words() = default;

  virtual std::size_t size() const noexcept = 0;
  /// Of a word below size(); stays as long as this does.
  virtual std::string_view word(std::size_t k) const = 0;
  /// The first of that word.
  virtual std::optional<std::size_t> find(std::string_view word) const = 0;
};

/// Words one behind the other with an index of their own: some bytes a word, and no Python object.
class WordList final : public Words {
 public:
  /// Errors: std::length_error for 2^32 - 1 words or more.
  explicit WordList(const std::vector<std::string>& words);

  std::size_t size() const noexcept override { return ends_.size(); }
  std::string_view word(std::size_t k) const override;
  std::optional<std::size_t> find(std::string_view word) const override;
  /// Whether a word stands more than once.
  bool has_repeated() const noexcept { return repeated_; }

 private:
  /// The slot of the word, or the empty one where it would be.
  std::size_t slot_of(std::string_view word) const noexcept;

  std::string bytes_;
  std::vector<std::uint64_t> ends_;
  bool repeated_ = false;
  std::vector<std::uint32_t> slots_;  // a word's number + 1; 0: empty. Twice as many as words
};

/// Those of a model file from row `first` on, where they lie: nothing is read before it is asked
/// for. The file is mapped as long as they live.
/// Errors: those of io::ModelFile::open() and io::ModelWords; fewer words than `first`.
std::shared_ptr<Words> words_of_model(io::ModelFile file, std::size_t first);

/// The bytes of a str as words have them. What is no text, as Python marks it in a str
/// ("surrogateescape"), becomes the byte that it was. Errors: what Python throws.
std::string bytes_of(pybind11::handle text);
/// The same the other way round.
pybind11::str text_of(std::string_view bytes);

/// `Words` and what makes them. To be called before what takes or gives some.
void bind_words(pybind11::module_& module);

}  // namespace hogvec::python
