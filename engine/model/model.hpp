// A model: W and W'.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/model/matrix.hpp"
#include "engine/train/plan.hpp"

namespace hogvec {

/// Which matrices a model has, and how large they are.
struct ModelShape {
  std::size_t words = 0;  // V
  std::size_t dim = 0;    // D
  bool output = false;    // W' of words is trained
  bool nodes = false;     // W' of the tree's inner nodes is

  ModelShape() = default;
  ModelShape(std::size_t vocabulary_size, const TrainPlan& plan) noexcept
      : words(vocabulary_size),
        dim(plan.dim),
        output(plan.trains_output()),
        nodes(plan.hierarchical_softmax) {}

  std::size_t output_rows() const noexcept { return output ? words : 0; }
  std::size_t node_rows() const noexcept { return nodes ? words - 1 : 0; }
  /// Memory of all matrices. Errors: std::bad_alloc where it passes 2^63.
  std::size_t bytes() const;
};

/// W and W': row k is the input vector v_k, row j the output vector v'_j of a word or of an inner
/// node. What an objective does not train has no rows. The rows lie in memory that goes with the
/// model, or that its maker keeps.
struct Model {
  Model() = default;
  /// Zeroed, in anonymous memory. Errors: std::bad_alloc.
  explicit Model(const ModelShape& shape);

  MatrixView input;   // W, V x D
  MatrixView output;  // W' of negative sampling and of the full softmax, V x D
  MatrixView nodes;   // W' of hierarchical softmax, V-1 x D, in the order of HuffmanTree

  std::array<MatrixView, 3> matrices() const noexcept { return {input, output, nodes}; }

 private:
  std::array<Matrix, 3> memory_;
};

/// The values of `from`, to rows of as many values, whose strides may differ: files keep theirs.
void copy_rows(const MatrixView& from, const MatrixView& to) noexcept;
void copy_rows(const Model& from, const Model& to) noexcept;

/// W from the reference's generator (word2vec.c:361) started at `seed`, W' zero, by all threads:
/// the pages of all rows are touched. Errors: std::bad_alloc.
void initialize(const Model& model, std::uint64_t seed, int threads);

/// A new model for such a run. Errors: as make_plan(); std::bad_alloc.
Model initial_model(std::size_t vocabulary_size, const TrainSettings& settings);

}  // namespace hogvec
