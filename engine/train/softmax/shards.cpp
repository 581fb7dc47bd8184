#include "engine/train/softmax/shards.hpp"

namespace hogvec {

SoftmaxShards::SoftmaxShards(Ranks* ranks, const SoftmaxSlices& slices)
    : ranks_(is_shared(ranks) ? ranks : nullptr), mine_{0, slices.parts()} {
  if (ranks_ == nullptr) return;
  const auto size = static_cast<std::size_t>(ranks_->size());
  rank_ = static_cast<std::size_t>(ranks_->rank());
  mine_ = slices_of_rank(slices.count(), size, rank_);
  messages_.resize(size);
  for (std::size_t rank = 0; rank < size; ++rank) {
    const SliceRange range = slices_of_rank(slices.count(), size, rank);
    owners_.insert(owners_.end(), range.end - range.begin, rank);
  }
}

void SoftmaxShards::send() {
  gather(*ranks_, message_, messages_);
  message_.clear();
}

std::size_t SoftmaxShards::subtree_size(std::size_t slice, std::size_t end) noexcept {
  std::size_t size = 1;
  while (slice % (2 * size) == 0 && slice + 2 * size <= end) size *= 2;
  return size;
}

}  // namespace hogvec
