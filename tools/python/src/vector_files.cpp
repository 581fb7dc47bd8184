#include "tools/python/src/vector_files.hpp"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/resources.hpp"
#include "engine/workers.hpp"
#include "io/error.hpp"
#include "io/model_file.hpp"
#include "io/model_words.hpp"
#include "io/output_file.hpp"
#include "io/repeated_words.hpp"
#include "io/row_blocks.hpp"
#include "io/vectors_file.hpp"
#include "tools/python/src/search.hpp"
#include "tools/python/src/words.hpp"

namespace py = pybind11;

namespace hogvec::python {

namespace {

constexpr std::size_t kBlockBytes = 256 << 10;  // copied by a thread at once
constexpr std::string_view kExtras = "keyedvectors";

bool is_utf8(std::string_view bytes) {
  const bool ascii = std::all_of(bytes.begin(), bytes.end(),
                                 [](char byte) { return static_cast<unsigned char>(byte) < 0x80; });
  if (ascii) return true;
  PyObject* const text =
      PyUnicode_DecodeUTF8(bytes.data(), static_cast<py::ssize_t>(bytes.size()), nullptr);
  if (text == nullptr) PyErr_Clear();
  Py_XDECREF(text);
  return text != nullptr;
}

/// Words as UTF-8, whatever the file has; what is none by `errors`, a name of Python's.
void decode(std::vector<std::string>& words, const std::string& encoding,
            const std::string& errors) {
  const bool utf8 = encoding == "utf8" || encoding == "utf-8" || encoding == "UTF-8";
  for (std::string& word : words) {
    if (utf8 && is_utf8(word)) continue;
    PyObject* const text = PyUnicode_Decode(word.data(), static_cast<py::ssize_t>(word.size()),
                                            encoding.c_str(), errors.c_str());
    if (text == nullptr) throw py::error_already_set();
    word = bytes_of(py::reinterpret_steal<py::str>(text));
  }
}

/// Words, their rows in a matrix, how many rows were left out, and of these the first word.
py::tuple read_vectors(const std::string& path, io::VectorFormat format, std::size_t most_rows,
                       const std::string& encoding, const std::string& errors) {
  std::optional<io::VectorsFile> file;
  {
    const py::gil_scoped_release release;
    file.emplace(io::Content(path), io::VectorsWanted{format, most_rows});
  }
  const std::size_t dim = file->dim();
  py::array_t<float> vectors({file->rows(), dim});
  float* const values = vectors.mutable_data();
  std::vector<std::string> words;
  {
    const py::gil_scoped_release release;
    run_with_threads(usable_cores(), [&] { words = file->read(file->rows(), values, dim); });
  }
  decode(words, encoding, errors);
  io::RepeatedWords repeated;
  std::shared_ptr<WordList> list;
  {
    const py::gil_scoped_release release;
    list = std::make_shared<WordList>(words);
    if (list->has_repeated()) {
      io::RowsOfWords rows;
      repeated = io::keep_first_rows(words, rows, [&](std::size_t from, std::size_t to) {
        std::copy_n(values + from * dim, dim, values + to * dim);
      });
      list = std::make_shared<WordList>(words);
    }
  }
  return py::make_tuple(std::shared_ptr<Words>(list), vectors, repeated.rows,
                        text_of(repeated.first_word));
}

using Order = py::array_t<std::uint64_t, py::array::c_style | py::array::forcecast>;

/// Row order[k] of the vectors becomes the file's k-th.
void write_vectors(const std::string& path, io::VectorFormat format, const std::string& header,
                   const std::shared_ptr<Words>& words, const py::array& vectors,
                   const Order& order, const std::string& prefix) {
  const ConstMatrixView rows = rows_of(vectors);
  const std::uint64_t* const row = order.data();
  const auto count = static_cast<std::size_t>(order.size());
  if (std::any_of(row, row + count,
                  [&](auto k) { return k >= rows.rows() || k >= words->size(); })) {
    throw py::index_error("a row that is to be written is none");
  }
  const py::gil_scoped_release release;
  io::OutputFile file(path);
  if (!header.empty()) file.write(header);
  const auto word = [&](std::size_t k) -> std::string_view {
    const std::string_view bare = words->word(row[k]);
    if (prefix.empty()) return bare;
    thread_local std::string whole;
    whole.assign(prefix).append(bare);
    return whole;
  };
  const io::VectorRows written{count, rows.dim(),
                               [&](std::size_t k, float*) { return rows.row(row[k]); }, word};
  run_with_threads(usable_cores(), [&] { io::write_vector_rows(file, format, written); });
  file.commit();
}

using Counts = py::array_t<std::uint64_t, py::array::c_style | py::array::forcecast>;

/// A model file of which nothing but words, counts and vectors is known, and `extras`.
void write_model(const std::string& path, const std::shared_ptr<Words>& words,
                 const py::array& vectors, const Counts& counts, const py::bytes& extras) {
  constexpr std::string_view kPlan = "{}";
  const ConstMatrixView rows = rows_of(vectors);
  const auto more = static_cast<std::string_view>(extras);
  const std::uint64_t* const count = counts.data();
  if (rows.rows() != words->size() || static_cast<std::size_t>(counts.size()) != words->size()) {
    throw py::value_error("words, vectors and counts are not equally many");
  }
  const py::gil_scoped_release release;
  std::vector<io::WordCount> counted;
  for (std::size_t k = 0; k < words->size(); ++k) {
    counted.push_back({std::string(words->word(k)), count[k]});
  }
  std::vector<io::ModelSection> sections = io::word_sections(counted);
  sections.push_back(io::ModelSection::matrix("input", rows.rows(), rows.dim()));
  sections.push_back({.name = "plan", .bytes = kPlan.size()});
  if (!more.empty()) sections.push_back({.name = std::string(kExtras), .bytes = more.size()});
  io::refuse_unfinished_run(path);
  io::ModelFile file = io::ModelFile::create(path, sections);
  io::write_word_sections(file, counted);
  std::memcpy(file.writable_section("plan").data(), kPlan.data(), kPlan.size());
  file.seal("plan");
  if (!more.empty()) {
    std::memcpy(file.writable_section(kExtras).data(), more.data(), more.size());
    file.seal(kExtras);
  }
  const MatrixView to = file.writable_matrix("input");
  const auto copy = [&](std::size_t first, std::size_t last) {
    for (std::size_t k = first; k < last; ++k) std::copy_n(rows.row(k), to.dim(), to.row(k));
    return std::string();
  };
  const std::size_t block = std::max<std::size_t>(1, kBlockBytes / (to.stride() * sizeof(float)));
  run_with_threads(usable_cores(),
                   [&] { io::for_each_block(to.rows(), block, copy, [](const std::string&) {}); });
  file.seal("input");
  file.commit(io::ModelState::kFinished, true);
  file.publish();
}

/// A section as bytes of Python's; empty where there is none.
py::bytes bytes_of_section(const io::ModelFile& file, std::string_view name) {
  if (!file.has(name)) return {};
  const std::span<const std::byte> bytes = file.section(name);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// What a model file says of its vectors: where a mapping of W and of the counts has to begin,
/// what W's shape is, and the sections "plan" and "keyedvectors".
py::dict describe_model(const std::string& path) {
  const io::ModelFile file = io::ModelFile::open(path);
  const ConstMatrixView input = file.matrix("input");
  const io::ModelWords words(file);
  if (input.dim() == 0 || input.rows() != words.size()) {
    throw Error(path +
                ": has no vectors of its words; give a model file that word2vec, convert or "
                "KeyedVectors.save wrote");
  }
  py::dict model;
  model["rows"] = input.rows();
  model["dim"] = input.dim();
  model["stride"] = input.stride();
  model["input"] = file.offset("input");
  model["counts"] = file.offset("counts");
  model["plan"] = bytes_of_section(file, "plan");
  model["extras"] = bytes_of_section(file, kExtras);
  return model;
}

}  // namespace

void bind_vector_files(py::module_& module) {
  py::enum_<io::VectorFormat>(module, "VectorFormat")
      .value("TEXT", io::VectorFormat::kText)
      .value("BINARY", io::VectorFormat::kBinary)
      .value("GLOVE", io::VectorFormat::kGlove);
  module.def("read_vectors", &read_vectors, py::arg("path"), py::arg("format"),
             py::arg("most_rows"), py::arg("encoding"), py::arg("errors"));
  module.def("write_vectors", &write_vectors, py::arg("path"), py::arg("format"), py::arg("header"),
             py::arg("words"), py::arg("vectors"), py::arg("order"), py::arg("prefix"));
  module.def("write_model", &write_model, py::arg("path"), py::arg("words"), py::arg("vectors"),
             py::arg("counts"), py::arg("extras"));
  module.def("describe_model", &describe_model, py::arg("path"));
  module.def(
      "words_of_model",
      [](const std::string& path, std::size_t first) {
        return words_of_model(io::ModelFile::open(path), first);
      },
      py::arg("path"), py::arg("first"));
  module.def("is_model_file", &io::is_model_file, py::arg("path"));
}

}  // namespace hogvec::python
