#include "engine/sampling/alias_sampler.hpp"

#include <cmath>

#include "io/error.hpp"

namespace hogvec {

AliasSampler::AliasSampler(const Vocabulary& vocabulary, double power)
    : table_(vocabulary.size() - 1) {
  const std::size_t n = table_.size();
  std::vector<double> share(n);
  double total = 0;
  for (std::size_t k = 0; k < n; ++k) {
    share[k] = std::pow(static_cast<double>(vocabulary.count(static_cast<WordId>(k + 1))), power);
    total += share[k];
  }
  if (!(total > 0)) throw Error("vocabulary: no word has a count; noise words cannot be drawn");
  // Vose's construction: a column below its fair share is filled up by one above.
  std::vector<WordId> below;
  std::vector<WordId> above;
  for (std::size_t k = 0; k < n; ++k) {
    share[k] *= static_cast<double>(n) / total;
    table_[k] = {0xffffffff, static_cast<WordId>(k + 1)};
    (share[k] < 1 ? below : above).push_back(static_cast<WordId>(k));
  }
  while (!below.empty() && !above.empty()) {
    const WordId small = below.back();
    const WordId large = above.back();
    below.pop_back();
    table_[small] = {static_cast<std::uint32_t>(share[small] * 0x1p32), large + 1};
    share[large] -= 1 - share[small];
    if (share[large] < 1) {
      above.pop_back();
      below.push_back(large);
    }
  }
  // What is left is full up to rounding: alias and own word are the same.
}

std::vector<double> AliasSampler::probabilities() const {
  std::vector<double> p(table_.size() + 1, 0.0);
  for (std::size_t k = 0; k < table_.size(); ++k) {
    const double own = table_[k].threshold * 0x1p-32;
    p[k + 1] += own / static_cast<double>(table_.size());
    p[table_[k].alias] += (1 - own) / static_cast<double>(table_.size());
  }
  return p;
}

}  // namespace hogvec
