#include "engine/query/row_search.hpp"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>

#include "engine/kernels.hpp"
#include "engine/model/matrix.hpp"
#include "engine/workers.hpp"

namespace hogvec {

namespace {

// A tile of rows and its products with a group of queries stay in a second-level cache, the group
// in the first.
constexpr std::size_t kTileRows = 256;
constexpr std::size_t kGroupQueries = 24;
constexpr std::size_t kBatchQueries = 1024;  // bounds what a thread keeps for them
constexpr std::size_t kTaskTiles = 8;
// Below so many products threads take longer to begin than one to finish.
constexpr std::size_t kFewProducts = 1 << 18;

constexpr float kNone = -std::numeric_limits<float>::infinity();

std::size_t tiles_of(std::size_t rows) { return (rows + kTileRows - 1) / kTileRows; }

/// Calls see(tile, mine) for each tile, with what its thread has.
template <class Mine>
void for_each_tile(std::size_t tiles, std::size_t products, int threads,
                   tbb::enumerable_thread_specific<Mine>& by_thread,
                   const std::function<void(std::size_t tile, Mine& mine)>& see) {
  if (threads == 1 || products < kFewProducts) {
    Mine& mine = by_thread.local();
    for (std::size_t tile = 0; tile < tiles; ++tile) see(tile, mine);
    return;
  }
  run_with_threads(threads, [&] {
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, tiles, kTaskTiles),
                      [&](const tbb::blocked_range<std::size_t>& range) {
                        Mine& mine = by_thread.local();
                        for (std::size_t tile = range.begin(); tile < range.end(); ++tile) {
                          see(tile, mine);
                        }
                      });
  });
}

/// 1 / length, in double so that a product with it is off by one rounding to float at most.
double inverse_length(float square) noexcept {
  if (square == 0) return 0;
  if (!std::isfinite(square)) return std::numeric_limits<double>::quiet_NaN();
  return 1 / std::sqrt(static_cast<double>(square));
}

bool nearer(const Neighbor& a, const Neighbor& b) noexcept {
  return a.cosine != b.cosine ? a.cosine > b.cosine : a.row < b.row;
}

/// The best that a thread has seen of one query.
class Best {
 public:
  bool may_take(float cosine) const noexcept { return cosine >= least_; }  // not a NaN

  void take(const Neighbor& neighbor, std::size_t count) {
    found_.push_back(neighbor);
    constexpr std::size_t kRoom = 64;
    if (found_.size() >= 2 * count + kRoom) prune(count);
  }

  void prune(std::size_t count) {
    if (found_.size() <= count) return;
    const auto last = found_.begin() + static_cast<std::ptrdiff_t>(count - 1);
    std::nth_element(found_.begin(), last, found_.end(), nearer);
    least_ = last->cosine;
    found_.resize(count);
  }

  std::span<const Neighbor> found() const noexcept { return found_; }

 private:
  std::vector<Neighbor> found_;
  float least_ = kNone;
};

/// What a thread works in.
struct Scratch {
  Scratch(std::size_t dim, std::size_t queries)
      : tile(kTileRows, dim), products(queries == 1 ? 1 : kGroupQueries + 1, kTileRows) {}

  Matrix tile;      // rows of the tile, padded
  Matrix products;  // of a group of queries, and a row to spare for what kernels write past the end
  std::array<float, kTileRows> squares;
  std::array<double, kTileRows> inverse_lengths;
  std::array<float, kTileRows> cosines;
  std::vector<Best> best;
};

class Scorer {
 public:
  Scorer(const RowSearch& search, std::size_t first_query, std::size_t queries)
      : search_(search), queries_(queries, search.rows.dim()) {
    for (std::size_t q = 0; q < queries; ++q) {
      float* const query = queries_.row(q);
      std::copy_n(search.queries.row(first_query + q), queries_.dim(), query);
      float square = 0;
      float product = 0;
      kernels_.row_products(
          {query, 1, queries_.stride(), queries_.dim(), query, &product, &square});
      inverse_lengths_.push_back(inverse_length(square));
      pointers_.push_back(query);
    }
  }

