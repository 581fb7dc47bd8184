// The kernels: what is hand-vectorised, once for each instruction set, behind one table of
// functions.
//
// float* in, float* out. A kernel does a whole block of work, so that the indirect call is paid
// once a block. Every kernel is noexcept, allocates nothing and is safe to call from any thread;
// rows that several threads update at once are updated without locks (Hogwild).
//
// Conventions of all kernels
//   * A row of D floats is stored in `stride` floats: D rounded up to kRowPadding, the padding
//   zero,
//     the row 64-byte aligned. Kernels therefore have no tails, and keep the padding zero.
//   * "Row-major U x M" means element (u, m) at index u * M + m.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "simd/softmax.hpp"

namespace hogvec::simd {

inline constexpr std::size_t kRowPadding = 16;    // floats: one register of the widest unit
inline constexpr std::size_t kRowAlignment = 64;  // bytes: a cache line

/// Floats from one row of `dim` values to the next.
constexpr std::size_t padded(std::size_t dim) noexcept {
  return (dim + kRowPadding - 1) / kRowPadding * kRowPadding;
}

/// U input rows against M output rows with logistic outputs: hierarchical softmax and negative
/// sampling, Rong eqs. (37)-(61), for every pair (u, m) at once.
///
///     scores  S = X O^T      errors  G = alpha * (A - N * sigmoid(S))
///     O += G^T X,  X += G O                 both from the old X and the old O
///
/// Each input row may have one more output row, its own, which is in no pair with another: a block
/// of CBOW has as many pairs without it as it has centers, squared.
///
/// No row may stand twice in `inputs`, or twice among the output rows: a word that occurs twice is
/// one row whose counts add up.
struct LogisticBlock {
  float* const* inputs;         // U pointers to rows (v_k)
  float* const* own = nullptr;  // U pointers to rows (v'_j), or none at all
  float* const* outputs;        // M pointers to rows (v'_j) that all inputs meet, at least one
  const float* positives;       // A: how often a pair occurs as a positive example; first of the U
                                // own pairs, if there are any, then row-major U x M. kRowPadding
                                // floats behind it are read
  const float* trials;          // N: how often the pair occurs at all; likewise
  float* scratch;               // logistic_scratch(U, M) floats, 64-byte aligned
  std::size_t input_count;      // U
  std::size_t output_count;     // M
  std::size_t stride;           // floats in a row
  float alpha;                  // learning rate
  bool gains = false;  // X = G O, what it would have gained (EH of Rong eq. (22)), instead;
                       // own rows are for such blocks only
};

/// Floats of a row that a logistic block with many output rows updates at once.
inline constexpr std::size_t kUpdateColumns = 256;

/// Floats of scratch that a logistic block needs.
constexpr std::size_t logistic_scratch(std::size_t inputs, std::size_t outputs) noexcept {
  // Errors, of own rows too, with room for whole-register stores, and a part of every input row.
  return padded(inputs * (outputs + 1) + kRowPadding) + inputs * kUpdateColumns;
}

/// The windows of consecutive centers of one sentence, as pairs of an input row (a context word)
/// and an output row. Places count from the first word that a window touches; output rows are
/// whatever the centers want of them: positives(c, m) is how often row m is a positive example of
/// each context word of center c, trials(c, m) how often it is an example at all.
///
///     A(u, m) = sum over the places i of input row u, and the centers c whose window holds i,
///               of positives(c, m)
///     N(u, m) = the same of trials(c, m)
struct WindowPairs {
  const std::uint32_t* input_of;  // place_count: input row of each place; a new row has the next
                                  // number, and a place of an earlier row repeats that row's
  const std::uint32_t* reach;     // center_count: how many words to each side the window holds
  const float* center_positives;  // row-major center_count x center_stride, 64-byte aligned
  const float* center_trials;     // likewise
  float* positives;               // A, row-major U x M, 2 kRowPadding to spare
  float* trials;                  // N, likewise
  float* holds;                   // scratch: center_count x padded(place_count), 64-byte aligned
  std::size_t place_count;
  std::size_t input_count;   // U
  std::size_t first_center;  // its place
  std::size_t center_count;
  std::size_t output_count;   // M
  std::size_t center_stride;  // a multiple of kRowPadding, at least M
};

/// One sweep of an exact batch over a range of rows of W', whose scores lie in tiles.
///
/// softmax_tile_scores:  tiles(j, b) = v'_j . h_b,  max_score_b = max(max_score_b, max_j of it);
///                       -infinity for the rows that fill up the last tile
/// softmax_tile_update:  weighted_rows_b += sum_j tiles(j, b) v'_j     from the old rows, then
///                       v'_j += sum_b tiles(j, b) step_b
///
/// When the tiles hold errors in units of C_b / Z_b and step_b = -eta C_b / Z_b h_b, the last line
/// is Rong eq. (33), and C_b / Z_b weighted_rows_b is EH, eq. (36).
struct SoftmaxSweep {
  float* rows;                     // first row of the range of W'
  std::size_t row_count;           // rows in the range
  std::size_t stride;              // floats in a row
  std::size_t dim;                 // D: values in a row, the rest is padding
  std::size_t batch;               // B
  const float* hidden_transposed;  // h^T, stride x padded(B): element (d, b) at d * padded(B) + b
  const float* step;               // row-major B x stride
  float* tiles;                    // score_tiles_size(row_count, B) floats, 64-byte aligned
  float* max_score;                // B
  float* weighted_rows;            // row-major B x stride
};

/// Rows of one tile of scores, see SoftmaxColumn: whole registers, and whole tiles of rows that a
/// sweep keeps in registers, on every instruction set.
inline constexpr std::size_t kScoreTileRows = 96;
/// Most centers of a batch whose scores lie in tiles.
inline constexpr std::size_t kMostExactCenters = 256;

/// Where the score of row j and center b lies in tiles of scores: those of a tile's rows and one
/// center are contiguous.
constexpr std::size_t score_place(std::size_t j, std::size_t b, std::size_t batch) noexcept {
  return j / kScoreTileRows * kScoreTileRows * batch + b * kScoreTileRows + j % kScoreTileRows;
}

/// Floats of the tiles of scores of a range of rows: the last tile is whole.
constexpr std::size_t score_tiles_size(std::size_t row_count, std::size_t batch) noexcept {
  return (row_count + kScoreTileRows - 1) / kScoreTileRows * kScoreTileRows * batch;
}

/// One center b of an exact batch, whose scores came from the W' before the batch: what the centers
/// a < b before it have changed is made up for. Works on tiles of scores of a range of rows.
///
///     u_j = scores(j, b) - sum_{a<b} coefficient_a errors(j, a)
///
/// softmax_correct:  scores(j, b) = u_j,  max_score = max(max_score, max_j u_j)
/// softmax_column:   errors(j, b) = exp(u_j - shift),  z += sum_j of it,
///                   overlap_a += sum_j errors(j, a) errors(j, b) for a < b
///
/// Errors are in units of C_b / Z_b: the caller subtracts n_j Z_b / C_b from those of context
/// words.
struct SoftmaxColumn {
  float* tiles;               // errors of centers before b, scores of b
  std::size_t row_count;      // rows in the range
  std::size_t batch;          // B, at most kMostExactCenters
  std::size_t center;         // b
  const float* coefficients;  // b
  float shift;
  double* z;         // one
  float* max_score;  // one
  double* overlaps;  // b
};

/// Levy & Goldberg 2014, eq. (4): what keeps 3CosMul from dividing by zero.
inline constexpr float kAnalogyEpsilon = 0.001f;

/// Questions "a is to b as c is to which row?" about a tile of rows, for whose words the cosines
/// with every row of the tile are known.
///
/// analogy_sums:      3CosAdd, best_q = max_m cos(b, m) - cos(a, m) + cos(c, m)
/// analogy_products:  3CosMul, best_q = max_m (1 + cos(b, m)) (1 + cos(c, m)) / (1 + cos(a, m) +
/// 2e)
///                    with e = kAnalogyEpsilon: twice eq. (4), whose cosines are shifted to [0, 1]
///
/// A row whose score is not a number either is left out or makes best_q not a number.
struct AnalogyScores {
  const float* cosines;            // row-major words x row_count, 64-byte aligned
  std::size_t row_count;           // rows in the tile; a multiple of kRowPadding
  const std::uint32_t* questions;  // count x 3: a, b, c, as rows of `cosines`
  std::size_t count;
  float* best;  // count
};

/// Rows of somebody else's matrix against one query, in one pass over their memory: the rows need
/// not be aligned nor padded, unlike those of all other kernels.
///
///     products(k) = row_k . query      squares(k) = row_k . row_k
///
/// Each sum is the one that score_rows comes to for the same values in padded rows, bit for bit.
struct RowProducts {
  const float* rows;      // row k at rows + k * stride
  std::size_t row_count;  // V
  std::size_t stride;     // floats from one row to the next
  std::size_t dim;        // D: what is read of a row
  const float* query;     // padded(D) floats, 64-byte aligned, the padding zero
  float* products;        // V
  float* squares;         // V
};

/// The kernels of one instruction set.
struct KernelTable {
  std::string_view name;  // "avx512bw", "fma3+avx2", "sse2" or "neon64"
  std::size_t lanes;      // floats in one register

