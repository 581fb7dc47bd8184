#include "engine/train/run_tables.hpp"

#include "engine/sampling/subsampling.hpp"

namespace hogvec {
namespace {

constexpr double kNoisePower = 0.75;

}  // namespace

RunTables::RunTables(const Vocabulary& vocabulary, const TrainPlan& plan)
    : keep(keep_thresholds(vocabulary, plan.subsampling)) {
  if (plan.negatives > 0) noise.emplace(vocabulary, kNoisePower);
  if (plan.hierarchical_softmax) tree.emplace(vocabulary);
}

std::size_t RunTables::expected_bytes(std::size_t vocabulary_size, const TrainPlan& plan) noexcept {
  // Of a tree the steps of an average path, and where each begins; natural text needs 12 to 20.
  constexpr std::size_t kTreeBytes = 20 * sizeof(HuffmanTree::Step) + sizeof(std::size_t);
  std::size_t word = sizeof(std::uint32_t);
  if (plan.negatives > 0) word += AliasSampler::kWordBytes;
  if (plan.hierarchical_softmax) word += kTreeBytes;
  return vocabulary_size * word;
}

}  // namespace hogvec
