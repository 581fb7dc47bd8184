// W and W' as NumPy arrays that share their memory with the engine.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/model/model.hpp"
#include "engine/model/stored_model.hpp"
#include "engine/train/settings.hpp"
#include "io/model_file.hpp"
#include "tools/python/src/corpora.hpp"

namespace hogvec::python {

/// Rows in memory, of a model file that is mapped to be read, or of one that is trained where it
/// lies.
class PythonModel {
 public:
  /// Zeroed. Errors: std::bad_alloc.
  explicit PythonModel(const ModelShape& shape) : model_(shape) {}
  /// Errors: those of io::ModelFile::open(); a file without a W of its words.
  explicit PythonModel(const std::string& path);

  /// Of a file that is being trained.
  explicit PythonModel(StoredModel stored) : stored_(std::move(stored)), model_(stored_->model()) {}

  bool writable() const noexcept { return !file_; }
  /// None where the rows are in no such file.
  StoredModel* stored() noexcept { return stored_ ? &*stored_ : nullptr; }
  /// Rows of an opened file are not to be written.
  const Model& model() const noexcept { return model_; }
  const io::ModelFile& file() const noexcept { return file_; }

  /// Writes a model file that the programs can query, and `open` again.
  /// Errors: those of StoredModel::create().
  void save(const std::string& path, const Vocabulary& vocabulary, const TrainSettings& settings,
            const std::map<std::string, std::string>& flags) const;

 private:
  io::ModelFile file_;
  std::optional<StoredModel> stored_;
  Model model_;
};

}  // namespace hogvec::python
