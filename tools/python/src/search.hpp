// Nearest rows of NumPy's matrices.
#pragma once

#include <pybind11/numpy.h>

#include "io/matrix_view.hpp"

namespace hogvec::python {

/// The rows of an array where they lie. Errors: TypeError where it is no matrix of float32 whose
/// rows are contiguous and lie in ascending order.
ConstMatrixView rows_of(const pybind11::array& array);

void bind_search(pybind11::module_& module);

}  // namespace hogvec::python
