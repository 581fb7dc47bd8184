// WordIndex over a model file: to the last bit the answers of the same vectors in a binary file,
// nothing read at opening, and sane answers while the file is written.
//
// Sizes: 5003 rows of 37 dimensions, several blocks of the search that end in a part of one, and
// rows that end within a register. Out of scope: damaged files, which
// tests/io/test_model_damage.cpp and the fuzz target of models have.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <thread>

#include "engine/query/analogies.hpp"
#include "engine/query/folded_words.hpp"
#include "engine/query/nearest.hpp"
#include "engine/system.hpp"
#include "io/model_file.hpp"
#include "io/model_words.hpp"
#include "tests/files.hpp"

using namespace hogvec::testing;
using hogvec::Analogy;
using hogvec::AnalogyScore;
using hogvec::ConstMatrixView;
using hogvec::MatrixView;
using hogvec::Neighbor;
using hogvec::WordIndex;
using hogvec::io::ModelFile;
using hogvec::io::ModelSection;
using hogvec::io::ModelState;
using hogvec::io::WordCount;

namespace {

constexpr std::size_t kRows = 5003;
constexpr std::size_t kDim = 37;

std::vector<WordCount> numbered_words(std::size_t rows) {
  std::vector<WordCount> words;
  for (std::size_t k = 0; k < rows; ++k) words.push_back({fmt::format("w{}", k), rows - k});
  return words;
}

/// A model of such words; `fill` gives its rows their values.
template <class Fill>
void write_model(const std::string& path, const std::vector<WordCount>& words, std::size_t dim,
                 const Fill& fill) {
  std::vector<ModelSection> sections = hogvec::io::word_sections(words);
  sections.push_back(ModelSection::matrix("input", words.size(), dim));
  ModelFile file = ModelFile::create(path, sections);
  hogvec::io::write_word_sections(file, words);
  fill(file.writable_matrix("input"));
  file.commit(ModelState::kStopped, false);
  file.publish();
}

void fill_randomly(MatrixView rows, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, 3);
  for (std::size_t k = 0; k < rows.rows(); ++k) {
    for (std::size_t i = 0; i < rows.dim(); ++i) rows.row(k)[i] = normal(random);
  }
}

void write_binary(const std::string& path, const std::vector<WordCount>& words,
                  ConstMatrixView rows) {
  hogvec::io::OutputFile file(path);
  hogvec::io::write_vectors(file, hogvec::io::VectorFormat::kBinary, rows,
                            [&](std::size_t k) -> std::string_view { return words[k].word; });
  file.commit();
}

/// The same vectors in both formats: "model" and "binary" in the folder.
void write_both(const TemporaryFolder& folder) {
  const std::vector<WordCount> words = numbered_words(kRows);
  write_model(folder / "model", words, kDim, [&](MatrixView rows) {
    fill_randomly(rows, 7);
    std::fill_n(rows.row(5), kDim, 0.0f);
    rows.row(6)[3] = std::numeric_limits<float>::quiet_NaN();
    rows.row(7)[0] = std::numeric_limits<float>::infinity();
    write_binary(folder / "binary", words, rows);
  });
}

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

bool same_neighbors(const std::vector<Neighbor>& a, const std::vector<Neighbor>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.row == y.row && same_bits({&x.cosine, 1}, {&y.cosine, 1});
  });
}

}  // namespace

TEST_CASE("a model file gives the answers of the binary file, to the last bit") {
  const TemporaryFolder folder;
  write_both(folder);
  for (const std::size_t most : {WordIndex::kNotFound, std::size_t{2000}}) {
    CAPTURE(most);
    const WordIndex model = WordIndex::read(folder / "model", most);
    const WordIndex binary = WordIndex::read(folder / "binary", most);
    REQUIRE(model.size() == std::min(most, kRows));
    REQUIRE(model.dim() == kDim);
    for (std::size_t row = 0; row < model.size(); ++row) {
      REQUIRE(model.word(row) == binary.word(row));
      REQUIRE(model.find(binary.word(row)) == row);
      REQUIRE(same_bits(model.unit_vector(row), binary.unit_vector(row)));
    }
    CHECK(model.find("w2000") == (most == WordIndex::kNotFound ? 2000 : WordIndex::kNotFound));
    CHECK(model.find("") == WordIndex::kNotFound);
    for (const std::size_t row :
         {std::size_t{0}, std::size_t{5}, std::size_t{6}, std::size_t{7}, std::size_t{1999}}) {
      CAPTURE(row);
      const std::vector<std::size_t> excluded = {row};
      CHECK(same_neighbors(model.nearest(model.unit_vector(row), 40, excluded),
                           binary.nearest(binary.unit_vector(row), 40, excluded)));
    }
    CHECK(model.nearest(model.unit_vector(1), 40).size() == 40);
    const std::vector<Analogy> questions = {{0, 1, 2}, {5, 6, 7}, {1999, 3, 4}};
    for (const AnalogyScore score : {AnalogyScore::kSum, AnalogyScore::kProduct}) {
      const auto ours = answer_analogies(model, model.size(), questions, score);
      const auto theirs = answer_analogies(binary, binary.size(), questions, score);
      for (std::size_t q = 0; q < questions.size(); ++q) {
        CHECK(ours[q].row == theirs[q].row);
        CHECK(same_bits({&ours[q].score, 1}, {&theirs[q].score, 1}));
      }
    }
  }
}

