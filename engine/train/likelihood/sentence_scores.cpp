#include "engine/train/likelihood/sentence_scores.hpp"

#include <algorithm>
#include <memory>
#include <span>

#include "engine/train/likelihood/held_out_losses.hpp"
#include "engine/workers.hpp"
#include "io/error.hpp"

namespace hogvec {
namespace {

std::vector<HeldOutText::Sentence> sentences_of(std::span<const WordId> ids) {
  std::vector<HeldOutText::Sentence> sentences;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] != kSentenceEnd) continue;
    sentences.push_back({begin, i});
    begin = i + 1;
  }
  if (begin < ids.size()) sentences.push_back({begin, ids.size()});
  return sentences;
}

}  // namespace

std::vector<double> sentence_scores(const EncodedCorpus& text, const Model& model,
                                    const HuffmanTree& tree, Architecture architecture,
                                    std::size_t window, int threads) {
  constexpr std::size_t kTogether = 64;  // sentences that a thread takes
  const bool cbow = architecture == Architecture::kCbow;
  if (model.nodes.rows() != tree.inner_nodes()) {
    throw Error(
        "the model has no vectors of the tree's nodes, of which words have their likelihood");
  }
  const held_out::Shared shared{text.ids(), model, window, &tree, nullptr};
  const std::vector<HeldOutText::Sentence> sentences = sentences_of(shared.text);
  std::vector<double> scores(sentences.size());
  std::vector<std::unique_ptr<held_out::TreeLoss>> losses(static_cast<std::size_t>(threads));
  for_each_index(threads, (sentences.size() + kTogether - 1) / kTogether,
                 [&](std::size_t group, int worker) {
                   auto& loss = losses[static_cast<std::size_t>(worker)];
                   if (!loss) loss = std::make_unique<held_out::TreeLoss>(shared, cbow);
                   const std::size_t end = std::min(sentences.size(), (group + 1) * kTogether);
                   for (std::size_t s = group * kTogether; s < end; ++s) {
                     if (sentences[s].end - sentences[s].begin < 2) continue;
                     scores[s] = -loss->loss({&sentences[s], 1});
                   }
                 });
  return scores;
}

}  // namespace hogvec
