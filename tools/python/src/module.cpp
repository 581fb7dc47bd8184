// hogvec._engine: what the package hogvec asks the engine for.
#include "tools/python/src/module.hpp"

#include "io/error.hpp"
#include "tools/python/src/search.hpp"
#include "tools/python/src/vector_files.hpp"
#include "tools/python/src/watched.hpp"
#include "tools/python/src/words.hpp"

PYBIND11_MODULE(_engine, module) {
  module.doc() = "The engine of hogvec, for the package alone: its names may change.";
  module.attr("__version__") = HOGVEC_VERSION;
  // What a caller has to see first: a file, a setting, a memory that is too small.
  pybind11::register_exception<hogvec::Error>(module, "EngineError", PyExc_RuntimeError);
  pybind11::register_exception<hogvec::CutOff>(module, "CutOffError", PyExc_EOFError);
  hogvec::python::bind_words(module);
  hogvec::python::bind_search(module);
  hogvec::python::bind_vector_files(module);
  hogvec::python::bind_corpora(module);
  hogvec::python::bind_models(module);
  hogvec::python::bind_training(module);
  hogvec::python::bind_phrases(module);
  hogvec::python::stop_watched_at_exit();
}
