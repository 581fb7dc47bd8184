// The part of a run that is trained here, where others train the rest.
#pragma once

#include <cstdint>

#include "engine/ranks.hpp"
#include "engine/train/chunk.hpp"
#include "engine/train/chunk_trainer.hpp"
#include "engine/train/schedule.hpp"

namespace hogvec {

/// What a run asks, and tells, of who shares it with others. Any worker, at any time.
class RunShare {
 public:
  RunShare() = default;
  RunShare(const RunShare&) = delete;
  RunShare& operator=(const RunShare&) = delete;
  virtual ~RunShare() = default;

  /// With whom every chunk is trained together, where the others have the same chunks; none where
  /// they have others.
  virtual Ranks* together_with() noexcept { return nullptr; }

  /// The chunks that are trained here, and which of the whole text they are.
  virtual const ChunkPlan& chunks() const noexcept = 0;

  /// Workers may train the passes below this number. It only grows, while a run goes on.
  virtual std::uint64_t limit() const noexcept = 0;
  /// Waits until limit() is larger than this one; false where the run is to come back before.
  virtual bool wait_beyond(std::uint64_t limit) = 0;

  /// A worker has met an error, and its run will come back with it.
  virtual void failed() noexcept {}

  /// A pass is trained, and all of it in the model's rows.
  virtual void trained(const ChunkTrainer& trainer, const ChunkSample& sample) noexcept = 0;
};

}  // namespace hogvec
