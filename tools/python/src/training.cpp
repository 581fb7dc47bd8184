// A run of the engine that Python can watch and stop.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "engine/resources.hpp"
#include "engine/train/likelihood/held_out.hpp"
#include "engine/train/likelihood/sentence_scores.hpp"
#include "engine/train/run.hpp"
#include "io/error.hpp"
#include "tools/python/src/corpora.hpp"
#include "tools/python/src/models.hpp"
#include "tools/python/src/module.hpp"
#include "tools/python/src/settings.hpp"
#include "tools/python/src/watched.hpp"

namespace py = pybind11;

namespace hogvec::python {
namespace {

/// A run and all that it works with. One thread of Python's.
class PythonRun {
 public:
  PythonRun(std::shared_ptr<const Vocabulary> vocabulary, std::shared_ptr<const Text> text,
            std::shared_ptr<PythonModel> model, const TrainPlan& plan,
            const std::vector<WordId>& locked)
      : vocabulary_(std::move(vocabulary)),
        text_(std::move(text)),
        model_(std::move(model)),
        plan_(plan),
        tables_(*vocabulary_, plan_, LockedWords(vocabulary_->size(), locked)),
        position_(PositionRecord(), plan_),
        run_({*vocabulary_, text_->corpus}, plan_, tables_, writable(*model_), position(),
             model_->stored() != nullptr ? Merging::kEveryChunk : Merging::kAtStops,
             find_placement(plan_.threads)) {}

  /// Trains to the end of the epoch on a thread of its own, and calls `look` every so many seconds,
  /// which may throw: then the run stops, and it is thrown on. How it ended.
  RunEnd run_epoch(double seconds, const py::object& look) {
    RunEnd end = RunEnd::kStopped;
    watched(
        seconds, [&] { end = run_.run_epoch(); }, look, [&] { run_.ask_to_stop(); });
    if (StoredModel* const stored = model_->stored(); stored != nullptr && end == RunEnd::kEpoch) {
      const py::gil_scoped_release others;
      stored->checkpoint();
    }
    return end;
  }

  /// Makes what a model file has lasting, and says in it how the run has ended.
  void end(RunEnd how) {
    StoredModel* const stored = model_->stored();
    if (stored == nullptr) return;
    stored->end(how == RunEnd::kFinished   ? io::ModelState::kFinished
                : how == RunEnd::kDiverged ? io::ModelState::kDiverged
                                           : io::ModelState::kStopped);
    stored->leave();  // arrays of Python's may keep it open
  }

  std::uint64_t words() const { return run_.progress().words; }
  double alpha() const { return run_.progress().alpha; }
  std::size_t epochs() const noexcept { return plan_.epochs; }
  std::size_t epochs_done() const { return run_.epochs_done(); }
  TrainResult result() const { return run_.result(); }
  std::string divergence() const {
    return run_.divergence() ? run_.divergence()->message(*vocabulary_) : std::string();
  }

 private:
  Position& position() noexcept {
    return model_->stored() != nullptr ? model_->stored()->position() : *position_;
  }
  static const Model& writable(const PythonModel& model) {
    if (!model.writable()) throw Error("the model is of a file that is mapped to be read");
    return model.model();
  }

  std::shared_ptr<const Vocabulary> vocabulary_;
  std::shared_ptr<const Text> text_;
  std::shared_ptr<PythonModel> model_;
  TrainPlan plan_;
  RunTables tables_;
  LocalPosition position_;
  TrainingRun run_;
};

/// A text that nothing is trained on.
class PythonHeldOut {
 public:
  PythonHeldOut(std::shared_ptr<const Vocabulary> vocabulary, EncodedCorpus text,
                const TrainSettings& settings)
      : vocabulary_(std::move(vocabulary)),
        plan_(make_plan(settings)),
        tables_(*vocabulary_, plan_),
        text_(std::move(text), plan_, tables_) {}

  double loss(const PythonModel& model) const { return text_.loss(model.model()).mean(); }

