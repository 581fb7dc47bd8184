// What all workers of a run read, made of the vocabulary once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/sampling/alias_sampler.hpp"
#include "engine/train/locked_words.hpp"
#include "engine/train/plan.hpp"
#include "engine/vocab/huffman_tree.hpp"
#include "engine/vocab/vocabulary.hpp"

namespace hogvec {

/// Immutable, so safe to share.
struct RunTables {
  /// Errors: those of HuffmanTree and AliasSampler, where the plan needs them; std::bad_alloc.
  RunTables(const Vocabulary& vocabulary, const TrainPlan& plan, LockedWords locked_words = {});

  std::vector<std::uint32_t> keep;    // of sub-sampling, see keep_thresholds()
  std::optional<AliasSampler> noise;  // of negative sampling, unigram^(3/4), word2vec.c:52
  std::optional<HuffmanTree> tree;    // of hierarchical softmax
  LockedWords locked;
};

}  // namespace hogvec
