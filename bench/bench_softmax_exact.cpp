// The kernels of exact batches: the products of a batch with tiles of scores, and what one center
// costs beside them.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "bench/support.hpp"

namespace hogvec::bench {
namespace {

constexpr std::size_t kBatch = 16;  // what an exact run takes by itself
constexpr std::size_t kRows = 480;  // whole tiles: half a MiB at D = 300
constexpr std::size_t kTiled = simd::score_tiles_size(kRows, kBatch);
static_assert(kTiled == kRows * kBatch, "no row fills up a tile");

/// A batch of hidden vectors against the rows.
struct Sweep {
  explicit Sweep(std::size_t dim)
      : rows(random_matrix(kRows, dim, element_size(dim), 1)),
        hidden(random_matrix(kBatch, dim, element_size(dim), 2)),
        step(random_matrix(kBatch, dim, 1e-6F, 3)),
        weighted_rows(kBatch, dim),
        hidden_transposed(hidden.stride() * simd::padded(kBatch)),
        tiles(random_values(kTiled, 1, 4)),
        max_score(kBatch, -std::numeric_limits<float>::infinity()) {
    for (std::size_t b = 0; b < kBatch; ++b) {
      for (std::size_t d = 0; d < dim; ++d) {
        hidden_transposed[d * simd::padded(kBatch) + b] = hidden.row(b)[d];
      }
    }
  }

  simd::SoftmaxSweep view() {
    return {.rows = rows.data(),
            .row_count = kRows,
            .stride = rows.stride(),
            .dim = rows.dim(),
            .batch = kBatch,
            .hidden_transposed = hidden_transposed.data(),
            .step = step.data(),
            .tiles = tiles.data(),
            .max_score = max_score.data(),
            .weighted_rows = weighted_rows.data()};
  }

  Matrix rows, hidden, step, weighted_rows;
  Aligned<float> hidden_transposed, tiles, max_score;
};

void bench_tile_scores(benchmark::State& state, const simd::KernelTable& kernels, std::size_t dim) {
  Sweep sweep(dim);
  std::vector<double> want(kTiled);
  for (std::size_t j = 0; j < kRows; ++j) {
    for (std::size_t b = 0; b < kBatch; ++b) {
      double& score = want[simd::score_place(j, b, kBatch)];
      for (std::size_t d = 0; d < dim; ++d) {
        score += double{sweep.rows.row(j)[d]} * double{sweep.hidden.row(b)[d]};
      }
    }
  }
  kernels.softmax_tile_scores(sweep.view());
  if (!all_close(sweep.tiles, want, 1e-5, 1e-5)) return state.SkipWithError("wrong result");
  for (auto _ : state) {
    kernels.softmax_tile_scores(sweep.view());
    benchmark::ClobberMemory();
  }
  count_flop(state, kernels, 2 * kRows * dim * kBatch);
}

void bench_tile_update(benchmark::State& state, const simd::KernelTable& kernels, std::size_t dim) {
  Sweep sweep(dim);
  std::vector<double> rows = packed(sweep.rows, kRows), weighted(kBatch * dim);
  for (std::size_t j = 0; j < kRows; ++j) {
    for (std::size_t b = 0; b < kBatch; ++b) {
      const double error = sweep.tiles[simd::score_place(j, b, kBatch)];
      for (std::size_t d = 0; d < dim; ++d) {
        weighted[b * dim + d] += error * double{sweep.rows.row(j)[d]};
        rows[j * dim + d] += error * double{sweep.step.row(b)[d]};
      }
    }
  }
  kernels.softmax_tile_update(sweep.view());
  // Float sums of some hundred terms of about 1.
  if (!all_close(packed(sweep.rows, kRows), rows, 1e-6, 1e-6) ||
      !all_close(packed(sweep.weighted_rows, kBatch), weighted, 1e-3, 1e-4)) {
    return state.SkipWithError("wrong result");
  }
  for (auto _ : state) {
    kernels.softmax_tile_update(sweep.view());
    benchmark::ClobberMemory();
  }
  count_flop(state, kernels, 4 * kRows * dim * kBatch);
}

/// The last center of a batch, which has the most before it.
struct Column {
  static constexpr std::size_t kCenter = kBatch - 1;
  static constexpr float kShift = 3;

