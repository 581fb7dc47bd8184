// What trains chunks: one for each worker of a run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/ranks.hpp"
#include "engine/train/chunk.hpp"
#include "engine/train/loss.hpp"
#include "engine/train/model_rows.hpp"
#include "engine/train/plan.hpp"
#include "engine/train/row_marks.hpp"
#include "engine/train/run_tables.hpp"
#include "engine/train/scratch.hpp"

namespace hogvec {

/// Trains sampled chunks on the shared matrices, without locks. One virtual call a chunk, none
/// within. One thread, which may be another for the next chunk.
class alignas(scratch::kApart) ChunkTrainer {
 public:
  ChunkTrainer() = default;
  ChunkTrainer(const ChunkTrainer&) = delete;
  ChunkTrainer& operator=(const ChunkTrainer&) = delete;
  virtual ~ChunkTrainer() = default;

  /// Returns the loss before each step. `noise_key` is that of the chunk's random stream.
  virtual ChunkLoss train(const ChunkSample& sample, std::uint64_t noise_key, float alpha) = 0;

  /// Which set of replicas is near where the worker is now: for the chunks that follow.
  virtual void use_set(std::size_t set) noexcept = 0;

  /// Adds to the shared matrices what is not there yet: then they hold all that was trained.
  virtual void merge() noexcept = 0;

  /// The same, and takes up what others have trained since: for a worker that was away.
  virtual void refresh() noexcept = 0;

  /// Marks all rows that training the sample, which it did last, has touched, and maybe some more.
  /// The full softmax, which touches all, marks none.
  virtual void mark_touched(const ChunkSample&, ModelMarks&) const noexcept {}
};

/// A trainer of the plan's architecture and objective. All that is passed must outlive it. Chunks
/// have `longest_chunk` words at most. A trainer with threads of its own has them at `place`; of
/// the full softmax those of several ranks train the same chunks together. Errors: std::bad_alloc.
std::unique_ptr<ChunkTrainer> make_trainer(const TrainPlan& plan, const RunTables& tables,
                                           const ModelRows& rows, std::size_t longest_chunk,
                                           const TeamPlace& place = {}, Ranks* ranks = nullptr);

/// How far apart the words that such a trainer works on at once can lie.
std::size_t trainer_span(const TrainPlan& plan) noexcept;

}  // namespace hogvec
