// Products of rows of W' with a batch, whatever their numbers are: what the visits of the full
// softmax and the sweeps of an exact batch are made of.
#pragma once

#include <algorithm>
#include <type_traits>
#include <utility>

#include "simd/math-inl.hpp"

namespace hogvec::simd {
namespace {

// What a visit works on between two products lies in the second level: each product brings its
// other operand once a tile.
constexpr std::size_t kVisitBytes = 64 * 1024;
// Of long rows an update works on a few columns at a time, and wants enough rows to be worth the
// sums that it loads and stores.
constexpr std::size_t kLeastTileBlocks = 3;
// Rows x registers of hidden vectors that one pass of the scores keeps in accumulators.
constexpr std::size_t kScoreRows = kRegisters == 32 ? 12 : 6;
constexpr std::size_t kScoreRegisters = 2;
// Rows x registers of an update: 4 x 7 + 7 of 32 registers, or 4 x 2 + 2 of 16.
constexpr std::size_t kUpdateRows = 4;
constexpr std::size_t kUpdateRegisters = kRegisters == 32 ? 7 : 2;
constexpr std::size_t kLineFloats = kRowAlignment / sizeof(float);

inline std::size_t rows_of(std::size_t bytes, std::size_t stride) noexcept {
  const std::size_t rows = bytes / (stride * sizeof(float));
  return std::max(rows / kScoreRows, kLeastTileBlocks) * kScoreRows;
}
inline std::size_t visit_rows(std::size_t stride) noexcept { return rows_of(kVisitBytes, stride); }

/// What products take, with sums in single precision: numbers one by one.
struct SingleNumbers {
  using Element = float;
  using Register = Floats;
  using Sum = Floats;
  static constexpr std::size_t kNumbers = 1;
  HOGVEC_INLINE static Register load(const Element* p) noexcept { return simd::load(p); }
  HOGVEC_INLINE static Floats add(const Floats& sum, const Register& a,
                                  const Register& b) noexcept {
    return fma(a, b, sum);
  }
};

#if defined(__AVX512F__)
/// For few numbers half a register, which takes half the time where the processor makes a whole one
/// of two halves (Zen 4: exact batches, of 12 centers between two of a word, 1.03 times as fast).
struct NarrowNumbers {
  using Element = float;
  using Register = xsimd::batch<float, xsimd::fma3<xsimd::avx2>>;
  using Sum = Register;
  static constexpr std::size_t kNumbers = 1;
  HOGVEC_INLINE static Register load(const Element* p) noexcept {
    return Register::load_aligned(p);
  }
  HOGVEC_INLINE static Sum add(const Sum& sum, const Register& a, const Register& b) noexcept {
    return Sum(_mm256_fmadd_ps(a, b, sum));
  }
};
#else
using NarrowNumbers = SingleNumbers;
#endif

/// sums[j * kRegs + r] = the scores of row j, of `steps` elements, and the hidden vectors of
/// register r, one a lane. Fetches as many rows from `next` on, as far as a line for each number
/// reaches.
template <class Operand, std::size_t kRows, std::size_t kRegs>
HOGVEC_INLINE void multiply_hidden(const typename Operand::Element* rows, std::size_t stride,
                                   std::size_t steps, const typename Operand::Element* hidden,
                                   std::size_t leading, const float* next,
                                   typename Operand::Sum* sums) noexcept {
  HOGVEC_UNROLL
  for (std::size_t i = 0; i < kRows * kRegs; ++i) sums[i] = typename Operand::Sum(0.0f);
  for (std::size_t d = 0; d < steps; ++d) {
    if constexpr (kRows == kScoreRows) {
      // Every row is a stream of its own, too short for the processor to see it coming.
      HOGVEC_UNROLL
      for (std::size_t line = 0; line < Operand::kNumbers; ++line) {
        __builtin_prefetch(next + (Operand::kNumbers * d + line) * kLineFloats);
      }
    }
    typename Operand::Register h[kRegs];
    HOGVEC_UNROLL
    for (std::size_t r = 0; r < kRegs; ++r)
      h[r] = Operand::load(hidden + d * leading + r * Operand::Sum::size);
    HOGVEC_UNROLL
    for (std::size_t j = 0; j < kRows; ++j) {
      const typename Operand::Register w(rows[j * stride + d]);
      HOGVEC_UNROLL
      for (std::size_t r = 0; r < kRegs; ++r) {
        sums[j * kRegs + r] = Operand::add(sums[j * kRegs + r], w, h[r]);
      }
    }
  }
}

/// What a visit sums of kRegs registers of centers from b on.
template <std::size_t kRegs>
struct CenterSums {
  static constexpr std::size_t kWidth = kRegs * kLanes;

