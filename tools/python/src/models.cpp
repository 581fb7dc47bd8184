#include "tools/python/src/models.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/model/stored_model.hpp"
#include "engine/system.hpp"
#include "engine/workers.hpp"
#include "io/error.hpp"
#include "io/model_words.hpp"
#include "tools/python/src/module.hpp"
#include "tools/python/src/settings.hpp"

namespace py = pybind11;

namespace hogvec::python {
namespace {

/// Of a file that is mapped to be read: whoever has it asks writable() first.
MatrixView as_rows(ConstMatrixView matrix) {
  return {const_cast<float*>(matrix.data()), matrix.rows(), matrix.dim(), matrix.stride()};
}

/// Rows from `first` on, as an array that keeps `owner` alive.
py::array rows_of(MatrixView matrix, std::size_t first, bool writable, const py::object& owner) {
  const std::size_t rows = matrix.rows() - std::min(first, matrix.rows());
  py::array_t<float> array({rows, matrix.dim()}, {matrix.stride() * sizeof(float), sizeof(float)},
                           rows == 0 ? nullptr : matrix.row(first), owner);
  if (!writable) array.attr("setflags")(py::arg("write") = false);
  return array;
}

/// Where the text has it as a word, the sentences' end keeps a name that no text has.
Vocabulary named_vocabulary(const Vocabulary& vocabulary) {
  std::vector<io::WordCount> words = vocabulary.words();
  if (!vocabulary.find(kSentenceEndWord)) words[kSentenceEnd].word = kSentenceEndWord;
  return Vocabulary::in_order(std::move(words));
}

/// As many as both have. Errors: Error where rows are of different lengths.
void copy_rows(MatrixView from, MatrixView to, int threads) {
  if (from.empty() || to.empty()) return;
  if (from.dim() != to.dim()) {
    throw Error("the model has vectors of " + std::to_string(from.dim()) + " values, not of " +
                std::to_string(to.dim()));
  }
  constexpr std::size_t kBlock = 4096;
  const std::size_t rows = std::min(from.rows(), to.rows());
  for_each_index(threads, (rows + kBlock - 1) / kBlock, [&](std::size_t block, int) {
    const std::size_t end = std::min(rows, (block + 1) * kBlock);
    for (std::size_t k = block * kBlock; k < end; ++k) {
      std::copy_n(from.row(k), from.dim(), to.row(k));
    }
  });
}

const Model& writable(const PythonModel& model) {
  if (!model.writable()) throw Error("the model is of a file that is mapped to be read");
  return model.model();
}

/// Rows of `from` where it has them, those behind as of a new model; the nodes of another tree are
/// new ones.
void begin_from(const PythonModel& self, const PythonModel& from, std::uint64_t seed,
                bool same_tree, int threads) {
  initialize(writable(self), seed, threads);
  copy_rows(from.model().input, self.model().input, threads);
  copy_rows(from.model().output, self.model().output, threads);
  if (same_tree) copy_rows(from.model().nodes, self.model().nodes, threads);
}

std::shared_ptr<PythonModel> new_model(std::size_t words, std::size_t dim, bool output,
                                       bool nodes) {
  ModelShape shape;
  shape.words = words + 1;  // and the sentences' end
  shape.dim = dim;
  shape.output = output;
  shape.nodes = nodes;
  // Memory that is promised and not there ends the process when it is written.
  if (shape.bytes() > available_memory()) {
    PyErr_Format(PyExc_MemoryError,
                 "a model of %zu words and %zu dimensions takes %zu MiB, and %zu "
                 "MiB are free",
                 words, dim, shape.bytes() >> 20, available_memory() >> 20);
    throw py::error_already_set();
  }
  return std::make_shared<PythonModel>(shape);
}

/// A file of a run that has not begun, with its name and the values of `from`.
std::shared_ptr<PythonModel> create_model(const std::string& path, const PythonModel& from,
                                          const Vocabulary& vocabulary, const Text& text,
                                          const py::dict& settings,
                                          const std::vector<WordId>& locked,
                                          const std::map<std::string, std::string>& flags) {
  const TrainSettings read = settings_of(settings);
  const py::gil_scoped_release others;
  io::refuse_unfinished_run(path);
  const RunRecord record{make_plan(read), text.corpus.size(), fingerprint_of(text.corpus), locked,
                         flags};
  StoredModel stored = StoredModel::create(path, named_vocabulary(vocabulary), record);
  for (std::size_t k = 0; k < stored.model().matrices().size(); ++k) {
    copy_rows(from.model().matrices()[k], stored.model().matrices()[k], read.threads);
  }
  stored.publish();
  stored.begin(record);
  return std::make_shared<PythonModel>(std::move(stored));
}

/// A file of a run that was stopped or killed. Errors: those of StoredModel::open(); another text.
std::shared_ptr<PythonModel> resume_model(const std::string& path, const Text& text) {
  StoredModel stored = StoredModel::open(path);
  const RunRecord record = stored.record();
  if (record.text_words == 0)
    throw Error(path + ": is a model that was saved, and no run to go on with");
  if (text.corpus.size() != record.text_words ||
      fingerprint_of(text.corpus) != record.fingerprint) {
    throw Error(path + ": the corpus is not the one that the run was begun with");
  }
  stored.begin(record);
  return std::make_shared<PythonModel>(std::move(stored));
}

/// What the file says of its run; None where it has vectors alone.
std::optional<RunRecord> record_of(PythonModel& self) {
  if (self.stored() != nullptr) return self.stored()->record();
  if (!has_record(self.file())) return std::nullopt;
  return read_record(self.file());
}

/// And how often the sentences' end stood in the text.
py::tuple words_and_counts(const PythonModel& self) {
  io::ModelFile file = io::ModelFile::open(self.file().path());
  const io::ModelWords words(file);
  py::array_t<std::int64_t> counts(static_cast<py::ssize_t>(words.size() - 1));
  for (std::size_t k = 1; k < words.size(); ++k) {
    counts.mutable_at(static_cast<py::ssize_t>(k - 1)) = static_cast<std::int64_t>(words.count(k));
  }
  const std::uint64_t ends = words.count(kSentenceEnd);
  return py::make_tuple(words_of_model(std::move(file), 1), std::move(counts), ends);
}

}  // namespace

PythonModel::PythonModel(const std::string& path) : file_(io::ModelFile::open(path)) {
  const io::ModelWords words(file_);
  model_.input = as_rows(file_.matrix("input"));
  if (model_.input.empty() || model_.input.rows() != words.size()) {
    throw Error(path + ": has no vectors of its words; give a model file that was saved whole");
  }
  if (file_.has("output")) model_.output = as_rows(file_.matrix("output"));
  if (file_.has("nodes")) model_.nodes = as_rows(file_.matrix("nodes"));
}

void PythonModel::save(const std::string& path, const Vocabulary& vocabulary,
                       const TrainSettings& settings,
                       const std::map<std::string, std::string>& flags) const {
  io::refuse_unfinished_run(path);
  const RunRecord record{.plan = make_plan(settings), .flags = flags};
  StoredModel stored = StoredModel::create(path, named_vocabulary(vocabulary), record);
  const Model rows = stored.model();
  for (std::size_t k = 0; k < rows.matrices().size(); ++k) {
    copy_rows(model_.matrices()[k], rows.matrices()[k], settings.threads);
  }
  stored.publish(io::ModelState::kFinished);
}

void bind_models(py::module_& module) {
  py::class_<PythonModel, std::shared_ptr<PythonModel>>(module, "Model")
      .def(py::init(&new_model), py::arg("words"), py::arg("dim"), py::arg("output"),
           py::arg("nodes"))
      .def_static(
          "open", [](const std::string& path) { return std::make_shared<PythonModel>(path); },
          py::arg("path"))
      .def_static("create", &create_model, py::arg("path"), py::arg("model"), py::arg("vocabulary"),
                  py::arg("text"), py::arg("settings"), py::arg("locked"), py::arg("flags"))
      .def_static("resume", &resume_model, py::arg("path"), py::arg("text"),
                  py::call_guard<py::gil_scoped_release>())
      .def_property_readonly("writable", &PythonModel::writable)
      .def_property_readonly("input",
                             [](const py::object& self) {
                               const auto& model = self.cast<const PythonModel&>();
                               return rows_of(model.model().input, 1, model.writable(), self);
                             })
      .def_property_readonly("output",
                             [](const py::object& self) {
                               const auto& model = self.cast<const PythonModel&>();
                               return rows_of(model.model().output, 1, model.writable(), self);
                             })
      .def_property_readonly("nodes",
                             [](const py::object& self) {
                               const auto& model = self.cast<const PythonModel&>();
                               return rows_of(model.model().nodes, 0, model.writable(), self);
                             })
      .def_property_readonly("locked",
                             [](PythonModel& self) {
                               const std::optional<RunRecord> record = record_of(self);
                               return record ? record->locked : std::vector<WordId>();
                             })
      .def_property_readonly("record",
                             [](PythonModel& self) {
                               const std::optional<RunRecord> record = record_of(self);
                               return record ? std::optional(record->to_json()) : std::nullopt;
                             })
      .def_property_readonly("losses",
                             [](const PythonModel& self) {
                               std::vector<double> losses;
                               for (const EpochTally& epoch : read_position(self.file()).epochs) {
                                 losses.push_back(EpochLoss(losses.size(), epoch.loss).loss);
                               }
                               return losses;
                             })
      .def_property_readonly(
          "finished",
          [](const PythonModel& self) { return self.file().state() == io::ModelState::kFinished; })
      .def("words_and_counts", &words_and_counts)
      .def(
          "initialize",
          [](const PythonModel& self, std::uint64_t seed, int threads) {
            initialize(writable(self), seed, threads);
          },
          py::arg("seed"), py::arg("threads"), py::call_guard<py::gil_scoped_release>())
      .def("begin_from", &begin_from, py::arg("model"), py::arg("seed"), py::arg("same_tree"),
           py::arg("threads"), py::call_guard<py::gil_scoped_release>())
      .def(
          "save",
          [](const PythonModel& self, const std::string& path, const Vocabulary& vocabulary,
             const py::dict& settings, const std::map<std::string, std::string>& flags) {
            const TrainSettings read = settings_of(settings);
            const py::gil_scoped_release others;
            self.save(path, vocabulary, read, flags);
          },
          py::arg("path"), py::arg("vocabulary"), py::arg("settings"), py::arg("flags"));
}

}  // namespace hogvec::python
