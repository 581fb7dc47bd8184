// Working memory of one worker.
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

namespace hogvec {

namespace scratch {

/// Bytes between what two threads write: a core fetches its cache lines in pairs.
inline constexpr std::size_t kApart = 128;

/// The memory of one Scratch.
struct Piece {
  void* memory = nullptr;
  bool of_pages = false;  // which give it back as a whole
};

/// Zeroed bytes on cache lines of their own. Out of line: which allocator the engine was built with
/// must not be asked in a header that other programs compile. Errors: std::bad_alloc.
Piece take(std::size_t bytes);
void give_back(const Piece& piece) noexcept;

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
  friend Piece take(std::size_t bytes);
  Meter* outer_;
  std::size_t bytes_ = 0;
};

/// Whole pages for all that one worker makes of Scratch. Where two workers' arrays lie side by side
/// a core that reads ahead in its own fetches what the other core is writing: with CBOW on two
/// cores without a common cache that took a twelfth of the speed.
class Pages {
 public:
  /// For what a Meter has counted. Errors: std::bad_alloc.
  explicit Pages(std::size_t counted);
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  ~Pages();

  /// What they take for so many.
  static std::size_t bytes(std::size_t counted) noexcept;

  /// Bytes that are given out, as a Meter counts them.
  std::size_t used() const noexcept { return used_; }

  std::span<const std::byte> memory() const noexcept { return {memory_, size_}; }

  /// While it lives, what this thread makes of Scratch lies in the pages, which must outlive it, as
  /// long as there is room. None is begun while another one, or a Meter, lives on the thread.
  class Filling {
   public:
    explicit Filling(Pages& pages) noexcept;
    Filling(const Filling&) = delete;
    Filling& operator=(const Filling&) = delete;
    ~Filling();
  };

 private:
  friend Piece take(std::size_t bytes);
  std::size_t size_;
  std::byte* memory_;
  std::size_t used_ = 0;
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
      : piece_(scratch::take(size * sizeof(T))), size_(piece_.memory == nullptr ? 0 : size) {}
  Scratch(Scratch&& other) noexcept { swap(other); }
  Scratch& operator=(Scratch&& other) noexcept {
    Scratch(std::move(other)).swap(*this);
    return *this;
  }
  ~Scratch() { scratch::give_back(piece_); }

  T* data() const noexcept { return static_cast<T*>(piece_.memory); }
  std::size_t size() const noexcept { return size_; }
  T& operator[](std::size_t i) const noexcept { return data()[i]; }

  void swap(Scratch& other) noexcept {
    std::swap(piece_, other.piece_);
    std::swap(size_, other.size_);
  }

 private:
  scratch::Piece piece_;
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
  T& operator[](std::size_t i) noexcept { return items_[i]; }
  const T* begin() const noexcept { return items_.data(); }
  const T* end() const noexcept { return items_.data() + size_; }

 private:
  Scratch<T> items_;
  std::size_t size_ = 0;
};

}  // namespace hogvec