  /// Sum of a[i] * b[i]; n a multiple of kRowPadding.
  float (*dot)(const float* a, const float* b, std::size_t n) noexcept;
  /// y[i] += a * x[i]; n a multiple of kRowPadding.
  void (*axpy)(float a, const float* x, float* y, std::size_t n) noexcept;
  /// Scales x to length 1 and returns its old length; a zero row stays as it is.
  float (*normalize)(float* x, std::size_t n) noexcept;

  /// y[i] = exp(x[i]) within 2 ulp; above 88.72 infinity, below -87.33 zero (no denormals).
  /// n a multiple of kRowPadding; x and y may be the same.
  void (*exp)(const float* x, float* y, std::size_t n) noexcept;
  /// y[i] = 1 / (1 + exp(-x[i])) within 4 ulp, with the limits of exp.
  void (*sigmoid)(const float* x, float* y, std::size_t n) noexcept;

  /// Trains the block and returns its loss before the update,
  /// sum of N * log(1 + exp(S)) - A * S, which is Rong eq. (55) over all its pairs.
  double (*logistic_block)(const LogisticBlock& block) noexcept;

  /// Fills A and N.
  void (*window_pairs)(const WindowPairs& pairs) noexcept;

  /// out = mean of the rows, Rong eq. (17); count at least 1, n a multiple of kRowPadding. A row
  /// may stand twice.
  void (*mean_row)(const float* const* rows, std::size_t count, std::size_t n, float* out) noexcept;
  /// Adds scale * x to each of the rows, as often as it stands there, Rong eq. (23).
  void (*add_to_rows)(float scale, const float* x, float* const* rows, std::size_t count,
                      std::size_t n) noexcept;

