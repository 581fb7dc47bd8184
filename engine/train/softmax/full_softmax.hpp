// The exact full softmax: hidden vectors go in, all rows of W' come out, one softmax for each
// center. softmax_batch says what goes in, softmax_sweeps does the work over all rows, and
// softmax_minibatch and softmax_exact put the two together.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "engine/train/softmax/exact.hpp"
#include "engine/train/softmax/minibatch.hpp"
#include "engine/train/trainer.hpp"

namespace hogvec {

/// What all workers share.
struct FullSoftmaxShared {
  const Matrix& input;
  const Matrix& output;
  const TrainSettings& settings;
};

/// One worker: trains sampled chunks on the shared matrices, batch after batch. Alone with a team
/// of threads that own the rows of W', or one of several that update all rows without locks.
class FullSoftmaxWorker {
 public:
  using Shared = FullSoftmaxShared;

  FullSoftmaxWorker(const Shared& shared, std::size_t longest_chunk);

  /// Repeats matter only within one window.
  static std::size_t span(const TrainSettings& settings) noexcept { return 2 * settings.window; }

  /// Loss is per center with a context, Rong eq. (29). Nothing is drawn: the key is not used.
  ChunkLoss train(const ChunkSample& sample, std::uint64_t noise_key, float alpha);

  /// The same until a batch has been trained after which go_on() is false. With alpha = 0 no value
  /// of W and W' changes.
  ChunkLoss train_while(const ChunkSample& sample, float alpha, const std::function<bool()>& go_on);

  /// All that was trained is in the shared matrices.
  void finish() const noexcept {}

 private:
  SoftmaxBatch batch_;
  std::optional<SoftmaxMinibatch> minibatch_;
  std::optional<SoftmaxExact> exact_;  // one of the two
};

}  // namespace hogvec
