// The parts of hogvec._engine. Each binds one subject; what Python's people see is made of them in
// the package, in Python.
#pragma once

#include <pybind11/pybind11.h>

namespace hogvec::python {

/// Texts to ids, vocabularies, models and runs.
void bind_training(pybind11::module_& module);

}  // namespace hogvec::python
