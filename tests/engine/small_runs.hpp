// What tests of whole training runs share: small texts, the initial model, how far two models are.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "engine/corpus/corpus.hpp"
#include "engine/model/matrix.hpp"
#include "engine/reference/reference.hpp"
#include "engine/train/settings.hpp"
#include "tests/files.hpp"

namespace hogvec::testing {

/// Every architecture with every objective, and the forms of the full softmax.
inline constexpr TrainSettings kModes[] = {
    {},
    {.hierarchical_softmax = true, .negatives = 0},
    {.hierarchical_softmax = true},
    {.architecture = Architecture::kCbow},
    {.architecture = Architecture::kCbow, .hierarchical_softmax = true, .negatives = 0},
    {.architecture = Architecture::kCbow, .hierarchical_softmax = true},
    {.full_softmax = true, .negatives = 0},
    {.full_softmax = true, .negatives = 0, .softmax_threads = SoftmaxThreads::kHogwild},
    {.full_softmax = true, .negatives = 0, .softmax_exact = true},
    {.architecture = Architecture::kCbow, .full_softmax = true, .negatives = 0},
};

/// About `size` words of a vocabulary of 60, in lines of 3 to 40, with repeats close together.
inline Corpus small_corpus(std::size_t size) {
  std::mt19937 random(11);
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    const unsigned rank = 1 + random() % 60;
    text += "w" + std::to_string(random() % rank);
    text += random() % 15 == 0 ? '\n' : ' ';
  }
  const testing::TemporaryFile file(text);
  return read_corpus(file.path(), {.min_count = 1});
}

inline reference::Model initial_reference(std::size_t vocabulary_size, std::size_t dim,
                                          std::uint64_t seed) {
  reference::Model model{vocabulary_size, dim, {}, std::vector<double>(vocabulary_size * dim)};
  std::uint64_t r = seed;
  for (std::size_t i = 0; i < vocabulary_size * dim; ++i) {
    r = r * 25214903917u + 11;
    model.input.push_back(static_cast<double>(static_cast<float>(
        (static_cast<double>(r & 0xffff) / 65536 - 0.5) / static_cast<double>(dim))));
  }
  return model;
}

inline double largest_difference(MatrixView matrix, const std::vector<double>& expected) {
  double largest = 0;
  for (std::size_t k = 0; k < matrix.rows(); ++k) {
    for (std::size_t d = 0; d < matrix.dim(); ++d) {
      largest = std::max(largest, std::fabs(matrix.row(k)[d] - expected[k * matrix.dim() + d]));
    }
  }
  return largest;
}

}  // namespace hogvec::testing
