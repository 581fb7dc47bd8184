// What Python's classes of phrases are made of.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>

#include "tools/python/src/phrase_table.hpp"

namespace hogvec::python {

/// Counts the sentences, iterables of str, and returns (PhraseTable, words, sentences, min_reduce).
/// The interpreter is held only while tokens are taken over. Every `progress_per` sentences
/// progress(sentences, words, spellings) is called, these as far as they are counted. Errors:
/// TypeError for what is no str; whatever an iterable throws.
pybind11::tuple count_phrases(const pybind11::iterable& sentences, const ConnectorWords& connectors,
                              const pybind11::str& delimiter, std::size_t most,
                              std::size_t progress_per, const pybind11::function& progress);

}  // namespace hogvec::python