  /// shared += replica - merged, and then all three are the same: what one worker has changed in
  /// its replica goes to the row that all share. n a multiple of kRowPadding.
  void (*merge_row)(float* shared, float* replica, float* merged, std::size_t n) noexcept;

  /// scores, row-major input_count x output_count: inputs[u] . outputs[m]. `stride` floats a row
  /// are multiplied, a multiple of `lanes`; three floats to spare behind the scores.
  void (*score_rows)(const float* const* inputs, std::size_t input_count,
                     const float* const* outputs, std::size_t output_count, std::size_t stride,
                     float* scores) noexcept;

  void (*row_products)(const RowProducts& block) noexcept;

  void (*analogy_sums)(const AnalogyScores& scores) noexcept;
  void (*analogy_products)(const AnalogyScores& scores) noexcept;

  SoftmaxKernels softmax;
  /// With operands rounded to bf16, and nothing but single products: where a processor has no
  /// others.
  SoftmaxKernels softmax_bf16;

  void (*softmax_tile_scores)(const SoftmaxSweep& sweep) noexcept;
  void (*softmax_tile_update)(const SoftmaxSweep& sweep) noexcept;
  void (*softmax_correct)(const SoftmaxColumn& column) noexcept;
  void (*softmax_column)(const SoftmaxColumn& column) noexcept;

  /// out[i] = the i-th 32-bit random number of the stream `key`; the same numbers on every
  /// instruction set. n a multiple of kRowPadding, at most 2^32.
  void (*random_bits)(std::uint64_t key, std::uint32_t* out, std::size_t n) noexcept;

  /// out[i] = the smallest d in 1..span with ids[i - d] == ids[i], or 0 where there is none.
  /// n a multiple of kRowPadding; ids[-span] to ids[n - 1] must be readable.
  void (*repeat_distances)(const std::uint32_t* ids, std::size_t n, std::size_t span,
                           std::uint32_t* out) noexcept;

  /// Bit i % 64 of out[i / 64] says whether text[i] is one of the bytes that the tokeniser acts on:
  /// space, tab, newline, carriage return, NUL. n a multiple of 64.
  void (*special_bytes)(const char* text, std::size_t n, std::uint64_t* out) noexcept;
};

/// The tables that this processor and operating system can run, fastest first; never empty.
std::span<const KernelTable* const> available_kernels() noexcept;

/// What multiplies bf16 pairs, for who runs this table: what the processor has for that, and the
/// table's own softmax_bf16 as the last.
std::vector<const SoftmaxKernels*> bf16_softmax_kernels(const KernelTable& table);

/// The fastest table, or the one that the environment variable HOGVEC_SIMD names; nullptr where it
/// names none of them. Chosen once.
const KernelTable* wanted_kernels() noexcept;

}  // namespace hogvec::simd