TEST_CASE("a moved index over a model file is the same") {
  const TemporaryFolder folder;
  write_both(folder);
  WordIndex first = WordIndex::read(folder / "model");
  const std::string_view word = first.word(99);
  const float value = first.unit_vector(99)[0];
  const WordIndex second = std::move(first);
  CHECK(second.word(99).data() == word.data());
  CHECK(second.unit_vector(99)[0] == value);
  CHECK(second.find("w99") == 99);
}

TEST_CASE("words of a model file are found without their case") {
  const TemporaryFolder folder;
  write_model(folder / "model", {{"</s>", 3}, {"Paris", 2}, {"paris", 1}}, 2,
              [](MatrixView rows) { fill_randomly(rows, 1); });
  const WordIndex index = WordIndex::read(folder / "model");
  const hogvec::FoldedWords words(index, hogvec::Letters::kUnicode);
  CHECK(words.find("PARIS") == 1);
  CHECK(words.find("</S>") == 0);
}

TEST_CASE("opening a model file and finding a word reads none of its rows") {
  const TemporaryFolder folder;
  // 64 MiB of rows: far more than what else the process takes meanwhile.
  constexpr std::size_t kManyRows = 1 << 18;
  constexpr std::size_t kBytes = kManyRows * 64 * sizeof(float);
  write_model(folder / "model", numbered_words(kManyRows), 64,
              [](MatrixView rows) { rows.row(kManyRows - 1)[0] = 2; });
  const std::size_t before = hogvec::resident_memory();
  const WordIndex index = WordIndex::read(folder / "model");
  CHECK(index.find(fmt::format("w{}", kManyRows - 1)) == kManyRows - 1);
  CHECK(index.word(12345) == "w12345");
  // A fault maps what of the file is cached around it too; the sections of the words take 8 MiB.
  CHECK(hogvec::resident_memory() < before + kBytes / 4);
  CHECK(index.unit_vector(kManyRows - 1)[0] == 1);
  CHECK(hogvec::resident_memory() > before + kBytes);
}

TEST_CASE("threads that ask at once for the first vector all see it scaled") {
  const TemporaryFolder folder;
  write_both(folder);
  const WordIndex binary = WordIndex::read(folder / "binary");
  for (int round = 0; round < 5; ++round) {
    const WordIndex model = WordIndex::read(folder / "model");
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (std::size_t k = 0; k < 4; ++k) {
      threads.emplace_back([&, k] {
        const std::size_t row = kRows - 1 - k;
        if (!same_bits(model.unit_vector(row), binary.unit_vector(row))) ++wrong;
#ifndef HOGVEC_STD_THREADS
        // ThreadSanitizer does not see how oneTBB, which is not instrumented, hands its memory on
        // from one of these threads to another.
        if (model.nearest(binary.unit_vector(row), 1).front().row != row) ++wrong;
#endif
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
  }
}

TEST_CASE("while a model file is trained, cosines are numbers and words stay") {
  const TemporaryFolder folder;
  write_model(folder / "model", numbered_words(kRows), kDim,
              [](MatrixView rows) { fill_randomly(rows, 1); });
  ModelFile trained = ModelFile::open_to_train(folder / "model");
  const MatrixView rows = trained.writable_matrix("input");
  std::atomic<bool> stop = false;
  std::thread trainer([&] {
    for (unsigned seed = 2; !stop; ++seed) fill_randomly(rows, seed);
  });
  for (int round = 0; round < 20; ++round) {
    const WordIndex index = WordIndex::read(folder / "model");
    REQUIRE(index.find("w4999") == 4999);
    const std::vector<Neighbor> found = index.nearest(index.unit_vector(17), kRows);
    // Every row has a direction at every moment, and the copy that was taken of it is of length 1.
    REQUIRE(found.size() == kRows);
    CHECK(found.front().row == 17);
    for (const Neighbor& neighbor : found) REQUIRE(std::abs(neighbor.cosine) < 1.0001f);
    // What was asked for once stays as it was.
    CHECK(same_neighbors(found, index.nearest(index.unit_vector(17), kRows)));
  }
  stop = true;
  trainer.join();
}

TEST_CASE("a model file without vectors of its words is refused") {
  const TemporaryFolder folder;
  const std::vector<WordCount> words = numbered_words(3);
  const auto message = [&](const ModelSection* matrix) {
    std::vector<ModelSection> sections = hogvec::io::word_sections(words);
    if (matrix != nullptr) sections.push_back(*matrix);
    ModelFile file = ModelFile::create(folder / "model", sections);
    hogvec::io::write_word_sections(file, words);
    file.commit(ModelState::kFinished, false);
    file.publish();
    return error_of([&] { WordIndex::read(folder / "model"); });
  };
  const ModelSection good = ModelSection::matrix("input", 3, 4);
  const ModelSection few = ModelSection::matrix("input", 2, 4);
  const ModelSection other = ModelSection::matrix("output", 3, 4);
  const ModelSection no_matrix{.name = "input", .bytes = 192};
  CHECK(message(&good) == "");
  CHECK(contains(message(nullptr), "has no vectors of its words"));
  CHECK(contains(message(&few), "has no vectors of its words"));
  CHECK(contains(message(&other), "has no vectors of its words"));
  CHECK(contains(message(&no_matrix), "is no matrix"));
  write_file(folder / "model", read_file(folder / "model").substr(0, 9000));
  CHECK(contains(error_of([&] { WordIndex::read(folder / "model"); }), "is cut off"));
}
