// What the kernel tests share: every table, the sizes, guarded buffers, scattered rows,
// comparisons.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <ostream>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "simd/kernels.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HOGVEC_TEST_POISON 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define HOGVEC_TEST_POISON 1
#endif
#ifdef HOGVEC_TEST_POISON
#include <sanitizer/asan_interface.h>
#endif

namespace hogvec::testing {

/// One, around the lane counts 4, 8 and 16 and their doubles, and what people train with.
inline constexpr std::array<std::size_t, 14> kDims = {1,  3,  15,  16,  17,  31,  32,
                                                      33, 50, 100, 128, 200, 300, 512};

/// Half an ulp of 1: what one float operation is off by at most, relative to its result.
inline constexpr double kRounding = 0x1p-24;

/// Calls test(kernels) with every table; a check that fails says which one it was.
template <class Test>
void on_every_table(const Test& test) {
  for (const simd::KernelTable* kernels : simd::available_kernels()) {
    const std::string name(kernels->name);
    CAPTURE(name);
    test(*kernels);
  }
}

/// Deterministic numbers. Its results never depend on the standard library's distributions.
class Random {
 public:
  explicit Random(std::uint64_t seed) : bits_(seed) {}

  std::uint64_t bits() { return bits_(); }
  std::size_t below(std::size_t n) { return bits_() % n; }
  double uniform(double low, double high) {
    return low + (high - low) * static_cast<double>(bits_() >> 11) * 0x1p-53;
  }
  /// A float of size 0.2 to 1 times `size`, of either sign: no zeros, for which alpha = 0 and a
  /// sign would look the same, and no -0.
  float signed_value(double size) {
    const double value = uniform(0.2, 1.0) * size;
    return static_cast<float>(bits_() & 1 ? value : -value);
  }

 private:
  std::mt19937_64 bits_;
};

/// n values between two guards. What is written there intact() finds; what is read there is NaN (or
/// the largest integer), and an error where AddressSanitizer looks on (before the first value only
/// from the next multiple of 8 bytes on, which is as finely as it can be told).
template <class T>
class Guarded {
 public:
  /// `offset` values past a 64-byte boundary. The values start as NaN: nobody may count on zeros.
  explicit Guarded(std::size_t n, std::size_t offset = 0)
      : bytes_(2 * kGuard + (n + offset) * sizeof(T)),
        base_(static_cast<unsigned char*>(
            ::operator new (bytes_, std::align_val_t{simd::kRowAlignment}))),
        size_(n),
        begin_(kGuard + offset * sizeof(T)) {
    std::memset(base_, kFill, bytes_);
    poison(true);
  }
  explicit Guarded(std::span<const T> values, std::size_t offset = 0)
      : Guarded(values.size(), offset) {
    std::copy(values.begin(), values.end(), begin());
  }
  Guarded(Guarded&& other) noexcept
      : bytes_(other.bytes_),
        base_(std::exchange(other.base_, nullptr)),
        size_(other.size_),
        begin_(other.begin_) {}
  Guarded& operator=(Guarded&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(base_, other.base_);
    std::swap(size_, other.size_);
    std::swap(begin_, other.begin_);
    return *this;
  }
  ~Guarded() {
    if (base_ == nullptr) return;
    poison(false);
    ::operator delete (base_, std::align_val_t{simd::kRowAlignment});
  }

  T* data() { return reinterpret_cast<T*>(base_ + begin_); }
  const T* data() const { return reinterpret_cast<const T*>(base_ + begin_); }
  std::size_t size() const { return size_; }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  T& operator[](std::size_t i) { return data()[i]; }
  const T& operator[](std::size_t i) const { return data()[i]; }

  /// Whether both guards are as they were.
  bool intact() const {
    poison(false);
    const auto fill = [](unsigned char byte) { return byte == kFill; };
    const bool whole = std::all_of(base_, base_ + begin_, fill) &&
                       std::all_of(base_ + begin_ + size_ * sizeof(T), base_ + bytes_, fill);
    poison(true);
    return whole;
  }

 private:
  // Four registers of the widest unit: an off-by-one in blocks of registers lands in it too.
  static constexpr std::size_t kGuard = 256;
  static constexpr unsigned char kFill = 0xff;  // all ones is a NaN, as float and as double

  void poison([[maybe_unused]] bool on) const {
#ifdef HOGVEC_TEST_POISON
    const unsigned char* const end = base_ + begin_ + size_ * sizeof(T);
    if (on) {
      ASAN_POISON_MEMORY_REGION(base_, begin_);
      ASAN_POISON_MEMORY_REGION(end, static_cast<std::size_t>(base_ + bytes_ - end));
    } else {
      ASAN_UNPOISON_MEMORY_REGION(base_, bytes_);
    }
#endif
  }

