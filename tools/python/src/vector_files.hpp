// Files of vectors: read into arrays of NumPy, written from them, and model files where they lie.
#pragma once

#include <pybind11/pybind11.h>

namespace hogvec::python {

void bind_vector_files(pybind11::module_& module);

}  // namespace hogvec::python
