#include "tools/map/word_classes.hpp"

#include <algorithm>
#include <numeric>

#include "engine/classes/kmeans.hpp"

namespace hogvec::tools {

WordClasses word_classes(ConstMatrixView unit, std::size_t classes, int threads) {
  constexpr std::size_t kTypical = 4;
  WordClasses made;
  made.of = kmeans_classes(unit, classes, threads);
  std::vector<std::vector<std::size_t>> rows(classes);
  for (std::size_t row = 0; row < unit.rows(); ++row) rows[made.of[row]].push_back(row);
  for (const std::vector<std::size_t>& of_class : rows) {
    std::vector<double> sum(unit.dim());
    for (const std::size_t row : of_class) {
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += unit.row(row)[i];
    }
    std::vector<std::pair<double, std::size_t>> near;
    near.reserve(of_class.size());
    for (const std::size_t row : of_class) {
      // Negative, so that the order is the nearest first, and then that of the rows.
      near.emplace_back(-std::inner_product(sum.begin(), sum.end(), unit.row(row), 0.0), row);
    }
    std::sort(near.begin(), near.end());
    near.resize(std::min(near.size(), kTypical));
    std::vector<std::size_t>& typical = made.typical.emplace_back();
    for (const auto& [negative, row] : near) typical.push_back(row);
  }
  return made;
}

}  // namespace hogvec::tools
