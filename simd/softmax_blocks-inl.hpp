// A visit of the full softmax whose three products are blocks of matrix tiles. Everything is padded
// to whole blocks of 32: rows of a visit, centers, columns; what pads is zero where it meets
// numbers.
//
// Products go to a block in memory and are added from there: a tile whose contents were lost could
// spoil an update, never a row.
#pragma once

#include <algorithm>

#include "simd/arch/tiles-inl.hpp"
#include "simd/softmax_products-inl.hpp"

namespace hogvec::simd {
namespace {

constexpr std::size_t kBlockVisitRows = 128;  // of W' between two products
constexpr std::size_t kBlockPairs = kTileSide;

constexpr std::size_t whole_blocks(std::size_t n) noexcept {
  return (n + kBlockSide - 1) / kBlockSide;
}

/// Where everything lies, in pairs or floats.
struct BlockLayout {
  explicit BlockLayout(const SoftmaxShape& shape) noexcept
      : column_blocks(whole_blocks(shape.stride)), center_blocks(whole_blocks(shape.batch)) {}

  std::size_t columns() const noexcept { return column_blocks * kBlockSide; }
  std::size_t centers() const noexcept { return center_blocks * kBlockSide; }
  std::size_t row() const noexcept { return columns() / 2; }      // of a row's neighbors
  std::size_t exp_row() const noexcept { return centers() / 2; }  // of a row's exponentials
  std::size_t rows_size() const noexcept { return kBlockVisitRows * row(); }
  std::size_t row_pairs_size() const noexcept { return kBlockVisitRows / 2 * columns(); }
  std::size_t exp_columns_size() const noexcept { return kBlockVisitRows / 2 * centers(); }

  std::size_t column_blocks;
  std::size_t center_blocks;
};

/// One visit, and what it makes of some rows.
struct BlockVisit {
  const SoftmaxVisit& v;
  BlockLayout at;
  const Pair* hidden;  // blocks (d, b): pairs along d
  const Pair* steps;   // blocks (b, d): pairs of centers
  Pair* rows;          // (j, d / 2)
  Pair* row_pairs;     // blocks (j, d): pairs of rows
  Pair* exp_columns;   // (b, j / 2)
  float* block;        // kBlockFloats
  BlockTiles tiles;

