// copy_vectors and inherit_rows: which rows of a file begin a run, by word. Vocabularies of three
// to five words, in other orders and with words that the other has not. Values are compared
// exactly, text files with six decimals of numbers that have fewer. Out of scope: reading files
// (tests/io).
#include <doctest/doctest.h>

#include <vector>

#include "engine/model/initial_rows.hpp"
#include "engine/model/stored_model.hpp"
#include "io/model_words.hpp"
#include "io/npy_file.hpp"
#include "tests/files.hpp"

namespace {

using namespace hogvec;
using testing::contains;
using testing::error_of;
using testing::TemporaryFile;
using testing::TemporaryFolder;

constexpr std::size_t kDim = 3;

Vocabulary words_of(const std::vector<std::string>& names) {
  std::vector<io::WordCount> words;
  for (const std::string& name : names) words.push_back({name, 10 - words.size()});
  return Vocabulary::in_order(std::move(words));
}

/// Row k begins with this, and goes on in steps of 0.125.
void fill(MatrixView matrix, float first) {
  for (std::size_t k = 0; k < matrix.rows(); ++k) {
    for (std::size_t d = 0; d < matrix.dim(); ++d) {
      matrix.row(k)[d] = first + static_cast<float>(k) + 0.125f * static_cast<float>(d);
    }
  }
}

/// The first value of every row, of which the others must be a copy of a filled row.
std::vector<float> firsts(MatrixView matrix) {
  std::vector<float> all;
  for (std::size_t k = 0; k < matrix.rows(); ++k) {
    const float* const row = matrix.row(k);
    all.push_back(row[0]);
    if (row[0] != -1) CHECK(row[2] == row[0] + 0.25f);
    for (std::size_t d = matrix.dim(); d < matrix.stride(); ++d) CHECK(row[d] == 0);
  }
  return all;
}

ModelShape shape_of(std::size_t words, bool output, bool nodes) {
  ModelShape shape;
  shape.words = words;
  shape.dim = kDim;
  shape.output = output;
  shape.nodes = nodes;
  return shape;
}

/// A model whose rows were not begun: all values -1.
Model fresh_model(std::size_t words, bool output = true, bool nodes = true) {
  Model model(shape_of(words, output, nodes));
  for (const MatrixView matrix : model.matrices()) {
    for (std::size_t k = 0; k < matrix.rows(); ++k) std::fill_n(matrix.row(k), matrix.dim(), -1.0f);
  }
  return model;
}

/// A model file of these words: W counts from 100 on, W' from 200, the nodes from 300.
void write_model(const std::string& path, const Vocabulary& vocabulary,
                 const TrainSettings& settings) {
  StoredModel stored = StoredModel::create(path, vocabulary, {.plan = make_plan(settings)});
  const Model model = stored.model();
  fill(model.input, 100);
  fill(model.output, 200);
  fill(model.nodes, 300);
  stored.publish();
}

constexpr TrainSettings kBoth{.hierarchical_softmax = true, .dim = kDim};
constexpr TrainSettings kTree{.hierarchical_softmax = true, .negatives = 0, .dim = kDim};
constexpr TrainSettings kNoise{.dim = kDim};

TEST_CASE("vectors of a text file come to the rows of their words, the first of a word twice") {
  const TemporaryFile file(
      "5 3\nb 20 20.125 20.25 \nx 9 9 9 \n</s> 10 10.125 10.25 \nb 7 7.125 7.25 \n"
      "c 30 30.125 30.25 \n");
  const Vocabulary vocabulary = words_of({"</s>", "a", "b", "c"});
  const Model model = fresh_model(4);
  CHECK(copy_vectors(file.path(), "input", vocabulary, model.input) == 3);
  CHECK(firsts(model.input) == std::vector<float>{10, -1, 20, 30});
  CHECK(firsts(model.output) == std::vector<float>(4, -1));
}

TEST_CASE("vectors of a .npy file come to the rows of the words in the list beside it") {
  const TemporaryFolder folder;
  const std::vector<float> values = {20, 20.125, 20.25, 7, 7.125, 7.25, 30, 30.125, 30.25};
  io::OutputFile file(folder / "v.npy");
  io::write_npy(file, {3, kDim, [&](std::size_t k, float*) { return values.data() + k * kDim; },
                       [](std::size_t) -> std::string_view { return ""; }});
  file.commit();
  const Vocabulary vocabulary = words_of({"</s>", "a", "b", "c"});
  const Model model = fresh_model(4);
  CHECK(
      contains(error_of([&] { copy_vectors(folder / "v.npy", "input", vocabulary, model.input); }),
               "v.words"));
  testing::write_file(folder / "v.words", "b\nb\nc\n");
  CHECK(copy_vectors(folder / "v.npy", "input", vocabulary, model.input) == 2);
  CHECK(firsts(model.input) == std::vector<float>{-1, -1, 20, 30});
}

TEST_CASE("vectors of a model file are those of the matrix that is asked for") {
  const TemporaryFolder folder;
  const std::string path = folder / "m";
  write_model(path, words_of({"</s>", "a", "b", "c"}), kBoth);
  const Vocabulary vocabulary = words_of({"</s>", "c", "new", "a"});
  Model model = fresh_model(4);
  CHECK(copy_vectors(path, "input", vocabulary, model.input) == 3);
  CHECK(firsts(model.input) == std::vector<float>{100, 103, -1, 101});
  CHECK(copy_vectors(path, "output", vocabulary, model.output) == 3);
  CHECK(firsts(model.output) == std::vector<float>{200, 203, -1, 201});
  write_model(path, words_of({"</s>", "a", "b", "c"}), kTree);
  CHECK(contains(error_of([&] { copy_vectors(path, "output", vocabulary, model.output); }),
                 path + ": the model has no matrix output"));
}

TEST_CASE("a model with the same words and counts hands on all that both have") {
  const TemporaryFolder folder;
  const std::string path = folder / "m";
  const std::vector<std::string> names{"</s>", "a", "b", "c"};
  write_model(path, words_of(names), kBoth);
  {
    const Model model = fresh_model(4);
    const Inherited inherited = inherit_rows(path, words_of(names), model);
    CHECK(inherited.words == 4);
    CHECK(inherited.output);
    CHECK(inherited.nodes);
    CHECK(firsts(model.input) == std::vector<float>{100, 101, 102, 103});
    CHECK(firsts(model.output) == std::vector<float>{200, 201, 202, 203});
    CHECK(firsts(model.nodes) == std::vector<float>{300, 301, 302});
  }
  {
    const Inherited inherited = inherit_rows(path, words_of(names), fresh_model(4, false, false));
    CHECK(!inherited.output);
    CHECK(!inherited.nodes);
  }
  write_model(path, words_of(names), kNoise);
  {
    const Model model = fresh_model(4);
    const Inherited inherited = inherit_rows(path, words_of(names), model);
    CHECK(inherited.output);
    CHECK(!inherited.nodes);  // it has none
    CHECK(firsts(model.nodes) == std::vector<float>(3, -1));
  }
  write_model(path, words_of(names), kTree);
  {
    const Model model = fresh_model(4);
    const Inherited inherited = inherit_rows(path, words_of(names), model);
    CHECK(!inherited.output);
    CHECK(inherited.nodes);
    CHECK(firsts(model.output) == std::vector<float>(4, -1));
  }
}

TEST_CASE("other words, or other counts, have another tree, and rows by word") {
  const TemporaryFolder folder;
  const std::string path = folder / "m";
  write_model(path, words_of({"</s>", "a", "b", "c"}), kBoth);
  const Model model = fresh_model(5);
  Inherited inherited = inherit_rows(path, words_of({"</s>", "c", "a", "new", "b"}), model);
  CHECK(inherited.words == 4);
  CHECK(inherited.output);
  CHECK(!inherited.nodes);
  CHECK(firsts(model.input) == std::vector<float>{100, 103, 101, -1, 102});
  CHECK(firsts(model.output) == std::vector<float>{200, 203, 201, -1, 202});
  CHECK(firsts(model.nodes) == std::vector<float>(4, -1));
  CHECK(!inherit_rows(path, words_of({"</s>", "a", "c", "b"}), fresh_model(4)).nodes);
  CHECK(!inherit_rows(path, words_of({"</s>", "a", "b"}), fresh_model(3)).nodes);
  CHECK(!inherit_rows(path, words_of({"</s>", "a", "b", "c", "d"}), fresh_model(5)).nodes);
  CHECK(!inherit_rows(path, Vocabulary::in_order({{"</s>", 10}, {"a", 9}, {"b", 8}, {"c", 6}}),
                      fresh_model(4))
             .nodes);
}

TEST_CASE("vectors of another length are refused, with the flag that mends it") {
  const TemporaryFolder folder;
  const std::string path = folder / "m";
  TrainSettings longer = kBoth;
  longer.dim = 4;
  const Vocabulary vocabulary = words_of({"</s>", "a", "b"});
  write_model(path, vocabulary, longer);
  const TemporaryFile text("1 2\na 1 2 \n");
  const Model model = fresh_model(3);
  CHECK(contains(error_of([&] { inherit_rows(path, vocabulary, model); }),
                 path + ": vectors of 4 values cannot begin a run of 3; use -size 4"));
  CHECK(contains(error_of([&] { copy_vectors(path, "input", vocabulary, model.input); }),
                 "use -size 4"));
  CHECK(contains(error_of([&] { copy_vectors(text.path(), "input", vocabulary, model.input); }),
                 "use -size 2"));
  CHECK(firsts(model.input) == std::vector<float>(3, -1));
}

}  // namespace
