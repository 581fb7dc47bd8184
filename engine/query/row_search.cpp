#include "engine/query/row_search.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "engine/query/row_scores.hpp"
#include "engine/workers.hpp"

namespace hogvec {

namespace {

constexpr std::size_t kBatchQueries = 1024;  // bounds what a thread keeps for them
constexpr std::size_t kTaskTiles = 8;
// Below so many products threads take longer to begin than one to finish.
constexpr std::size_t kFewProducts = 1 << 18;

constexpr float kNone = -std::numeric_limits<float>::infinity();

/// Calls see(tile, mine) for each tile, with what its worker has and make() has made. Returns that
/// of every worker that there was work for.
template <class Make, class See>
auto for_each_tile(std::size_t tiles, std::size_t products, int threads, const Make& make,
                   const See& see) {
  // By itself in memory: workers write theirs all the time.
  std::vector<std::unique_ptr<decltype(make())>> of_worker(static_cast<std::size_t>(threads));
  for_each_index(products < kFewProducts ? 1 : threads, (tiles + kTaskTiles - 1) / kTaskTiles,
                 [&](std::size_t task, int worker) {
                   auto& mine = of_worker[static_cast<std::size_t>(worker)];
                   if (!mine) mine = std::make_unique<decltype(make())>(make());
                   const std::size_t end = std::min(tiles, (task + 1) * kTaskTiles);
                   for (std::size_t tile = task * kTaskTiles; tile < end; ++tile) see(tile, *mine);
                 });
  std::erase(of_worker, nullptr);
  return of_worker;
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

  std::span<const Neighbor> found() const noexcept { return found_; }

 private:
  void prune(std::size_t count) {
    const auto last = found_.begin() + static_cast<std::ptrdiff_t>(count - 1);
    std::nth_element(found_.begin(), last, found_.end(), nearer);
    least_ = last->cosine;
    found_.resize(count);
  }

  std::vector<Neighbor> found_;
  float least_ = kNone;
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

/// What a thread has seen of some queries.
struct Seen {
  ScoreScratch scratch;
  std::vector<Best> best;
};

std::vector<Neighbor> best_of_all(std::span<const std::unique_ptr<Seen>> of_worker,
                                  std::size_t query, std::size_t count) {
  std::vector<Neighbor> all;
  for (const std::unique_ptr<Seen>& seen : of_worker) {
    const std::span<const Neighbor> found = seen->best[query].found();
    all.insert(all.end(), found.begin(), found.end());
  }
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(count, all.size()));
  std::partial_sort(all.begin(), end, all.end(), nearer);
  all.erase(end, all.end());
  return all;
}

/// The search for queries first_query to first_query + queries - 1.
void nearest_of_batch(const RowSearch& search, std::size_t count,
                      std::span<const std::vector<std::size_t>> excluded, std::size_t first_query,
                      std::size_t queries, std::vector<std::vector<Neighbor>>& answers) {
  const RowScorer scorer(search, first_query, queries);
  std::vector<std::vector<std::size_t>> ascending(queries);
  if (!excluded.empty()) {
    for (std::size_t q = 0; q < queries; ++q) {
      ascending[q] = excluded[first_query + q];
      std::sort(ascending[q].begin(), ascending[q].end());
    }
  }
  const auto is_excluded = [&](std::size_t q, std::size_t row) {
    const std::vector<std::size_t>& rows = ascending[q];
    return std::binary_search(rows.begin(), rows.end(), row);
  };
  const auto nothing = [&] { return Seen{scorer.scratch(), std::vector<Best>(queries)}; };
  const auto of_worker = for_each_tile(
      scorer.tiles(), scorer.products(), search.threads, nothing,
      [&](std::size_t tile, Seen& mine) {
        const auto take = [&](std::size_t q, std::size_t first, std::span<const float> cosines) {
          Best& best = mine.best[q];
          if (!best.may_take(highest(cosines))) return;
          for (std::size_t k = 0; k < cosines.size(); ++k) {
            if (!best.may_take(cosines[k])) continue;
            const std::size_t row = search.selection.row(first + k);
            if (!is_excluded(q, row)) best.take({row, cosines[k]}, count);
          }
        };
        scorer.score(tile, mine.scratch, take);
      });
  for (std::size_t q = 0; q < queries; ++q) {
    answers.push_back(best_of_all(of_worker, q, count));
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
  const std::size_t size = search.selection.size();
  if (search.queries.rows() == 0 || size == 0) return;
  const RowScorer scorer(search, 0, search.queries.rows());
  for_each_tile(
      scorer.tiles(), scorer.products(), search.threads, [&] { return scorer.scratch(); },
      [&](std::size_t tile, ScoreScratch& mine) {
        scorer.score(tile, mine,
                     [&](std::size_t q, std::size_t first, std::span<const float> found) {
                       std::copy(found.begin(), found.end(), cosines + q * size + first);
                     });
      });
}

void lengths_of_rows(ConstMatrixView rows, int threads, float* lengths) {
  const PaddedRows zero(1, rows.dim());
  const simd::KernelTable& kernels = active_kernels();
  using Products = std::array<float, kTileRows>;
  for_each_tile((rows.rows() + kTileRows - 1) / kTileRows, rows.rows() * rows.dim(), threads,
                [] { return Products(); },
                [&](std::size_t tile, Products& products) {
                  const std::size_t first = tile * kTileRows;
                  const std::size_t count = std::min(kTileRows, rows.rows() - first);
                  kernels.row_products({rows.row(first), count, rows.stride(), rows.dim(),
                                        zero.row(0), products.data(), lengths + first});
                  for (std::size_t k = first; k < first + count; ++k)
                    lengths[k] = std::sqrt(lengths[k]);
                });
}

}  // namespace hogvec