  std::size_t queries() const noexcept { return pointers_.size(); }
  std::size_t tiles() const noexcept { return tiles_of(search_.selection.size()); }
  /// How much there is to do.
  std::size_t products() const noexcept {
    return search_.selection.size() * queries_.stride() * queries();
  }

  /// Calls take(query, first, cosines) for every query: those of the tile's rows, of which the
  /// first is the selection's `first`-th.
  template <class Take>
  void score(std::size_t tile, Scratch& scratch, const Take& take) const {
    const std::size_t first = tile * kTileRows;
    const std::size_t count = std::min(kTileRows, search_.selection.size() - first);
    sum_squares(first, count, scratch);
    for (std::size_t k = 0; k < count; ++k) {
      scratch.inverse_lengths[k] = inverse_length(scratch.squares[k]);
    }
    if (queries() == 1) {
      take(std::size_t{0}, first, cosines(0, scratch.products.row(0), count, scratch));
      return;
    }
    const float* rows[kTileRows];
    for (std::size_t k = 0; k < count; ++k) rows[k] = scratch.tile.row(k);
    for (std::size_t group = 0; group < queries(); group += kGroupQueries) {
      const std::size_t size = std::min(kGroupQueries, queries() - group);
      kernels_.score_rows(&pointers_[group], size, rows, count, queries_.stride(),
                          scratch.products.data());
      for (std::size_t q = 0; q < size; ++q) {
        take(group + q, first,
             cosines(group + q, scratch.products.data() + q * count, count, scratch));
      }
    }
  }

 private:
  /// Fills the squares of the tile's rows and their products with the first query, and the tile
  /// where they are wanted side by side.
  void sum_squares(std::size_t first, std::size_t count, Scratch& scratch) const {
    const bool in_place = queries() == 1 && search_.selection.is_range();
    if (!in_place) {
      for (std::size_t k = 0; k < count; ++k) {
        std::copy_n(search_.rows.row(search_.selection.row(first + k)), queries_.dim(),
                    scratch.tile.row(k));
      }
    }
    kernels_.row_products(
        {in_place ? search_.rows.row(search_.selection.row(first)) : scratch.tile.data(), count,
         in_place ? search_.rows.stride() : scratch.tile.stride(), queries_.dim(), pointers_[0],
         scratch.products.row(0), scratch.squares.data()});
  }

  std::span<const float> cosines(std::size_t query, const float* products, std::size_t count,
                                 Scratch& scratch) const noexcept {
    const double inverse = inverse_lengths_[query];
    for (std::size_t k = 0; k < count; ++k) {
      scratch.cosines[k] = static_cast<float>(products[k] * (inverse * scratch.inverse_lengths[k]));
    }
    return {scratch.cosines.data(), count};
  }

  const RowSearch& search_;
  Matrix queries_;
  const simd::KernelTable& kernels_ = active_kernels();
  std::vector<const float*> pointers_;
  std::vector<double> inverse_lengths_;
};

/// The highest, where NaNs are passed over; in lanes, so that a compiler finds vectors in it.
float highest(std::span<const float> values) noexcept {
  constexpr std::size_t kLanes = 8;
  std::array<float, kLanes> best;
  best.fill(kNone);
  std::size_t k = 0;
  for (; k + kLanes <= values.size(); k += kLanes) {
    for (std::size_t i = 0; i < kLanes; ++i) {
      best[i] = values[k + i] > best[i] ? values[k + i] : best[i];
    }
  }
  for (; k < values.size(); ++k) best[0] = values[k] > best[0] ? values[k] : best[0];
  return *std::max_element(best.begin(), best.end());
}