  /// The block of sums over `count` steps of the left rows and of the right blocks.
  void multiply(const Pair* left, std::size_t stride, const Pair* right, std::size_t right_step,
                std::size_t count) noexcept {
    tiles.clear();
    for (std::size_t k = 0; k < count; ++k) {
      tiles.add_products(left + k * kBlockPairs, stride, right + k * right_step);
    }
    tiles.store(block);
  }
};

/// rows += the block, as far as there are such rows and columns.
void add_block(const float* block, float* rows, std::size_t stride, std::size_t row_count,
               std::size_t column_count) noexcept {
  for (std::size_t i = 0; i < row_count; ++i) {
    for (std::size_t d = 0; d < column_count; d += kLanes) {
      float* const to = rows + i * stride + d;
      store(to, load(to) + load(block + i * kBlockSide + d));
    }
  }
}

void update_blocks(BlockVisit& v, float* rows, const Pair* exp_scores, std::size_t count) noexcept {
  const std::size_t stride = v.v.shape.stride;
  const std::size_t steps = whole_blocks(v.v.count_before);
  for (std::size_t j = 0; j < count; j += kBlockSide) {
    for (std::size_t c = 0; c < v.at.column_blocks; ++c) {
      v.multiply(exp_scores + j * v.at.exp_row(), v.at.exp_row(), v.steps + c * 2 * kTilePairs,
                 v.at.column_blocks * 2 * kTilePairs, steps);
      add_block(v.block, rows + j * stride + c * kBlockSide, stride,
                std::min(kBlockSide, count - j), std::min(kBlockSide, stride - c * kBlockSide));
    }
  }
}

void convert_blocks(BlockVisit& v, const float* rows, std::size_t count) noexcept {
  const std::size_t stride = v.v.shape.stride;
  const std::size_t padded_count = whole_blocks(count) * kBlockSide;
  std::fill_n(v.rows, padded_count * v.at.row(), 0);
  std::fill_n(v.row_pairs, padded_count / 2 * v.at.columns(), 0);
  for (std::size_t j = 0; j < count; ++j) {
    store_bf16(v.rows + j * v.at.row(), rows + j * stride, stride);
  }
  for (std::size_t j = 0; j < count; j += 2) {
    const float* const row = rows + j * stride;
    const bool whole = j + 1 < count;
    for (std::size_t d = 0; d < stride; d += kLanes) {
      const std::size_t block = j / kBlockSide * v.at.column_blocks + d / kBlockSide;
      Pair* const to = v.row_pairs + block * 2 * kTilePairs +
                       d % kBlockSide / kTileSide * kTilePairs + j % kBlockSide / 2 * kTileSide +
                       d % kTileSide;
      store_pairs(to, load(row + d), whole ? load(row + stride + d) : zero());
    }
  }
}

using BlockSums = CenterSums<kBlockSide / kLanes>;

/// Scores to exponentials, in their two layouts: rows [j, j + kBlockSide), of which `count` are
/// there, and a block of centers.
void exp_blocks(const BlockVisit& v, std::size_t j, std::size_t c, std::size_t count,
                Pair* exp_scores, BlockSums& centers) noexcept {
  for (std::size_t i = 0; i < kBlockSide; ++i) {
    float* const row = v.block + i * kBlockSide;
    for (std::size_t r = 0; r < kBlockSide / kLanes; ++r) {
      store(row + r * kLanes, i < count ? centers.take(r, load(row + r * kLanes)) : zero());
    }
    store_bf16(exp_scores + (j + i) * v.at.exp_row() + c * kBlockPairs, row, kBlockSide);
  }
  alignas(kRowAlignment) Pair pairs[kTilePairs];
  for (std::size_t half = 0; half < kBlockSide; half += kTileSide) {
    for (std::size_t i = 0; i < kTileSide; ++i) {
      for (std::size_t b = 0; b < kTileSide; b += kLanes) {
        const float* const from = v.block + 2 * i * kBlockSide + half + b;
        store_pairs(pairs + i * kTileSide + b, load(from), load(from + kBlockSide));
      }
    }
    Pair* const to = v.exp_columns + (c * kBlockSide + half) * (kBlockVisitRows / 2) + j / 2;
    transpose_tile_of_pairs(pairs, to, kBlockVisitRows / 2);
  }
}

void scores_blocks(BlockVisit& v, Pair* exp_scores, std::size_t count) noexcept {
  for (std::size_t c = 0; c < whole_blocks(v.v.count); ++c) {
    BlockSums centers(v.v, c * kBlockSide);
    for (std::size_t j = 0; j < count; j += kBlockSide) {
      v.multiply(v.rows + j * v.at.row(), v.at.row(), v.hidden + c * 2 * kTilePairs,
                 v.at.center_blocks * 2 * kTilePairs, v.at.column_blocks);
      exp_blocks(v, j, c, std::min(kBlockSide, count - j), exp_scores, centers);
    }
    centers.give(v.v, c * kBlockSide);
  }
}

void weight_blocks(BlockVisit& v, std::size_t count) noexcept {
  for (std::size_t c = 0; c < whole_blocks(v.v.count); ++c) {
    for (std::size_t d = 0; d < v.at.column_blocks; ++d) {
      v.multiply(v.exp_columns + c * kBlockSide * (kBlockVisitRows / 2), kBlockVisitRows / 2,
                 v.row_pairs + d * 2 * kTilePairs, v.at.column_blocks * 2 * kTilePairs,
                 whole_blocks(count));
      add_block(v.block, v.v.sums + c * kBlockSide * v.at.columns() + d * kBlockSide,
                v.at.columns(), kBlockSide, kBlockSide);
    }
  }
}

std::size_t blocks_batch_size(const SoftmaxShape& shape) noexcept {
  const BlockLayout at(shape);
  return at.centers() / 2 * at.columns();
}

std::size_t blocks_sums_size(const SoftmaxShape& shape) noexcept {
  const BlockLayout at(shape);
  return at.centers() * at.columns();
}

std::size_t blocks_exp_scores_size(const SoftmaxShape& shape, std::size_t row_count) noexcept {
  return whole_blocks(row_count) * kBlockSide * BlockLayout(shape).exp_row();
}

std::size_t blocks_scratch_size(const SoftmaxShape& shape) noexcept {
  const BlockLayout at(shape);
  return at.rows_size() + at.row_pairs_size() + at.exp_columns_size() + kBlockFloats;
}

/// Place of pair (row k, column j) among blocks of tiles, `blocks` in a row of them.
constexpr std::size_t block_place(std::size_t k, std::size_t j, std::size_t blocks) noexcept {
  return (k / kTileSide * blocks + j / kBlockSide) * 2 * kTilePairs +
         j % kBlockSide / kTileSide * kTilePairs + k % kTileSide * kTileSide + j % kTileSide;
}

void blocks_pack_hidden(const SoftmaxShape& shape, const float* hidden, std::size_t count,
                        float* packed) noexcept {
  const BlockLayout at(shape);
  auto* const pairs = reinterpret_cast<Pair*>(packed);
  std::fill_n(pairs, blocks_batch_size(shape), 0);
  for (std::size_t b = 0; b < count; ++b) {
    const float* const h = hidden + b * shape.stride;
    for (std::size_t d = 0; d < shape.stride / 2; ++d) {
      pairs[block_place(d, b, at.center_blocks)] = pair_of(h[2 * d], h[2 * d + 1]);
    }
  }
}

/// With their signs turned: products are added.
void blocks_pack_steps(const SoftmaxShape& shape, const float* hidden, const float* scales,
                       std::size_t count, float* packed) noexcept {
  const BlockLayout at(shape);
  auto* const pairs = reinterpret_cast<Pair*>(packed);
  std::fill_n(pairs, blocks_batch_size(shape), 0);
  for (std::size_t b = 0; b < count; b += 2) {
    const bool whole = b + 1 < count;
    const float* const h = hidden + b * shape.stride;
    for (std::size_t d = 0; d < shape.stride; ++d) {
      pairs[block_place(b / 2, d, at.column_blocks)] =
          pair_of(-scales[b] * h[d], whole ? -scales[b + 1] * h[shape.stride + d] : 0.0f);
    }
  }
}

void blocks_add_to_exp_score(const SoftmaxShape& shape, float* exp_scores, std::size_t row,
                             std::size_t b, float value) noexcept {
  add_to_bf16(reinterpret_cast<Pair*>(exp_scores) + row * BlockLayout(shape).exp_row(), b, value);
}

void blocks_visit(const SoftmaxVisit& visit) noexcept {
  const BlockLayout at(visit.shape);
  auto* const scratch = reinterpret_cast<Pair*>(visit.scratch);
  BlockVisit v{visit,
               at,
               reinterpret_cast<const Pair*>(visit.hidden),
               reinterpret_cast<const Pair*>(visit.steps),
               scratch,
               scratch + at.rows_size(),
               scratch + at.rows_size() + at.row_pairs_size(),
               visit.scratch + at.rows_size() + at.row_pairs_size() + at.exp_columns_size(),
               {}};
  for (std::size_t row = 0; row < visit.row_count; row += kBlockVisitRows) {
    const std::size_t count = std::min(kBlockVisitRows, visit.row_count - row);
    float* const rows = visit.rows + row * visit.shape.stride;
    Pair* const exp_scores = reinterpret_cast<Pair*>(visit.exp_scores) + row * at.exp_row();
    if (visit.count_before > 0) update_blocks(v, rows, exp_scores, count);
    if (visit.count == 0) continue;
    convert_blocks(v, rows, count);
    scores_blocks(v, exp_scores, count);
    if (visit.sums != nullptr) weight_blocks(v, count);
  }
}

void blocks_add_sums(const SoftmaxShape& shape, const float* sums, std::size_t b, float scale,
                     float* row) noexcept {
  add_row(sums + b * BlockLayout(shape).columns(), scale, row, shape.stride);
}

constexpr SoftmaxKernels kSoftmaxBlocks {
#if defined(__AMX_BF16__)
  .name = "amx-bf16",
#else
  .name = "blocks in memory",
#endif
  .hidden_size = blocks_batch_size, .steps_size = blocks_batch_size, .sums_size = blocks_sums_size,
  .exp_scores_size = blocks_exp_scores_size, .scratch_size = blocks_scratch_size,
  .pack_hidden = blocks_pack_hidden, .pack_steps = blocks_pack_steps, .visit = blocks_visit,
  .add_to_exp_score = blocks_add_to_exp_score, .add_sums = blocks_add_sums,
};

}  // namespace
}  // namespace hogvec::simd
