// Working memory of one worker.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace hogvec {

namespace scratch {

/// Zeroed bytes on cache lines of their own. Out of line: which allocator the engine was built with
/// must not be asked in a header that other programs compile. Errors: std::bad_alloc.
void* take(std::size_t bytes);
void give_back(void* memory) noexcept;

/// While it lives, what this thread makes of Scratch has no memory, and is counted instead: a
/// worker that is built meanwhile says what it would take. It must not be used, only destroyed.
class Meter {
 public:
  Meter() noexcept;
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;
  ~Meter();

  std::size_t bytes() const noexcept { return bytes_; }

 private:
  friend void* take(std::size_t bytes);
  Meter* outer_;
  std::size_t bytes_ = 0;
};

}  // namespace scratch

/// A zeroed array on cache lines of its own: kernels load whole registers from it, and no other
/// worker writes beside it. Under a scratch::Meter it has no elements.
template <class T>
class Scratch {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Scratch() = default;
  /// Errors: std::bad_alloc.
  explicit Scratch(std::size_t size)
      : data_(static_cast<T*>(scratch::take(size * sizeof(T)))),
        size_(data_ == nullptr ? 0 : size) {}
  Scratch(Scratch&& other) noexcept { swap(other); }
  Scratch& operator=(Scratch&& other) noexcept {
    Scratch(std::move(other)).swap(*this);
    return *this;
  }
  ~Scratch() { scratch::give_back(data_); }

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

/// A list in Scratch, of a fixed capacity that its user keeps to.
template <class T>
class ScratchList {
 public:
  explicit ScratchList(std::size_t capacity) : items_(capacity) {}

  void push_back(const T& item) noexcept { items_[size_++] = item; }
  void clear() noexcept { size_ = 0; }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  const T* data() const noexcept { return items_.data(); }
  const T& operator[](std::size_t i) const noexcept { return items_[i]; }
  const T* begin() const noexcept { return items_.data(); }
  const T* end() const noexcept { return items_.data() + size_; }

 private:
  Scratch<T> items_;
  std::size_t size_ = 0;
};

}  // namespace hogvec
