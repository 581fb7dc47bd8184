// Rows that a run begins with, from vectors that there are already.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/model/model.hpp"
#include "engine/vocab/vocabulary.hpp"

namespace hogvec {

/// Copies to row k of `to` the vector that a file has for word k of the vocabulary. Returns for how
/// many words it has one, and sets those in `has`, an entry a word, where that is given. `path` is
/// a vector file, a .npy file with its list of words beside it, or a model file, of which `matrix`
/// ("input" or "output") is taken. Errors: those of the readers; Error where the vectors have
/// another length; where the model file has no such matrix.
std::size_t copy_vectors(const std::string& path, const std::string& matrix,
                         const Vocabulary& vocabulary, MatrixView to,
                         std::vector<bool>* has = nullptr);

/// What a model has of the words of another vocabulary.
struct Inherited {
  std::size_t words = 0;  // whose row of W was taken over
  bool output = false;    // the rows of W' too
  bool nodes = false;     // and those of the tree, which is the same
};

/// Copies the rows of the words that a model file and the vocabulary share, as far as both models
/// have the matrices. The nodes of the tree only where both have the same words and counts.
/// Sets the words whose row of W was taken over in `has`, as copy_vectors() does.
/// Errors: those of io::ModelFile::open(); Error where the vectors have another length.
Inherited inherit_rows(const std::string& path, const Vocabulary& vocabulary, const Model& to,
                       std::vector<bool>* has = nullptr);

}  // namespace hogvec
