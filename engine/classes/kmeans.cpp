#include "engine/classes/kmeans.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/kernels.hpp"
#include "engine/workers.hpp"
#include "io/error.hpp"
#include "simd/kernels.hpp"

namespace hogvec {
namespace {

// Both of the reference.
constexpr int kRounds = 10;
constexpr double kLeastScore = -10;

constexpr std::size_t kBlockRows = 16;  // rows that meet a tile of centroids before the next comes
// Of centroids: beside the rows of a block they stay in a cache of the second level.
constexpr std::size_t kTileBytes = 128 << 10;

/// In double, where products of floats are exact and the order of the sum hardly matters.
double exact_dot(const float* a, const float* b, std::size_t dim) noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < dim; ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
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
    scores_.resize(static_cast<std::size_t>(threads) * kBlockRows * classes_);
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
      for_each_index(threads_, blocks,
                     [this](std::size_t block, int worker) { assign_block(block, worker); });
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
      kernels_.axpy(1, vectors_.row(members_[m]), centroid, vectors_.stride());
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

  void list_choices() {
    choices_.clear();
    for (std::size_t c = 0; c < classes_; ++c) {
      if (has_direction_[c]) choices_.push_back(static_cast<std::uint32_t>(c));
    }
  }

  void assign_block(std::size_t block, int worker) noexcept {
    const std::size_t first = block * kBlockRows;
    const std::size_t end = std::min(first + kBlockRows, vectors_.rows());
    float* const scores = scores_.data() + static_cast<std::size_t>(worker) * kBlockRows * classes_;
    score_block(first, end, scores);
    for (std::size_t k = first; k < end; ++k) {
      class_of_[k] = choose(k, scores + (k - first) * choices_.size());
    }
  }

  /// scores, row-major (end - first) x choices: row k . centroid, a tile of centroids at a time.
  void score_block(std::size_t first, std::size_t end, float* scores) const noexcept {
    const std::size_t stride = vectors_.stride();
    const std::size_t tile = std::max<std::size_t>(1, kTileBytes / (stride * sizeof(float)));
    for (std::size_t begin = 0; begin < choices_.size(); begin += tile) {
      const std::size_t tile_end = std::min(begin + tile, choices_.size());
      for (std::size_t k = first; k < end; ++k) {
        for (std::size_t i = begin; i < tile_end; ++i) {
          scores[(k - first) * choices_.size() + i] =
              kernels_.dot(vectors_.row(k), centroids_.row(choices_[i]), stride);
        }
      }
    }
  }

  /// The class of row k, whose scores with all choices are given.
  std::uint32_t choose(std::size_t k, const float* scores) const noexcept {
    if (!counts(k)) return 0;
    float best = -std::numeric_limits<float>::infinity();
    for (std::size_t i = 0; i < choices_.size(); ++i) best = scores[i] > best ? scores[i] : best;
    const float near_best = best - slack_[k];
    double best_sum = kLeastScore;
    std::uint32_t chosen = 0;
    for (std::size_t i = 0; i < choices_.size(); ++i) {
      if (scores[i] < near_best) continue;
      const double sum = exact_dot(vectors_.row(k), centroids_.row(choices_[i]), vectors_.dim());
      if (!(sum > best_sum)) continue;
      best_sum = sum;
      chosen = choices_[i];
    }
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
  std::vector<float> scores_;  // of each worker, kBlockRows x classes
};

}  // namespace

std::size_t kmeans_memory(std::size_t rows, std::size_t dim, std::size_t classes, int threads) {
  const std::size_t used = std::min(rows, classes);
  const std::size_t by_row = sizeof(float) + sizeof(std::uint32_t) + sizeof(std::size_t);
  const std::size_t by_class = sizeof(std::size_t) + sizeof(std::uint32_t) + sizeof(char) +
                               static_cast<std::size_t>(threads) * kBlockRows * sizeof(float);
  return Matrix::bytes(used, dim) + rows * by_row + used * by_class;
}

std::vector<std::uint32_t> kmeans_classes(ConstMatrixView vectors, std::size_t classes,
                                          int threads) {
  if (classes < 1) throw Error("there must be at least 1 class");
  if (threads < 1) throw Error("threads must be at least 1");
  if (vectors.rows() == 0) return {};
  return KMeans(vectors, classes, threads).run();
}

}  // namespace hogvec