  HOGVEC_INLINE CenterSums(const SoftmaxVisit& v, std::size_t b) noexcept {
    alignas(kRowAlignment) float lanes[kWidth] = {};
    std::copy_n(v.shift + b, std::min(kWidth, v.count - b), lanes);
    HOGVEC_UNROLL
    for (std::size_t r = 0; r < kRegs; ++r) {
      shift[r] = load(lanes + r * kLanes);
      z[r] = zero();
      max_score[r] = Floats(-__builtin_inff());
    }
  }

  /// A score of register r to its exponential.
  HOGVEC_INLINE Floats take(std::size_t r, const Floats& score) noexcept {
    max_score[r] = xsimd::max(max_score[r], score);
    const Floats e = exp_of(score - shift[r]);
    z[r] += e;
    return e;
  }

  HOGVEC_INLINE void give(const SoftmaxVisit& v, std::size_t b) const noexcept {
    alignas(kRowAlignment) float lanes[kWidth];
    const std::size_t width = std::min(kWidth, v.count - b);
    HOGVEC_UNROLL
    for (std::size_t r = 0; r < kRegs; ++r) store(lanes + r * kLanes, z[r]);
    for (std::size_t i = 0; i < width; ++i) v.z[b + i] += lanes[i];
    HOGVEC_UNROLL
    for (std::size_t r = 0; r < kRegs; ++r) store(lanes + r * kLanes, max_score[r]);
    for (std::size_t i = 0; i < width; ++i) {
      v.max_score[b + i] = std::max(v.max_score[b + i], lanes[i]);
    }
  }

