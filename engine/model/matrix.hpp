// V x D floats that all workers share.
#pragma once

#include <cstddef>
#include <cstdint>

#include "io/matrix_view.hpp"
#include "io/memory_map.hpp"
#include "simd/kernels.hpp"

namespace hogvec {

/// Zeroed rows of `dim` floats, padded with zeros to `stride`, 64-byte aligned, memory-mapped with
/// huge pages. Workers read and write rows without locks: the one intended data race (Hogwild).
class Matrix {
 public:
  Matrix() = default;
  /// Errors: std::bad_alloc.
  Matrix(std::size_t rows, std::size_t dim)
      : memory_(io::MemoryMap::anonymous(bytes(rows, dim), true)),
        rows_(rows),
        dim_(dim),
        stride_(row_stride(dim)) {}

  /// Memory that such a matrix takes. Errors: std::bad_alloc where it passes 2^63.
  static std::size_t bytes(std::size_t rows, std::size_t dim);

  std::size_t rows() const noexcept { return rows_; }
  std::size_t dim() const noexcept { return dim_; }
  std::size_t stride() const noexcept { return stride_; }
  float* data() const noexcept { return reinterpret_cast<float*>(memory_.data()); }
  float* row(std::size_t k) const noexcept { return data() + k * stride_; }
  /// The rows, to be written too: constness of the owner is that of its size alone.
  MatrixView view() const noexcept { return {data(), rows_, dim_, stride_}; }
  // NOLINTNEXTLINE(google-explicit-constructor): an owner is a view, as a vector is a span
  operator MatrixView() const noexcept { return view(); }
  // NOLINTNEXTLINE(google-explicit-constructor)
  operator ConstMatrixView() const noexcept { return view(); }

 private:
  io::MemoryMap memory_;
  std::size_t rows_ = 0;
  std::size_t dim_ = 0;
  std::size_t stride_ = 0;
};

}  // namespace hogvec
