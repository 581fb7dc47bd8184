#include "engine/train/softmax/full_softmax.hpp"

namespace hogvec {

FullSoftmaxWorker::FullSoftmaxWorker(MatrixView input, MatrixView output, const TrainPlan& plan,
                                     const LockedWords& locked, const TeamPlace& place,
                                     Ranks* ranks)
    : batch_(input, plan, locked) {
  if (has_exact_batches(plan)) {
    exact_.emplace(output, plan, place, ranks);
  } else {
    minibatch_.emplace(output, plan, active_kernels(), place, ranks);
  }
}

ChunkLoss FullSoftmaxWorker::train(const ChunkSample& sample, std::uint64_t /*noise_key*/,
                                   float alpha) {
  return train_while(sample, alpha, [] { return true; });
}

ChunkLoss FullSoftmaxWorker::train_while(const ChunkSample& sample, float alpha,
                                         const std::function<bool()>& go_on) {
  ChunkLoss total;
  const auto flush = [&] {
    ChunkLoss loss{0, batch_.size(), 0};
    for (std::size_t b = 0; b < batch_.size(); ++b) {
      loss.panels += static_cast<std::uint64_t>(batch_.target_count(b));
    }
    loss.sum = exact_ ? exact_->train(batch_, alpha) : minibatch_->train(batch_, alpha);
    total += loss;
    batch_.clear();
    return go_on();
  };
  const auto finish = [&] {
    if (minibatch_) minibatch_->finish();
    return total;
  };
  // A chunk is a function of itself: nothing is carried over from the one before.
  if (minibatch_) minibatch_->restart();
  for (const Sentence& sentence : sample.sentences()) {
    if (sentence.end - sentence.begin < 2) continue;  // no context
    for (std::uint32_t i = sentence.begin; i < sentence.end; ++i) {
      // The second of two equal centers begins with what the first has made of their row.
      if (exact_ && batch_.holds(sample.ids()[i]) && !flush()) return finish();
      batch_.add(sample, sentence, i);
      if (batch_.size() == batch_.capacity() && !flush()) return finish();
    }
  }
  if (batch_.size() != 0) flush();
  return finish();
}

}  // namespace hogvec