 private:
  std::shared_ptr<const Vocabulary> vocabulary_;
  TrainPlan plan_;
  RunTables tables_;
  HeldOutText text_;
};

const char* name_of(RunEnd end) {
  switch (end) {
    case RunEnd::kFinished:
      return "finished";
    case RunEnd::kEpoch:
      return "epoch";
    case RunEnd::kPaused:  // of several machines
    case RunEnd::kStopped:
      return "stopped";
    case RunEnd::kDiverged:
      return "diverged";
  }
  return "";
}

}  // namespace

void bind_training(py::module_& module) {
  py::class_<PythonRun>(module, "Run")
      .def(py::init([](std::shared_ptr<Vocabulary> vocabulary, std::shared_ptr<Text> text,
                       std::shared_ptr<PythonModel> model, const py::dict& settings,
                       const std::vector<WordId>& locked) {
             const TrainSettings read = settings_of(settings);
             const py::gil_scoped_release others;
             return std::make_unique<PythonRun>(std::move(vocabulary), std::move(text),
                                                std::move(model), make_plan(read), locked);
           }),
           py::arg("vocabulary"), py::arg("text"), py::arg("model"), py::arg("settings"),
           py::arg("locked"))
      .def(py::init([](std::shared_ptr<Vocabulary> vocabulary, std::shared_ptr<Text> text,
                       std::shared_ptr<PythonModel> model) {
             if (model->stored() == nullptr) throw Error("the model is of no file to be trained");
             const RunRecord record = model->stored()->record();
             const py::gil_scoped_release others;
             return std::make_unique<PythonRun>(std::move(vocabulary), std::move(text),
                                                std::move(model), record.plan, record.locked);
           }),
           "By what the model's file says of its run.", py::arg("vocabulary"), py::arg("text"),
           py::arg("model"))
      .def(
          "run_epoch",
          [](PythonRun& self, double seconds, const py::object& look) {
            return name_of(self.run_epoch(seconds, look));
          },
          py::arg("seconds"), py::arg("look"))
      .def(
          "end",
          [](PythonRun& self, const std::string& how) {
            self.end(how == "finished"   ? RunEnd::kFinished
                     : how == "diverged" ? RunEnd::kDiverged
                                         : RunEnd::kStopped);
          },
          py::arg("how"), py::call_guard<py::gil_scoped_release>())
      .def_property_readonly("words", &PythonRun::words)
      .def_property_readonly("alpha", &PythonRun::alpha)
      .def_property_readonly("epochs", &PythonRun::epochs)
      .def_property_readonly("epochs_done", &PythonRun::epochs_done)
      .def_property_readonly("divergence", &PythonRun::divergence)
      .def_property_readonly("losses", [](const PythonRun& self) { return self.result().loss; })
      .def_property_readonly("words_kept",
                             [](const PythonRun& self) { return self.result().words_kept; });
  py::register_exception<NothingToTrain>(module, "NothingToTrain", PyExc_ValueError);
  module.def(
      "check_text",
      [](const Vocabulary& vocabulary, const Text& text, const py::dict& settings) {
        check({vocabulary, text.corpus}, make_plan(settings_of(settings)));
      },
      py::arg("vocabulary"), py::arg("text"), py::arg("settings"));
  module.def(
      "check_settings",
      [](const py::dict& settings) {
        try {
          check(settings_of(settings));
        } catch (const Error& error) {
          throw py::value_error(error.what());
        }
      },
      py::arg("settings"));
  py::class_<PythonHeldOut>(module, "HeldOut")
      .def(py::init(
               [](std::shared_ptr<Vocabulary> vocabulary, Text& text, const py::dict& settings) {
                 const TrainSettings read = settings_of(settings);
                 const py::gil_scoped_release others;
                 return std::make_unique<PythonHeldOut>(std::move(vocabulary),
                                                        std::move(text.corpus), read);
               }),
           py::arg("vocabulary"), py::arg("text"), py::arg("settings"))
      .def(
          "loss",
          [](const PythonHeldOut& self, const PythonModel& model) { return self.loss(model); },
          py::arg("model"), py::call_guard<py::gil_scoped_release>());
  module.def(
      "sentence_scores",
      [](const Vocabulary& vocabulary, const Text& text, const PythonModel& model, bool cbow,
         std::size_t window, int threads) {
        std::vector<double> scores;
        {
          const py::gil_scoped_release others;
          scores = sentence_scores(text.corpus, model.model(), HuffmanTree(vocabulary),
                                   cbow ? Architecture::kCbow : Architecture::kSkipGram, window,
                                   threads);
        }
        return py::array_t<double>(static_cast<py::ssize_t>(scores.size()), scores.data());
      },
      py::arg("vocabulary"), py::arg("text"), py::arg("model"), py::arg("cbow"), py::arg("window"),
      py::arg("threads"));
  module.def("usable_cores", &usable_cores, "Cores that this process may use.");
}

}  // namespace hogvec::python
