// Skip-gram with negative sampling, Rong eqs. (55)-(61): the context words' rows of W go in, the
// centers' and the noise words' rows of W' come out.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/sampling/alias_sampler.hpp"
#include "engine/train/chunk.hpp"
#include "engine/train/trainer.hpp"

namespace hogvec {

/// What all workers share.
struct NegativeSamplingShared {
  const Matrix& input;
  const Matrix& output;
  const TrainSettings& settings;
  const AliasSampler& noise;
};

/// One worker: trains sampled chunks on the shared matrices, without locks.
class NegativeSamplingWorker {
 public:
  using Shared = NegativeSamplingShared;

  NegativeSamplingWorker(const Shared& shared, std::size_t longest_chunk);

  /// How far apart the first and the last row of a block can lie.
  static std::size_t span(const TrainSettings& settings) noexcept {
    return 2 * settings.window + settings.block_centers - 1;
  }

  /// Loss is per positive pair (context word, center).
  ChunkLoss train(const ChunkSample& sample, std::uint64_t noise_key, float alpha) noexcept;

 private:
  /// Consecutive centers of one sentence, all distinct words, that share their noise rows.
  struct Block {
    std::uint32_t begin;
    std::uint32_t end;
    Sentence sentence;
  };

  void plan_blocks(const ChunkSample& sample) noexcept;
  void draw_noise(std::uint64_t key) noexcept;
  void prefetch(const ChunkSample& sample, const Block& block, const WordId* noise) const noexcept;
  void gather_inputs(const ChunkSample& sample, std::uint32_t begin, std::uint32_t end) noexcept;
  void gather_outputs(const ChunkSample& sample, const Block& block, const WordId* noise) noexcept;
  void count_pairs(const ChunkSample& sample, const Block& block, std::uint32_t begin,
                   std::uint32_t end) noexcept;
  ChunkLoss train_block(const ChunkSample& sample, const Block& block, const WordId* noise,
                        float alpha) noexcept;

  const Shared& shared_;
  const simd::KernelTable& kernels_;
  std::vector<Block> blocks_;
  Scratch<std::uint32_t> bits_;
  Scratch<WordId> noise_;

  // The block being assembled.
  std::size_t input_count_ = 0;
  std::size_t output_count_ = 0;
  Scratch<std::uint32_t> input_of_;  // row of `inputs_` for each place from the first on
  Scratch<float*> inputs_;
  Scratch<float*> outputs_;
  Scratch<WordId> output_words_;
  Scratch<float> draws_;  // how often each output row was drawn as noise
  Scratch<float> positives_;
  Scratch<float> trials_;
  Scratch<float> totals_;
  Scratch<float> scratch_;
};

}  // namespace hogvec
