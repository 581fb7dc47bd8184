#include "engine/cluster/shared_check.hpp"

#include <span>

namespace hogvec {

void check_together(Ranks& ranks, CorpusView mine, const TrainPlan& plan) {
  Trainable trainable;
  together(ranks, [&] {
    if (plan.epochs > 0) trainable = trainable_of(mine.text);
  });
  Trainable all;
  for (const Trainable& of_rank : values_of_all(ranks, trainable)) {
    all.words += of_rank.words;
    all.neighbors |= of_rank.neighbors;
  }
  together(ranks, [&] { check(mine.vocabulary, all, plan); });
}

void spread(Ranks& ranks, const Model& model) {
  for (const MatrixView& matrix : model.matrices()) {
    if (matrix.empty()) continue;
    const std::span<float> values(matrix.data(), matrix.rows() * matrix.stride());
    ranks.broadcast(std::as_writable_bytes(values));
  }
}

}  // namespace hogvec
