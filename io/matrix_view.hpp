// Rows of a matrix that somebody else owns.
#pragma once

#include <cstddef>
#include <type_traits>

namespace hogvec {

/// Floats from one row of `dim` of ours to the next: whole cache lines of 16, and one more where
/// all rows would lie in the same sets of a first-level cache, which begin anew every 4 KiB.
constexpr std::size_t row_stride(std::size_t dim) noexcept {
  constexpr std::size_t kLine = 16;
  constexpr std::size_t kSets = 1024;
  const std::size_t stride = (dim + kLine - 1) / kLine * kLine;
  return stride != 0 && stride % kSets == 0 ? stride + kLine : stride;
}

/// `rows` x `dim` values of type T, row k `stride` values behind row k - 1. It owns nothing: copies
/// of it are the same rows, and as with a span their constness is T's. Empty by default.
template <class T>
class BasicMatrixView {
 public:
  constexpr BasicMatrixView() = default;
  constexpr BasicMatrixView(T* data, std::size_t rows, std::size_t dim, std::size_t stride) noexcept
      : data_(data), rows_(rows), dim_(dim), stride_(stride) {}
  /// Rows that may be written are rows that may be read.
  template <class U>
  requires(std::is_const_v<T>&& std::is_same_v<const U, T>)
      // NOLINTNEXTLINE(google-explicit-constructor): as a span of const
      constexpr BasicMatrixView(const BasicMatrixView<U>& other) noexcept
      : BasicMatrixView(other.data(), other.rows(), other.dim(), other.stride()) {}

  constexpr std::size_t rows() const noexcept { return rows_; }
  constexpr std::size_t dim() const noexcept { return dim_; }
  constexpr std::size_t stride() const noexcept { return stride_; }
  constexpr T* data() const noexcept { return data_; }
  constexpr T* row(std::size_t k) const noexcept { return data_ + k * stride_; }
  constexpr bool empty() const noexcept { return rows_ == 0; }

 private:
  T* data_ = nullptr;
  std::size_t rows_ = 0;
  std::size_t dim_ = 0;
  std::size_t stride_ = 0;
};

using MatrixView = BasicMatrixView<float>;
using ConstMatrixView = BasicMatrixView<const float>;

}  // namespace hogvec
