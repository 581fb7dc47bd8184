// ModelWords: every word is found and no other, and what is damaged gives wrong words, never memory
// that is not the file's. (AddressSanitizer does not watch over mappings: views are compared with
// the bounds of their section.)
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <random>

#include "tests/files.hpp"
#include "tests/io/model_pages.hpp"

using namespace hogvec::testing;
using hogvec::io::ModelFile;
using hogvec::io::ModelSection;
using hogvec::io::ModelWords;
using hogvec::io::WordCount;

namespace {

/// A file of these words alone, without a name.
ModelFile file_of(const TemporaryFolder& folder, const std::vector<WordCount>& words) {
  ModelFile file = ModelFile::create(folder / "model", hogvec::io::word_sections(words));
  hogvec::io::write_word_sections(file, words);
  return file;
}

std::vector<WordCount> many_words(std::size_t size) {
  std::vector<WordCount> words;
  for (std::size_t k = 0; k < size; ++k) {
    words.push_back({"w" + std::to_string(k * k), size - k});
  }
  return words;
}

bool lies_in(std::string_view word, std::span<const std::byte> section) {
  const auto* const begin = reinterpret_cast<const char*>(section.data());
  return word.empty() ||
         (word.data() >= begin && word.data() + word.size() <= begin + section.size());
}

}  // namespace

TEST_CASE("every word is found, with its count, and no other") {
  const TemporaryFolder folder;
  // 0, 1, and around a power of two, where the slots double.
  for (const std::size_t size : {0, 1, 2, 3, 63, 64, 65, 1000}) {
    const std::vector<WordCount> words = many_words(size);
    const ModelFile file = file_of(folder, words);
    file.verify_all();
    const ModelWords view(file);
    REQUIRE(view.size() == size);
    for (std::size_t id = 0; id < size; ++id) {
      REQUIRE(view.word(id) == words[id].word);
      REQUIRE(view.count(id) == words[id].count);
      REQUIRE(view.find(words[id].word) == id);
      REQUIRE(view.find(words[id].word + "x") == ModelWords::kNotFound);
      REQUIRE(view.find(words[id].word.substr(1)) == ModelWords::kNotFound);
    }
    CHECK(view.find("") == ModelWords::kNotFound);
    const std::vector<WordCount> all = view.all();
    REQUIRE(all.size() == size);
    for (std::size_t id = 0; id < size; ++id) {
      REQUIRE(all[id].word == words[id].word);
      REQUIRE(all[id].count == words[id].count);
    }
  }
}

