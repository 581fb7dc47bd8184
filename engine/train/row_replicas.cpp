#include "engine/train/row_replicas.hpp"

#include <algorithm>

#include "engine/kernels.hpp"

namespace hogvec {

RowReplicas::Set::Set(MatrixView shared, std::size_t rows)
    : replicas(rows * shared.stride()), merged(rows * shared.stride()) {
  std::copy_n(shared.data(), replicas.size(), replicas.data());
  // Of the replicas, not of the shared rows again, which may be others by then.
  std::copy_n(replicas.data(), merged.size(), merged.data());
}

RowReplicas::RowReplicas(MatrixView shared, std::size_t sets, std::size_t rows,
                         std::uint32_t touches)
    : shared_(shared),
      kernels_(active_kernels()),
      rows_(sets > 1 ? std::min(rows, shared.rows()) : 0),
      touches_(touches) {
  if (rows_ == 0) return;
  set_count_ = sets;
  {
    const scratch::Meter meter;
    const Set set(shared, rows_);
    set_bytes_ = meter.bytes();
  }
  if (shared.data() == nullptr) return;
  for (std::size_t s = 0; s < sets; ++s) {
    const scratch::Pages::Filling filling(pages_.emplace_back(set_bytes_));
    sets_.emplace_back(shared, rows_);
  }
}

void RowReplicas::merge(std::size_t set, std::size_t k) const noexcept {
  const std::size_t stride = shared_.stride();
  kernels_.merge_row(shared_.row(k), sets_[set].replicas.data() + k * stride,
                     sets_[set].merged.data() + k * stride, stride);
}

ReplicatedRows::ReplicatedRows(const RowReplicas& replicas, bool written)
    : replicas_(replicas),
      shared_rows_(replicas.shared().data()),
      hot_rows_data_(replicas.replicas(0)),
      stride_(replicas.shared().stride()),
      to_write_(written && simd::can_prefetch_to_write()),
      hot_rows_(replicas.rows()),
      most_touches_(replicas.touches()),
      touches_(hot_rows_ + kIdleCounters) {}

void ReplicatedRows::merge(std::size_t k) noexcept {
  if (k >= hot_rows_) return;
  touches_[k] = 1;  // the one that follows
  replicas_.merge(set_, k);
}

void ReplicatedRows::change_set(std::size_t set) noexcept {
  merge();
  set_ = set;
  hot_rows_data_ = replicas_.replicas(set);
  refresh();
}

void ReplicatedRows::merge() noexcept {
  for (std::size_t k = 0; k < hot_rows_; ++k) {
    if (touches_[k] == 0) continue;
    merge(k);
    touches_[k] = 0;
  }
}

void ReplicatedRows::refresh() noexcept {
  for (std::size_t k = 0; k < hot_rows_; ++k) {
    merge(k);
    touches_[k] = 0;
  }
}

}  // namespace hogvec
