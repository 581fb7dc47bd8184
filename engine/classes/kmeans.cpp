#include "engine/classes/kmeans.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/kernels.hpp"
#include "engine/train/scratch.hpp"
#include "engine/workers.hpp"
#include "io/error.hpp"
#include "simd/kernels.hpp"

namespace hogvec {
namespace {

// Both of the reference.
constexpr int kRounds = 10;
constexpr double kLeastScore = -10;

constexpr std::size_t kBlockRows = 32;  // whose scores with all centroids are summed at once

/// In double, where products of floats are exact and the order of the sum hardly matters.
double exact_dot(const float* a, const float* b, std::size_t dim) noexcept {
  // Four sums: one would wait for itself at every value.
  double sums[4] = {};
  std::size_t i = 0;
  for (; i + 4 <= dim; i += 4) {
    for (std::size_t s = 0; s < 4; ++s) sums[s] += static_cast<double>(a[i + s]) * b[i + s];
  }
  for (; i < dim; ++i) sums[0] += static_cast<double>(a[i]) * b[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

class KMeans {
 public:
  KMeans(ConstMatrixView vectors, std::size_t classes, int threads)
      : vectors_(vectors),
        // Row k starts in class k: classes beyond the rows are empty, and never chosen.
        classes_(std::min(classes, vectors.rows())),
        threads_(threads),
        kernels_(active_kernels()),
        centroids_(classes_, vectors.dim()),
        has_direction_(classes_),
        slack_(vectors.rows()),
        class_of_(vectors.rows()),
        members_(vectors.rows()),
        first_member_(classes_ + 1) {
    // Before the workers start, so that they allocate nothing.
    for (int worker = 0; worker < threads; ++worker) {
      scores_.emplace_back(simd::score_tiles_size(classes_, kBlockRows));
      transposed_.emplace_back(vectors.dim() * kBlockRows);
    }
    choices_.reserve(classes_);
    for (std::size_t k = 0; k < class_of_.size(); ++k) {
      class_of_[k] = static_cast<std::uint32_t>(k % classes_);
    }
  }

  std::vector<std::uint32_t> run() && {
    measure_slack();
    for (int round = 0; round < kRounds; ++round) {
      group_members();
      for_each_index(threads_, classes_, [this](std::size_t c, int) { place_centroid(c); });
      list_choices();
      const std::size_t blocks = (vectors_.rows() + kBlockRows - 1) / kBlockRows;
      for_each_index(threads_, blocks, [this](std::size_t block, int worker) {
        assign_block(block, static_cast<std::size_t>(worker));
      });
    }
    return std::move(class_of_);
  }

 private:
  /// Each instruction set adds up in an order of its own; two such sums of a row with a centroid of
  /// length 1 lie within dim * 2^-23 of the row's length. Scores nearer to the best than twice that
  /// are summed again in the one order, so that the classes are the same everywhere.
  void measure_slack() {
    const double per_length =
        2 * static_cast<double>(vectors_.dim()) * std::numeric_limits<float>::epsilon();
    const std::size_t blocks = (vectors_.rows() + kBlockRows - 1) / kBlockRows;
    for_each_index(threads_, blocks, [&](std::size_t block, int) {
      const std::size_t end = std::min((block + 1) * kBlockRows, vectors_.rows());
      for (std::size_t k = block * kBlockRows; k < end; ++k) {
        const float* const row = vectors_.row(k);
        slack_[k] = static_cast<float>(per_length * std::sqrt(exact_dot(row, row, vectors_.dim())));
      }
    });
  }

  /// Whether all values of row k are finite. In the reference one that is not spoils the centroids
  /// of all classes that it comes to be in, round by round.
  bool counts(std::size_t k) const noexcept { return std::isfinite(slack_[k]); }

  /// The rows of every class, in their order: what a centroid adds up does not depend on threads.
  void group_members() {
    std::fill(first_member_.begin(), first_member_.end(), 0);
    for (std::size_t k = 0; k < class_of_.size(); ++k) first_member_[class_of_[k] + 1] += counts(k);
    for (std::size_t c = 0; c < classes_; ++c) first_member_[c + 1] += first_member_[c];
    std::vector<std::size_t> place(first_member_.begin(), first_member_.end() - 1);
    for (std::size_t k = 0; k < class_of_.size(); ++k) {
      if (counts(k)) members_[place[class_of_[k]]++] = k;
    }
  }

  void place_centroid(std::size_t c) noexcept {
    float* const centroid = centroids_.row(c);
    std::fill_n(centroid, centroids_.stride(), 0.0f);
    for (std::size_t m = first_member_[c]; m < first_member_[c + 1]; ++m) {
      kernels_.axpy(1, vectors_.row(members_[m]), centroid, simd::padded(vectors_.dim()));
    }
    // The reference starts its counts at 1. It divides to no effect but rounding.
    const auto count = static_cast<float>(first_member_[c + 1] - first_member_[c] + 1);
    for (std::size_t i = 0; i < centroids_.dim(); ++i) centroid[i] /= count;
    const double length = std::sqrt(exact_dot(centroid, centroid, centroids_.dim()));
    has_direction_[c] = length > 0 && std::isfinite(length);
    if (!has_direction_[c]) return;
    for (std::size_t i = 0; i < centroids_.dim(); ++i) {
      centroid[i] = static_cast<float>(centroid[i] / length);
    }
  }

  /// Lists the classes that have a direction, and brings their centroids together.
  void list_choices() {
    choices_.clear();
    for (std::size_t c = 0; c < classes_; ++c) {
      if (!has_direction_[c]) continue;
      const std::size_t i = choices_.size();
      if (i != c) std::copy_n(centroids_.row(c), centroids_.stride(), centroids_.row(i));
      choices_.push_back(static_cast<std::uint32_t>(c));
    }
  }

  void assign_block(std::size_t block, std::size_t worker) noexcept {
    const std::size_t first = block * kBlockRows;
    const std::size_t count = std::min(kBlockRows, vectors_.rows() - first);
    if (choices_.empty()) {
      std::fill_n(class_of_.data() + first, count, 0);
      return;
    }
    const std::size_t leading = simd::padded(count);
    float* const transposed = transposed_[worker].data();
    for (std::size_t b = 0; b < count; ++b) {
      const float* const row = vectors_.row(first + b);
      for (std::size_t d = 0; d < vectors_.dim(); ++d) transposed[d * leading + b] = row[d];
    }
    float* const scores = scores_[worker].data();
    float best[kBlockRows];
    std::fill_n(best, count, -std::numeric_limits<float>::infinity());
    kernels_.softmax_tile_scores({.rows = centroids_.data(),
                                  .row_count = choices_.size(),
                                  .stride = centroids_.stride(),
                                  .dim = centroids_.dim(),
                                  .batch = count,
                                  .hidden_transposed = transposed,
                                  .step = nullptr,
                                  .tiles = scores,
                                  .max_score = best,
                                  .weighted_rows = nullptr});
    for (std::size_t b = 0; b < count; ++b) {
      class_of_[first + b] = choose(first + b, scores, b, count, best[b]);
    }
  }

  /// visit(i) for all choices, in order, whose score with the b-th row of a block of so many is not
  /// below `least`. There are few: whole registers are looked at, and most left.
  template <class Visit>
  void for_each_near(const float* scores, std::size_t b, std::size_t block, float least,
                     const Visit& visit) const noexcept {
    constexpr std::size_t kAtOnce = 16;
    static_assert(simd::kScoreTileRows % kAtOnce == 0);
    for (std::size_t first = 0; first < choices_.size(); first += kAtOnce) {
      const float* const some = scores + simd::score_place(first, b, block);
      int near = 0;
      for (std::size_t i = 0; i < kAtOnce; ++i) near += !(some[i] < least);
      if (near == 0) continue;
      const std::size_t count = std::min(kAtOnce, choices_.size() - first);
      for (std::size_t i = 0; i < count; ++i) {
        if (!(some[i] < least)) visit(first + i);
      }
    }
  }

  /// The class of row k, the b-th of a block of so many, from the scores of the block.
  std::uint32_t choose(std::size_t k, const float* scores, std::size_t b, std::size_t block,
                       float best) const noexcept {
    if (!counts(k)) return 0;
    const float near_best = best - slack_[k];
    std::size_t candidates = 0;
    std::size_t candidate = 0;
    for_each_near(scores, b, block, near_best, [&](std::size_t i) {
      ++candidates;
      candidate = i;
    });
    // As a rule there is one, which none can be better than.
    if (candidates == 1 && near_best > kLeastScore) return choices_[candidate];
    double best_sum = kLeastScore;
    std::uint32_t chosen = 0;
    for_each_near(scores, b, block, near_best, [&](std::size_t i) {
      const double sum = exact_dot(vectors_.row(k), centroids_.row(i), vectors_.dim());
      if (!(sum > best_sum)) return;
      best_sum = sum;
      chosen = choices_[i];
    });
    return chosen;
  }

  ConstMatrixView vectors_;
  std::size_t classes_;
  int threads_;
  const simd::KernelTable& kernels_;
  Matrix centroids_;
  std::vector<char> has_direction_;     // of each class
  std::vector<std::uint32_t> choices_;  // the classes that have one
  std::vector<float> slack_;            // of each row
  std::vector<std::uint32_t> class_of_;
  std::vector<std::size_t> members_;  // rows, grouped by class
  std::vector<std::size_t> first_member_;
  std::vector<Scratch<float>> scores_;      // of each worker: tiles of kBlockRows x classes
  std::vector<Scratch<float>> transposed_;  // of each worker: the block's rows, dim x kBlockRows
};

}  // namespace

std::size_t kmeans_memory(std::size_t rows, std::size_t dim, std::size_t classes, int threads) {
  const std::size_t used = std::min(rows, classes);
  const std::size_t by_row = sizeof(float) + sizeof(std::uint32_t) + sizeof(std::size_t);
  const std::size_t by_class = sizeof(std::size_t) + sizeof(std::uint32_t) + sizeof(char);
  const std::size_t by_worker =
      (simd::score_tiles_size(used, kBlockRows) + dim * kBlockRows) * sizeof(float);
  return Matrix::bytes(used, dim) + rows * by_row + used * by_class +
         static_cast<std::size_t>(threads) * by_worker;
}

std::vector<std::uint32_t> kmeans_classes(ConstMatrixView vectors, std::size_t classes,
                                          int threads) {
  if (classes < 1) throw Error("there must be at least 1 class");
  if (threads < 1) throw Error("threads must be at least 1");
  if (vectors.rows() == 0) return {};
  return KMeans(vectors, classes, threads).run();
}

}  // namespace hogvec
