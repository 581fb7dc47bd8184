// TrainSettings from a dict of Python.
#pragma once

#include <pybind11/pybind11.h>

#include "engine/train/settings.hpp"

namespace hogvec::python {

/// Keys are the members' names, but that enumerations are spelled as the flags of the programs
/// spell them; what is not there keeps its default. Errors: KeyError for another key; what pybind11
/// throws for a value of another type.
TrainSettings settings_of(const pybind11::dict& settings);

}  // namespace hogvec::python