  std::size_t bytes_;
  unsigned char* base_;
  std::size_t size_;
  std::size_t begin_;  // bytes before the first value
};

/// `count` packed rows of `dim` values in rows of `stride` floats, the padding zero.
inline Guarded<float> padded_rows(std::span<const float> packed, std::size_t count,
                                  std::size_t dim) {
  const std::size_t stride = simd::padded(dim);
  Guarded<float> rows(count * stride);
  std::fill(rows.begin(), rows.end(), 0.0F);
  for (std::size_t k = 0; k < count; ++k) {
    std::copy_n(packed.begin() + static_cast<std::ptrdiff_t>(k * dim), dim, &rows[k * stride]);
  }
  return rows;
}

/// Rows as a block finds them in the matrix: 64-byte aligned, at unrelated addresses in no order,
/// each between guards of its own.
class ScatteredRows {
 public:
  ScatteredRows(std::span<const float> packed, std::size_t count, std::size_t dim, Random& random)
      : dim_(dim) {
    for (std::size_t k = 0; k < count; ++k) {
      rows_.push_back(padded_rows(packed.subspan(k * dim, dim), 1, dim));
    }
    // Any order of the addresses: swap what two rows hold, not who they are.
    for (std::size_t k = count; k > 1; --k) {
      const std::size_t other = random.below(k);
      std::swap_ranges(rows_[k - 1].begin(), rows_[k - 1].end(), rows_[other].begin());
      std::swap(rows_[k - 1], rows_[other]);
    }
    for (Guarded<float>& row : rows_) pointers_.push_back(row.data());
  }

  float* const* pointers() const { return pointers_.data(); }
  const float* operator[](std::size_t k) const { return pointers_[k]; }

  bool intact() const {
    return std::all_of(rows_.begin(), rows_.end(), [](const auto& row) { return row.intact(); });
  }

  /// All rows, one after another, without their padding, which must be zero.
  std::vector<float> packed() const {
    std::vector<float> values;
    bool padding_is_zero = true;
    for (const Guarded<float>& row : rows_) {
      const float* const padding = row.begin() + dim_;
      values.insert(values.end(), row.begin(), padding);
      padding_is_zero &= std::all_of(padding, row.end(), [](float x) { return x == 0.0F; });
    }
    CHECK(padding_is_zero);
    return values;
  }

 private:
  std::size_t dim_;
  std::vector<Guarded<float>> rows_;
  std::vector<float*> pointers_;
};

/// The values of rows that lie one behind the other, without the padding, which must be zero.
inline std::vector<float> packed_rows(const Guarded<float>& rows, std::size_t dim) {
  const std::size_t stride = simd::padded(dim);
  std::vector<float> values;
  bool padding_is_zero = true;
  for (std::size_t k = 0; k < rows.size() / stride; ++k) {
    const float* const row = &rows[k * stride];
    values.insert(values.end(), row, row + dim);
    padding_is_zero &= std::all_of(row + dim, row + stride, [](float x) { return x == 0.0F; });
  }
  CHECK(padding_is_zero);
  return values;
}

/// A sum in double, and the sum of the sizes of its terms, which is what float sums are off by.
struct Sum {
  double value = 0.0;
  double size = 0.0;

  void add(double term) {
    value += term;
    size += std::abs(term);
  }
};

/// How far `got` may be from `want`: absolute + relative * |want|.
struct Tolerance {
  double absolute;
  double relative;
};

/// Checks got[i] against want(i) within bound(i) and reports the worst one. One check a buffer:
/// doctest's own cost is far above a kernel's.
template <class Got, class Want, class Bound>
void check_within(const Got& got, const Want& want, const Bound& bound) {
  if (std::size(got) == 0) return;
  double worst = 0.0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < std::size(got); ++i) {
    const double difference = std::abs(static_cast<double>(got[i]) - want(i));
    const double error = difference == 0.0 ? 0.0 : difference / bound(i);
    if (!(error <= worst)) {  // also where it is NaN
      worst = error;
      at = i;
      if (std::isnan(error)) break;
    }
  }
  CAPTURE(at);
  CAPTURE(static_cast<double>(got[at]));
  CAPTURE(static_cast<double>(want(at)));
  INFO("largest error, in units of the tolerance:");
  CHECK(worst <= 1.0);
}

template <class Got, class Want>
void check_close(const Got& got, const Want& want, Tolerance tolerance) {
  REQUIRE(std::size(got) == std::size(want));
  check_within(
      got, [&](std::size_t i) { return static_cast<double>(want[i]); },
      [&](std::size_t i) {
        return tolerance.absolute + tolerance.relative * std::abs(static_cast<double>(want[i]));
      });
}

/// Float sums of `roundings` operations each, in whatever order they were taken.
template <class Got>
void check_sums(const Got& got, const std::vector<Sum>& want, std::size_t roundings) {
  REQUIRE(std::size(got) == want.size());
  check_within(
      got, [&](std::size_t i) { return want[i].value; },
      [&](std::size_t i) { return static_cast<double>(roundings) * kRounding * want[i].size; });
}

/// Whether two buffers hold the same bits.
template <class A, class B>
bool same_bits(const A& a, const B& b) {
  const auto bytes_a = std::as_bytes(std::span(std::data(a), std::size(a)));
  const auto bytes_b = std::as_bytes(std::span(std::data(b), std::size(b)));
  return std::equal(bytes_a.begin(), bytes_a.end(), bytes_b.begin(), bytes_b.end());
}

}  // namespace hogvec::testing