TEST_CASE("words are bytes: long ones, odd ones, and the first of two") {
  const TemporaryFolder folder;
  const std::vector<WordCount> words = {{std::string(100'000, 'a'), 1},
                                        {std::string("\0\n\xff", 3), 2},
                                        {"twice", 3},
                                        {"twice", std::numeric_limits<std::uint64_t>::max()}};
  const ModelFile file = file_of(folder, words);
  const ModelWords view(file);
  CHECK(view.find(words[0].word) == 0);
  CHECK(view.find(words[1].word) == 1);
  CHECK(view.find("twice") == 2);
  CHECK(view.word(3) == "twice");
  CHECK(view.count(3) == words[3].count);
}

TEST_CASE("word sections that are missing, or of sizes that do not fit, are refused") {
  const TemporaryFolder folder;
  const std::vector<ModelSection> good = hogvec::io::word_sections(many_words(5));
  const auto message = [&](std::size_t section, std::size_t bytes) {
    std::vector<ModelSection> sections = good;
    sections[section].bytes = bytes;
    const ModelFile file = ModelFile::create(folder / "model", sections);
    return error_of([&] { ModelWords{file}; });
  };
  CHECK(message(0, good[0].bytes) == "");
  CHECK(contains(message(1, good[1].bytes - 1), "word_ends"));
  CHECK(contains(message(1, good[1].bytes - 8), "do not fit"));
  CHECK(contains(message(2, good[2].bytes + 8), "do not fit"));
  CHECK(contains(message(2, 1), "counts"));
  CHECK(contains(message(3, good[3].bytes / 2), "do not fit"));  // 8 slots for 5 words
  CHECK(contains(message(3, good[3].bytes + 4), "do not fit"));  // no power of two
  CHECK(contains(message(3, 0), "do not fit"));
  CHECK(message(3, good[3].bytes * 2) == "");
  for (std::size_t k = 0; k < good.size(); ++k) {
    std::vector<ModelSection> sections = good;
    sections.erase(sections.begin() + static_cast<std::ptrdiff_t>(k));
    ModelFile file = ModelFile::create(folder / "model", sections);
    CHECK(contains(error_of([&] { ModelWords{file}; }), good[k].name));
    CHECK(contains(error_of([&] { hogvec::io::write_word_sections(file, many_words(5)); }),
                   good[k].name));
  }
  ModelFile file = ModelFile::create(folder / "model", good);
  CHECK(contains(error_of([&] { hogvec::io::write_word_sections(file, many_words(6)); }),
                 "other words"));
}

TEST_CASE("damaged word sections give wrong or empty words within the section") {
  const TemporaryFolder folder;
  const std::vector<WordCount> words = many_words(40);
  ModelFile file = file_of(folder, words);
  std::mt19937 random(1);
  std::size_t refused = 0;
  for (int round = 0; round < 2000; ++round) {
    for (const char* const name : {"word_ends", "word_index"}) {
      const std::span<std::byte> bytes = file.writable_section(name);
      // From one byte to a good part of the section; large values and small ones.
      for (int k = 0; k < 1 << (round % 7); ++k) {
        bytes[random() % bytes.size()] = static_cast<std::byte>(random() % (round % 2 ? 256 : 3));
      }
    }
    const ModelWords view(file);
    for (std::size_t id = 0; id < view.size(); ++id) {
      REQUIRE(lies_in(view.word(id), file.section("words")));
      const std::size_t found = view.find(words[id].word);
      REQUIRE((found == ModelWords::kNotFound || view.word(found) == words[id].word));
    }
    try {
      std::size_t bytes = 0;
      for (const WordCount& entry : view.all()) bytes += entry.word.size();
      REQUIRE(bytes <= file.section("words").size());
    } catch (const hogvec::Error& error) {
      REQUIRE(contains(error.what(), "damaged"));
      ++refused;
    }
    if (round % 50 == 49) hogvec::io::write_word_sections(file, words);
  }
  CHECK(refused > 0);
}

TEST_CASE("a search ends in an index without an empty slot, and at numbers of no word") {
  const TemporaryFolder folder;
  ModelFile file = file_of(folder, many_words(5));
  const std::span<std::byte> bytes = file.writable_section("word_index");
  auto* const slots = reinterpret_cast<std::uint32_t*>(bytes.data());
  for (const std::uint32_t number : {1U, 6U, 0xffffffffU}) {
    std::fill_n(slots, bytes.size() / 4, number);
    const ModelWords view(file);
    CHECK(view.find("nothing") == ModelWords::kNotFound);
    CHECK(view.find("w0") == (number == 1 ? 0 : ModelWords::kNotFound));
  }
}

TEST_CASE("words without bytes are damage to a trainer: what they would take has no bound") {
  const TemporaryFolder folder;
  ModelFile file = file_of(folder, three_words());
  auto* const ends = reinterpret_cast<std::uint64_t*>(file.writable_section("word_ends").data());
  const auto message = [&] { return error_of([&] { ModelWords(file).all(); }); };
  CHECK(message() == "");
  for (const std::uint64_t end : {std::uint64_t{0}, std::uint64_t{3}, std::uint64_t{1} << 63}) {
    ends[1] = end;
    CHECK(contains(message(), "word 1 is damaged"));
  }
}