  Floats shift[kRegs];
  Floats z[kRegs];
  Floats max_score[kRegs];
};

/// Calls visit(b, registers), the second of a constant, for the centers of a batch.
template <class Visit>
HOGVEC_INLINE void for_center_groups(std::size_t count, const Visit& visit) noexcept {
  std::size_t b = 0;
  for (; b + kScoreRegisters * kLanes <= count; b += kScoreRegisters * kLanes) {
    visit(b, std::integral_constant<std::size_t, kScoreRegisters>());
  }
  for (; b < count; b += kLanes) visit(b, std::integral_constant<std::size_t, 1>());
}

/// target(i) += sum_k coefficient(i, k) source(k): rows of `stride` floats and of as many elements,
/// coefficient (i, k) at coefficients[i * row_step + k * step].
template <class Operand>
struct RowProduct {
  float* target;
  std::size_t target_count;
  const typename Operand::Element* source;
  std::size_t source_count;
  const typename Operand::Element* coefficients;
  std::size_t row_step;
  std::size_t step;
  std::size_t stride;
};

/// The rows [i, i + kRows) of such a product in kRegs registers from `column` on. Where kFetch,
/// fetches `lines` lines of each of as many rows as there are sources from `next` on.
template <class Operand, bool kFetch, std::size_t kRows, std::size_t kRegs>
HOGVEC_INLINE void accumulate(const RowProduct<Operand>& p, std::size_t i, std::size_t column,
                              const float* next, std::size_t lines) noexcept {
  float* const target = p.target + i * p.stride + column;
  const typename Operand::Element* const source = p.source + column;
  const typename Operand::Element* const coefficients = p.coefficients + i * p.row_step;
  Floats sums[kRows * kRegs];
  HOGVEC_UNROLL
  for (std::size_t n = 0; n < kRows; ++n) {
    HOGVEC_UNROLL
    for (std::size_t r = 0; r < kRegs; ++r) {
      sums[n * kRegs + r] = load(target + n * p.stride + r * kLanes);
    }
  }
  for (std::size_t k = 0; k < p.source_count; ++k) {
    if constexpr (kFetch) {
      for (std::size_t line = 0; line < lines; ++line) {
        // Into the second level: the first one is full with this tile.
        __builtin_prefetch(next + k * p.stride + line * kLineFloats, 0, 2);
      }
    }
    typename Operand::Register x[kRegs];
    HOGVEC_UNROLL
    for (std::size_t r = 0; r < kRegs; ++r)
      x[r] = Operand::load(source + k * p.stride + r * kLanes);
    HOGVEC_UNROLL
    for (std::size_t n = 0; n < kRows; ++n) {
      const typename Operand::Register c(coefficients[n * p.row_step + k * p.step]);
      HOGVEC_UNROLL
      for (std::size_t r = 0; r < kRegs; ++r) {
        sums[n * kRegs + r] = Operand::add(sums[n * kRegs + r], c, x[r]);
      }
    }
  }
  HOGVEC_UNROLL
  for (std::size_t n = 0; n < kRows; ++n) {
    HOGVEC_UNROLL
    for (std::size_t r = 0; r < kRegs; ++r) {
      store(target + n * p.stride + r * kLanes, sums[n * kRegs + r]);
    }
  }
}

template <class Operand, bool kFetch, std::size_t kRegs>
void accumulate_columns(const RowProduct<Operand>& p, const float* next,
                        std::size_t column) noexcept {
  // Each group of targets fetches its share of the lines.
  const auto line = [&](std::size_t i) {
    return kFetch ? kRegs * kLanes / kLineFloats * i / p.target_count : 0;
  };
  std::size_t i = 0;
  for (; i + kUpdateRows <= p.target_count; i += kUpdateRows) {
    accumulate<Operand, kFetch, kUpdateRows, kRegs>(p, i, column, next + line(i) * kLineFloats,
                                                    line(i + kUpdateRows) - line(i));
  }
  for (; i < p.target_count; ++i) {
    accumulate<Operand, kFetch, 1, kRegs>(p, i, column, next + line(i) * kLineFloats,
                                          line(i + 1) - line(i));
  }
}

template <class Operand, bool kFetch, std::size_t... kRegs>
void accumulate_groups(const RowProduct<Operand>& p, const float* next,
                       std::index_sequence<kRegs...>) noexcept {
  using Columns = void (*)(const RowProduct<Operand>&, const float*, std::size_t) noexcept;
  static constexpr Columns kTable[] = {accumulate_columns<Operand, kFetch, kRegs + 1>...};
  // Groups of equal width: 19 registers are 7 + 6 + 6, not 7 + 7 + 5.
  const std::size_t total = p.stride / kLanes;
  const std::size_t groups = (total + kUpdateRegisters - 1) / kUpdateRegisters;
  for (std::size_t group = 0; group < groups; ++group) {
    const std::size_t first = total * group / groups;
    const std::size_t width = total * (group + 1) / groups - first;
    kTable[width - 1](p, kFetch ? next + first * kLanes : next, first * kLanes);
  }
}

/// The product.
template <class Operand>
void accumulate_all(const RowProduct<Operand>& p) noexcept {
  accumulate_groups<Operand, false>(p, nullptr, std::make_index_sequence<kUpdateRegisters>{});
}

/// The same, and fetches the rows at `next` meanwhile, as many as there are sources.
template <class Operand>
void accumulate_and_fetch(const RowProduct<Operand>& p, const float* next) noexcept {
  accumulate_groups<Operand, true>(p, next, std::make_index_sequence<kUpdateRegisters>{});
}

/// row += scale * from, of `stride` floats.
HOGVEC_INLINE void add_row(const float* from, float scale, float* row,
                           std::size_t stride) noexcept {
  const Floats factor(scale);
  for (std::size_t d = 0; d < stride; d += kLanes) {
    store(row + d, fma(factor, load(from + d), load(row + d)));
  }
}

/// Of steps and sums that lie row-major, batch x stride.
inline std::size_t batch_rows_size(const SoftmaxShape& shape) noexcept {
  return shape.batch * shape.stride;
}

inline void add_batch_row(const SoftmaxShape& shape, const float* rows, std::size_t b, float scale,
                          float* row) noexcept {
  add_row(rows + b * shape.stride, scale, row, shape.stride);
}

}  // namespace
}  // namespace hogvec::simd
