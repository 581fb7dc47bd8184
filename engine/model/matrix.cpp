#include "engine/model/matrix.hpp"

#include <limits>
#include <new>

namespace hogvec {

std::size_t Matrix::bytes(std::size_t rows, std::size_t dim) {
  constexpr std::size_t kMost = std::numeric_limits<std::ptrdiff_t>::max();
  if (dim > kMost / 8) throw std::bad_alloc();
  const std::size_t row_bytes = row_stride(dim) * sizeof(float);
  if (rows != 0 && row_bytes > kMost / rows) throw std::bad_alloc();
  return rows * row_bytes;
}

}  // namespace hogvec