/// The same search for queries first_query to first_query + queries - 1.
void nearest_of_batch(const RowSearch& search, std::size_t count,
                      std::span<const std::vector<std::size_t>> excluded, std::size_t first_query,
                      std::size_t queries, std::vector<std::vector<Neighbor>>& answers) {
  const Scorer scorer(search, first_query, queries);
  const auto is_excluded = [&](std::size_t q, std::size_t row) {
    if (excluded.empty()) return false;
    const std::vector<std::size_t>& rows = excluded[first_query + q];
    return std::find(rows.begin(), rows.end(), row) != rows.end();
  };
  tbb::enumerable_thread_specific<Scratch> by_thread([&] {
    Scratch scratch(search.rows.dim(), queries);
    scratch.best.resize(queries);
    return scratch;
  });
  for_each_tile<Scratch>(
      scorer.tiles(), scorer.products(), search.threads, by_thread,
      [&](std::size_t tile, Scratch& mine) {
        scorer.score(tile, mine,
                     [&](std::size_t q, std::size_t first, std::span<const float> cosines) {
                       Best& best = mine.best[q];
                       if (!best.may_take(highest(cosines))) return;
                       for (std::size_t k = 0; k < cosines.size(); ++k) {
                         if (!best.may_take(cosines[k])) continue;
                         const std::size_t row = search.selection.row(first + k);
                         if (!is_excluded(q, row)) best.take({row, cosines[k]}, count);
                       }
                     });
      });
  for (std::size_t q = 0; q < queries; ++q) {
    std::vector<Neighbor> all;
    for (const Scratch& mine : by_thread) {
      const std::span<const Neighbor> found = mine.best[q].found();
      all.insert(all.end(), found.begin(), found.end());
    }
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(count, all.size()));
    std::partial_sort(all.begin(), end, all.end(), nearer);
    all.erase(end, all.end());
    answers.push_back(std::move(all));
  }
}

}  // namespace

std::vector<std::vector<Neighbor>> nearest_rows(
    const RowSearch& search, std::size_t count,
    std::span<const std::vector<std::size_t>> excluded) {
  const std::size_t queries = search.queries.rows();
  if (count == 0) return std::vector<std::vector<Neighbor>>(queries);
  std::vector<std::vector<Neighbor>> answers;
  answers.reserve(queries);
  for (std::size_t q = 0; q < queries; q += kBatchQueries) {
    nearest_of_batch(search, std::min(count, search.selection.size()), excluded, q,
                     std::min(kBatchQueries, queries - q), answers);
  }
  return answers;
}

void cosines_of_rows(const RowSearch& search, float* cosines) {
  const std::size_t queries = search.queries.rows();
  if (queries == 0 || search.selection.size() == 0) return;
  const Scorer scorer(search, 0, queries);
  tbb::enumerable_thread_specific<Scratch> by_thread(
      [&] { return Scratch(search.rows.dim(), queries); });
  for_each_tile<Scratch>(
      scorer.tiles(), scorer.products(), search.threads, by_thread,
      [&](std::size_t tile, Scratch& mine) {
        scorer.score(
            tile, mine, [&](std::size_t q, std::size_t first, std::span<const float> found) {
              std::copy(found.begin(), found.end(), cosines + q * search.selection.size() + first);
            });
      });
}

void lengths_of_rows(ConstMatrixView rows, int threads, float* lengths) {
  const Matrix zero(1, rows.dim());
  const simd::KernelTable& kernels = active_kernels();
  using Products = std::array<float, kTileRows>;
  tbb::enumerable_thread_specific<Products> by_thread;
  for_each_tile<Products>(tiles_of(rows.rows()), rows.rows() * rows.dim(), threads, by_thread,
                          [&](std::size_t tile, Products& products) {
                            const std::size_t first = tile * kTileRows;
                            const std::size_t count = std::min(kTileRows, rows.rows() - first);
                            kernels.row_products({rows.row(first), count, rows.stride(), rows.dim(),
                                                  zero.data(), products.data(), lengths + first});
                            for (std::size_t k = first; k < first + count; ++k)
                              lengths[k] = std::sqrt(lengths[k]);
                          });
}

}  // namespace hogvec
