// Negative sampling, Rong eqs. (55)-(61): the rows of the centers and of noise words come out.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/model/matrix.hpp"
#include "engine/sampling/alias_sampler.hpp"
#include "engine/train/logistic/block.hpp"
#include "engine/train/plan.hpp"
#include "engine/train/row_marks.hpp"
#include "engine/train/row_replicas.hpp"

namespace hogvec {

/// The output side of one worker. The centers of a block share their noise words. One thread.
class NegativeSampling {
 public:
  struct Shared {
    const RowReplicas& output;  // W', V x D
    const AliasSampler& noise;
  };

  NegativeSampling(const Shared& shared, const TrainPlan& plan, std::size_t longest_chunk);

  static std::size_t most_rows(const Shared&, const TrainPlan& plan) noexcept {
    return plan.block_centers + plan.noise_rows;
  }

  /// Draws the noise words of all blocks of a chunk.
  void draw(std::size_t blocks, std::uint64_t key) noexcept;
  /// Fetches the rows of block number k of the chunk.
  void prefetch(const ChunkSample& sample, const Block& block, std::size_t k) const noexcept;
  /// Adds them: a center's row is its positive example, and a noise row an example of every center
  /// but of the noise word itself, as often as the word was drawn. Where all words are different,
  /// and that is enough, only says that these are own rows and noise rows.
  void gather(const ChunkSample& sample, const Block& block, std::size_t k,
              OutputRows& rows) noexcept;
  ReplicatedRows& rows() noexcept { return output_; }
  /// Marks the rows of a chunk of so many blocks.
  void mark_touched(const ChunkSample& sample, std::size_t blocks,
                    ModelMarks& marks) const noexcept;

 private:
  /// Whether this word, or by chance another, was met in this round already: a word drawn twice is
  /// rare, and looked for only then.
  std::uint32_t meet(WordId word) noexcept {
    std::uint32_t& last = last_round_[word % kMeetingPlaces];
    const std::uint32_t met = last == round_;
    last = round_;
    return met;
  }
  /// Adds each noise word once that is no center, and notes in drawn_again_ what else was drawn.
  void add_noise(const WordId* center_words, std::size_t centers, const WordId* noise,
                 OutputRows& rows) noexcept;
  /// Says what the centers want of the rows from `first` on.
  void mark(std::size_t first, std::size_t centers, OutputRows& rows) noexcept;
  const WordId* noise_of(std::size_t k) const noexcept { return noise_.data() + k * noise_rows_; }

  static constexpr std::size_t kMeetingPlaces = 1024;

  ReplicatedRows output_;
  const AliasSampler& sampler_;
  std::size_t noise_rows_;  // R, of every block
  float weight_;            // K / R
  const simd::KernelTable& kernels_;
  Scratch<std::uint32_t> bits_;
  Scratch<WordId> noise_;
  std::uint32_t round_ = 1;               // the block, modulo 2^32
  Scratch<std::uint32_t> last_round_;     // in which a word of the meeting place was met
  Scratch<WordId> words_;                 // of the block's rows
  std::vector<std::size_t> drawn_again_;  // rows, once for every further draw
};

}  // namespace hogvec
