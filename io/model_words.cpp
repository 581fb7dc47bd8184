#include "io/model_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>

#include "io/checksum.hpp"
#include "io/error.hpp"
#include "io/model_header.hpp"

namespace hogvec::io {

namespace {

constexpr std::string_view kWords = "words";
constexpr std::string_view kEnds = "word_ends";
constexpr std::string_view kCounts = "counts";
constexpr std::string_view kIndex = "word_index";

std::size_t slots_for(std::size_t words) { return std::bit_ceil(2 * words); }

/// The first slot that a word may be in; the others follow it, and the first one the last.
std::size_t first_slot(std::string_view word, std::size_t slots) noexcept {
  return static_cast<std::size_t>(checksum_of(word.data(), word.size())) & (slots - 1);
}

/// A section as numbers: sections begin at a page, so they are aligned.
/// Errors: a part of a number at its end.
template <typename T>
std::span<const T> numbers(const ModelFile& file, std::string_view name) {
  const std::span<const std::byte> bytes = file.section(name);
  if (bytes.size() % sizeof(T) != 0) {
    throw Error(
        fmt::format("{}: section \"{}\" ends in mid number; restore the model file from a "
                    "copy",
                    file.path(), name));
  }
  return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
}

template <typename T>
std::span<T> numbers_to_write(ModelFile& file, std::string_view name) {
  const std::span<std::byte> bytes = file.writable_section(name);
  return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};
}

}  // namespace

std::vector<ModelSection> word_sections(const std::vector<WordCount>& words) {
  // Slots hold a word's number plus one in 32 bits.
  if (words.size() >= std::numeric_limits<std::uint32_t>::max()) {
    throw Error(
        fmt::format("{} words are too many for a model file; raise -min-count or lower "
                    "-max-vocab",
                    words.size()));
  }
  std::size_t bytes = 0;
  for (const WordCount& entry : words) bytes += entry.word.size();
  return {{.name = std::string(kWords), .bytes = bytes},
          {.name = std::string(kEnds), .bytes = words.size() * sizeof(std::uint64_t)},
          {.name = std::string(kCounts), .bytes = words.size() * sizeof(std::uint64_t)},
          {.name = std::string(kIndex), .bytes = slots_for(words.size()) * sizeof(std::uint32_t)}};
}

void write_word_sections(ModelFile& file, const std::vector<WordCount>& words) {
  for (const ModelSection& section : word_sections(words)) {
    if (file.section(section.name).size() == section.bytes) continue;
    throw Error(fmt::format("{}: section \"{}\" is for other words", file.path(), section.name));
  }
  const std::span<std::byte> bytes = file.writable_section(kWords);
  const auto ends = numbers_to_write<std::uint64_t>(file, kEnds);
  const auto counts = numbers_to_write<std::uint64_t>(file, kCounts);
  const auto slots = numbers_to_write<std::uint32_t>(file, kIndex);
  std::fill(slots.begin(), slots.end(), 0);
  std::size_t end = 0;
  for (std::size_t id = 0; id < words.size(); ++id) {
    const std::string& word = words[id].word;
    std::copy_n(reinterpret_cast<const std::byte*>(word.data()), word.size(), bytes.data() + end);
    ends[id] = end += word.size();
    counts[id] = words[id].count;
    std::size_t slot = first_slot(word, slots.size());
    while (slots[slot] != 0) slot = (slot + 1) & (slots.size() - 1);
    slots[slot] = static_cast<std::uint32_t>(id + 1);
  }
  for (const std::string_view name : {kWords, kEnds, kCounts, kIndex}) file.seal(name);
}

ModelWords::ModelWords(const ModelFile& file)
    : path_(file.path()),
      ends_(numbers<std::uint64_t>(file, kEnds)),
      counts_(numbers<std::uint64_t>(file, kCounts)),
      slots_(numbers<std::uint32_t>(file, kIndex)) {
  const std::span<const std::byte> bytes = file.section(kWords);
  bytes_ = {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  // Twice as many: there are empty slots, at which a search for what is not there ends.
  if (ends_.size() != counts_.size() || !std::has_single_bit(slots_.size()) ||
      slots_.size() / 2 < size()) {
    throw Error(path_ +
                ": the sections of its words do not fit each other; restore the model file from a "
                "copy");
  }
}

std::string_view ModelWords::word(std::size_t id) const noexcept {
  const std::uint64_t begin = id == 0 ? 0 : ends_[id - 1];
  const std::uint64_t end = ends_[id];
  if (begin > end || end > bytes_.size()) return {};
  return bytes_.substr(begin, end - begin);
}

std::size_t ModelWords::find(std::string_view word) const noexcept {
  std::size_t slot = first_slot(word, slots_.size());
  // A damaged index may have no empty slot.
  for (std::size_t tried = 0; tried < slots_.size(); ++tried) {
    const std::uint32_t number = slots_[slot];
    if (number == 0) break;
    if (number <= size() && this->word(number - 1) == word) return number - 1;
    slot = (slot + 1) & (slots_.size() - 1);
  }
  return kNotFound;
}

std::vector<WordCount> ModelWords::all() const {
  std::vector<WordCount> words;
  std::uint64_t begin = 0;
  for (std::size_t id = 0; id < size(); ++id) {
    const std::uint64_t end = ends_[id];
    if (end <= begin || end > bytes_.size()) {
      throw Error(
          fmt::format("{}: word {} is damaged; restore the model file from a copy", path_, id));
    }
    words.push_back({std::string(bytes_.substr(begin, end - begin)), count(id)});
    begin = end;
  }
  return words;
}

}  // namespace hogvec::io
