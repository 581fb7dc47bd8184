// The exact full softmax: hidden vectors go in, all rows of W' come out, one softmax for each
// center. A batch says what goes in, visits or sweeps do the work over all rows, and the minibatch
// and the exact form put the two together.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "engine/train/chunk_trainer.hpp"
#include "engine/train/softmax/exact.hpp"
#include "engine/train/softmax/minibatch.hpp"

namespace hogvec {

/// Whether a plan has batches whose centers are made up for; a single center needs no corrections.
constexpr bool has_exact_batches(const TrainPlan& plan) noexcept {
  return plan.softmax_exact && plan.softmax_batch > 1;
}

/// One worker: trains sampled chunks on the shared matrices, batch after batch. Alone with a team
/// of threads that own the rows of W', or one of several that update all rows without locks.
class FullSoftmaxWorker final : public ChunkTrainer {
 public:
  FullSoftmaxWorker(MatrixView input, MatrixView output, const TrainPlan& plan,
                    const LockedWords& locked, const TeamPlace& place = {}, Ranks* ranks = nullptr);

  /// Loss is per center with a context, Rong eq. (29). Nothing is drawn: the key is not used.
  ChunkLoss train(const ChunkSample& sample, std::uint64_t noise_key, float alpha) override;

  /// The same until a batch has been trained after which go_on() is false. With alpha = 0 no value
  /// of W and W' changes.
  ChunkLoss train_while(const ChunkSample& sample, float alpha, const std::function<bool()>& go_on);

  void use_set(std::size_t) noexcept override {}
  void merge() noexcept override {}
  void refresh() noexcept override {}

 private:
  SoftmaxBatch batch_;
  std::optional<SoftmaxMinibatch> minibatch_;
  std::optional<SoftmaxExact> exact_;  // one of the two
};

}  // namespace hogvec
