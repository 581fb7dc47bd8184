// Working memory of one worker.
#pragma once

#include <cstddef>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include "simd/kernels.hpp"

#ifdef HOGVEC_MIMALLOC
#include <mimalloc.h>
#else
#include <cstdlib>
#endif

namespace hogvec {

/// A zeroed array on cache lines of its own: kernels load whole registers from it, and no other
/// worker writes beside it.
template <class T>
class Scratch {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Scratch() = default;
  /// Errors: std::bad_alloc.
  explicit Scratch(std::size_t size) : size_(size) {
    constexpr std::size_t kLine = simd::kRowAlignment;
    const std::size_t bytes = (size * sizeof(T) + kLine - 1) / kLine * kLine + kLine;
#ifdef HOGVEC_MIMALLOC
    data_ = static_cast<T*>(mi_malloc_aligned(bytes, kLine));
#else
    data_ = static_cast<T*>(std::aligned_alloc(kLine, bytes));
#endif
    if (data_ == nullptr) throw std::bad_alloc();
    std::memset(static_cast<void*>(data_), 0, bytes);
  }
  Scratch(Scratch&& other) noexcept { swap(other); }
  Scratch& operator=(Scratch&& other) noexcept {
    Scratch(std::move(other)).swap(*this);
    return *this;
  }
  ~Scratch() {
#ifdef HOGVEC_MIMALLOC
    mi_free(data_);
#else
    std::free(data_);
#endif
  }

  T* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  T& operator[](std::size_t i) const noexcept { return data_[i]; }

  void swap(Scratch& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace hogvec
