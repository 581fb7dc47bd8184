// The parts of hogvec._engine. Each binds one subject; what Python's people see is made of them in
// the package, in Python.
#pragma once

#include <pybind11/pybind11.h>

namespace hogvec::python {

/// Texts to ids, and vocabularies.
void bind_corpora(pybind11::module_& module);
/// W and W'.
void bind_models(pybind11::module_& module);
/// Runs.
void bind_training(pybind11::module_& module);

/// Tables of words and pairs, and sentences whose words are joined.
void bind_phrases(pybind11::module_& module);

}  // namespace hogvec::python
