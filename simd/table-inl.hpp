// Fills the table of the instruction set that a unit of simd/arch/ names.
#pragma once

#include "simd/analogy-inl.hpp"
#include "simd/context-inl.hpp"
#include "simd/logistic-inl.hpp"
#include "simd/rows-inl.hpp"
#include "simd/sampling-inl.hpp"
#include "simd/softmax-inl.hpp"
#include "simd/softmax_bf16-inl.hpp"
#include "simd/softmax_exact-inl.hpp"
#include "simd/tables.hpp"
#include "simd/text-inl.hpp"
#include "simd/vector-inl.hpp"
#include "simd/window-inl.hpp"

namespace hogvec::simd {

const KernelTable& HOGVEC_ARCH_TABLE() noexcept {
  static constexpr KernelTable kTable{
      .name = HOGVEC_ARCH_NAME,
      .lanes = kLanes,
      .dot = dot,
      .axpy = axpy,
      .normalize = normalize,
      .exp = exp_row,
      .sigmoid = sigmoid_row,
      .logistic_block = logistic_block,
      .window_pairs = window_pairs,
      .mean_row = mean_row,
      .add_to_rows = add_to_rows,
      .merge_row = merge_row,
      .score_rows = score_rows,
      .row_products = row_products,
      .analogy_sums = analogy_sums,
      .analogy_products = analogy_products,
      .softmax = kSoftmaxFp32,
      .softmax_bf16 = kSoftmaxBf16,
      .softmax_tile_scores = softmax_tile_scores,
      .softmax_tile_update = softmax_tile_update,
      .softmax_correct = softmax_correct,
      .softmax_column = softmax_column,
      .random_bits = random_bits,
      .repeat_distances = repeat_distances,
      .special_bytes = special_bytes,
  };
  return kTable;
}

}  // namespace hogvec::simd