  Column()
      : tiles(random_values(kTiled, 1, 1)),
        coefficients(random_values(kCenter, 0.1F, 2)),
        overlaps(kCenter) {}

  simd::SoftmaxColumn view() {
    return {tiles.data(), kRows, kBatch,     kCenter,        coefficients.data(),
            kShift,       &z,    &max_score, overlaps.data()};
  }
  double value(std::size_t j, std::size_t b) const {
    return double{tiles[simd::score_place(j, b, kBatch)]};
  }
  /// u_j of the center by plain loops.
  std::vector<double> corrected() const {
    std::vector<double> scores(kRows);
    for (std::size_t j = 0; j < kRows; ++j) {
      scores[j] = value(j, kCenter);
      for (std::size_t a = 0; a < kCenter; ++a) scores[j] -= double{coefficients[a]} * value(j, a);
    }
    return scores;
  }
  std::vector<double> column(std::size_t b) const {
    std::vector<double> values(kRows);
    for (std::size_t j = 0; j < kRows; ++j) values[j] = value(j, b);
    return values;
  }

  Aligned<float> tiles, coefficients;
  double z = 0;
  float max_score = -std::numeric_limits<float>::infinity();
  std::vector<double> overlaps;
};

void bench_correct(benchmark::State& state, const simd::KernelTable& kernels) {
  Column column;
  const std::vector<double> want = column.corrected();
  const double largest = *std::max_element(want.begin(), want.end());
  kernels.softmax_correct(column.view());
  if (!all_close(column.column(Column::kCenter), want, 1e-6, 1e-6) ||
      !all_close(std::vector{column.max_score}, std::vector{largest}, 1e-6, 1e-6)) {
    return state.SkipWithError("wrong result");
  }
  for (auto _ : state) {
    kernels.softmax_correct(column.view());
    benchmark::ClobberMemory();
  }
  count(state, "scores", kRows);
  count_flop(state, kernels, 2 * kRows * Column::kCenter);
}

void bench_column(benchmark::State& state, const simd::KernelTable& kernels) {
  Column column;
  std::vector<double> errors = column.corrected();
  double z = 0;
  std::vector<double> overlaps(Column::kCenter);
  for (std::size_t j = 0; j < kRows; ++j) {
    errors[j] = std::exp(errors[j] - double{Column::kShift});
    z += errors[j];
    for (std::size_t a = 0; a < overlaps.size(); ++a) overlaps[a] += column.value(j, a) * errors[j];
  }
  kernels.softmax_column(column.view());
  // Overlaps are sums of both signs of what z sums.
  if (!all_close(column.column(Column::kCenter), errors, 0, 1e-5) ||
      !all_close(std::vector{column.z}, std::vector{z}, 0, 1e-5) ||
      !all_close(column.overlaps, overlaps, 1e-5 * z, 0)) {
    return state.SkipWithError("wrong result");
  }
  // The errors become the next scores: with this shift x -> exp(x - shift) stays small.
  for (auto _ : state) {
    kernels.softmax_column(column.view());
    benchmark::ClobberMemory();
  }
  count(state, "scores", kRows);
  count_flop(state, kernels, 4 * kRows * Column::kCenter);  // the corrections and the overlaps
}

}  // namespace

void register_softmax_exact() {
  for_every_table_and_dim("softmax_tile_scores", bench_tile_scores);
  for_every_table_and_dim("softmax_tile_update", bench_tile_update);
  const std::string batch = "/B:" + std::to_string(kBatch);
  for_every_table("softmax_correct" + batch, bench_correct);
  for_every_table("softmax_column" + batch, bench_column);
}

}  // namespace hogvec::bench
