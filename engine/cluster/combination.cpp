#include "engine/cluster/combination.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/kernels.hpp"

namespace hogvec {
namespace {

// The slope of the sigmoid, as a mean over all pairs: measured on 100 MB of Wikipedia, skip-gram,
// 16 ranks: with 0.1, 0.2 and 1 the vectors have (WordSim-353 / analogies) 0.659 / 0.346, 0.649 /
// 0.318 and far less; those of one rank 0.659 / 0.342.
constexpr double kSlope = 0.1;
// Of the nodes at the top of the tree, which are on every path and whose turns are hardly known, as
// the rows of W feel them. 2 epochs, 16 ranks: 0.602 / 0.245 with 1, 0.622 / 0.270 with 4, 0.592 /
// 0.233 with 16. (The other way, nodes that are held back more: 0.391 / 0.203.)
constexpr double kTreeSlopes = 4;
// Directions in which the other side's rows lie: a fifth of their number counts.
constexpr double kSpread = 5;
// The others are met too seldom to matter.
constexpr std::size_t kFrequentRows = 4096;

double mean_reach(const TrainPlan& plan) noexcept {
  const auto window = static_cast<double>(plan.window);
  return plan.shrink_windows ? (window + 1) / 2 : window;
}

double factor(double a, double ranks) noexcept {
  constexpr double kLittle = 1e-6;
  return a < kLittle ? 1 : -std::expm1(-ranks * a) / (ranks * -std::expm1(-a));
}

}  // namespace

std::array<RowTouches, 3> expected_touches(const Vocabulary& vocabulary, const TrainPlan& plan,
                                           const RunTables& tables) {
  constexpr double kAllKept = 4294967296.0;  // of keep_thresholds()
  const std::size_t words = vocabulary.size();
  const auto total = static_cast<double>(std::max<std::uint64_t>(vocabulary.total_count(), 1));
  std::vector<double> kept(words);  // of each word, for each word of the text
  double all_kept = 0;
  double all_noise = 0;
  const auto noise = [&](WordId word) {
    return std::pow(static_cast<double>(vocabulary.count(word)), plan.noise_power);
  };
  for (WordId word = 0; word < words; ++word) {
    if (word == kSentenceEnd) continue;  // trained by nobody
    kept[word] = static_cast<double>(vocabulary.count(word)) / total *
                 (static_cast<double>(tables.keep[word]) / kAllKept);
    all_kept += kept[word];
    all_noise += noise(word);
  }
  const double contexts = 2 * mean_reach(plan);
  const auto negatives = static_cast<double>(plan.negatives);
  std::array<RowTouches, 3> touches;
  RowTouches& input = touches[0];
  RowTouches& output = touches[1];
  RowTouches& nodes = touches[2];
  input.each.assign(kept.begin(), kept.end());
  // A center of CBOW is one pair with the mean of its context, which has the rows' common part, and
  // of the rest a part. All rows of the context go one way together, each by as much.
  const bool cbow = plan.cbow();
  for (RowTouches* const side : {&output, &nodes}) {
    side->along = cbow ? 1 : contexts;
    side->across = cbow ? 1 / contexts : contexts;
  }
  const auto add_outputs = [&](double outputs) {
    input.along += contexts * outputs;
    input.across += (cbow ? 1 : contexts) * outputs;
  };
  if (plan.negatives > 0) {
    output.each.reserve(words);
    for (WordId word = 0; word < words; ++word) {
      const double drawn = word == kSentenceEnd ? 0 : noise(word) / all_noise;
      output.each.push_back(static_cast<float>(kept[word] + negatives * all_kept * drawn));
    }
    add_outputs(1 + negatives);
  }
  if (tables.tree) {
    nodes.each.resize(tables.tree->inner_nodes());
    double steps = 0;
    for (WordId word = 0; word < words; ++word) {
      for (const HuffmanTree::Step step : tables.tree->path(word)) {
        nodes.each[step.node()] += static_cast<float>(kept[word]);
        steps += kept[word];
      }
    }
    add_outputs(kTreeSlopes * steps / std::max(all_kept, 1e-300));
  }
  return touches;
}

OtherSide::OtherSide(ConstMatrixView rows, const RowTouches& touches, const RowTouches& met)
    : kernels_(&active_kernels()), dim_(rows.dim()), common_(rows.stride()) {
  const std::size_t padded = rows.stride();
  const std::size_t count = std::min(rows.rows(), kFrequentRows);
  const double all = std::accumulate(touches.each.begin(), touches.each.begin() + count, 0.0);
  std::fill_n(common_.data(), padded, 0.0f);
  if (!(all > 0)) return;
  double squares = 0;  // mean
  for (std::size_t k = 0; k < count; ++k) {
    const float* const row = rows.row(k);
    const double share = touches.each[k] / all;
    kernels_->axpy(static_cast<float>(share), row, common_.data(), padded);
    squares += share * kernels_->dot(row, row, padded);
  }
  const double length = kernels_->normalize(common_.data(), padded);
  along_ = kSlope * met.along * length * length;
  across_ = kSlope * kSpread * met.across * std::max(squares - length * length, 0.0) /
            static_cast<double>(dim_);
}

void OtherSide::combine(const float* sum, std::uint32_t ranks, double steps,
                        float* change) const noexcept {
  const auto along = static_cast<float>(factor(steps * along_, ranks));
  const auto across = static_cast<float>(factor(steps * across_, ranks));
  const float* const common = common_.data();
  const float more = (along - across) * kernels_->dot(sum, common, common_.size());
  for (std::size_t d = 0; d < dim_; ++d) change[d] = across * sum[d] + more * common[d];
}

}  // namespace hogvec
