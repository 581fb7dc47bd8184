// The context of a center of CBOW: rows of W, and their mean.
#pragma once

#include <cstddef>

#include "engine/kernels.hpp"
#include "engine/train/scratch.hpp"
#include "simd/kernels.hpp"

namespace hogvec {

/// Rows of `stride` floats, up to a number of them; a row may stand several times. One thread.
class ContextRows {
 public:
  ContextRows(std::size_t most_rows, std::size_t stride)
      : kernels_(active_kernels()), rows_(most_rows), stride_(stride) {}

  void clear() noexcept { rows_.clear(); }
  void add(const float* row) noexcept { rows_.push_back(row); }
  std::size_t size() const noexcept { return rows_.size(); }
  const float* const* rows() const noexcept { return rows_.data(); }

  /// h of CBOW, Rong eq. (17), of at least one row.
  void mean(float* hidden) const noexcept {
    kernels_.mean_row(rows_.data(), rows_.size(), stride_, hidden);
  }

 private:
  const simd::KernelTable& kernels_;
  ScratchList<const float*> rows_;
  std::size_t stride_;
};

}  // namespace hogvec
