// How likely each sentence of a text is, by the tree of hierarchical softmax.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/corpus/encoded_corpus.hpp"
#include "engine/model/model.hpp"
#include "engine/train/settings.hpp"
#include "engine/vocab/huffman_tree.hpp"

namespace hogvec {

/// log p, natural logarithm, of each sentence, as the text ends them: the sum over its centers,
/// each with all words of its window, as HeldOutText has them. A sentence without two words has 0.
/// The same for any number of threads. Errors: those of EncodedCorpus::read().
std::vector<double> sentence_scores(const EncodedCorpus& text, const Model& model,
                                    const HuffmanTree& tree, Architecture architecture,
                                    std::size_t window, int threads);

}  // namespace hogvec
