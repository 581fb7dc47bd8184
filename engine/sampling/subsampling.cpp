#include "engine/sampling/subsampling.hpp"

#include <cmath>

namespace hogvec {

double keep_probability(const Vocabulary& vocabulary, WordId word, double t) {
  const auto count = static_cast<double>(vocabulary.count(word));
  if (word == kSentenceEnd || t <= 0 || count <= 0) return 1;
  const double threshold = t * static_cast<double>(vocabulary.total_count());
  return std::fmin(1, (std::sqrt(count / threshold) + 1) * threshold / count);
}

std::vector<std::uint32_t> keep_thresholds(const Vocabulary& vocabulary, double t) {
  std::vector<std::uint32_t> thresholds(vocabulary.size());
  for (WordId word = 0; word < vocabulary.size(); ++word) {
    const double p = keep_probability(vocabulary, word, t);
    thresholds[word] =
        p >= 1 ? 0xffffffff : static_cast<std::uint32_t>(std::fmax(0, p * 0x1p32 - 1));
  }
  return thresholds;
}

}  // namespace hogvec
