#include "engine/query/analogies.hpp"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "engine/kernels.hpp"
#include "engine/query/unit_rows.hpp"

namespace hogvec {

namespace {

// The cosines of a batch's words with a tile's rows, 1 MiB, stay in a second-level cache. The words
// of the usual question files are fewer than a batch's.
constexpr std::size_t kTileRows = 256;
constexpr std::size_t kBatchWords = 1024;
constexpr std::size_t kBatchQuestions = 1 << 16;
constexpr std::size_t kGroupWords = 24;  // against a tile at a time: these stay in the first level

constexpr float kNone = -std::numeric_limits<float>::infinity();

/// Questions whose words are at most kBatchWords.
struct Batch {
  std::span<const Analogy> questions;
  std::vector<std::size_t> words;      // rows of the index
  std::vector<std::uint32_t> triples;  // for every question a, b, c: places in `words`
};

/// The longest batch that `questions` begin with.
Batch first_batch(std::span<const Analogy> questions) {
  Batch batch;
  std::unordered_map<std::size_t, std::uint32_t> place_of;
  std::size_t count = 0;
  while (count < std::min(questions.size(), kBatchQuestions) &&
         batch.words.size() + 3 <= kBatchWords) {
    const Analogy& question = questions[count++];
    for (const std::size_t row : {question.a, question.b, question.c}) {
      const auto place = static_cast<std::uint32_t>(batch.words.size());
      const auto [found, is_new] = place_of.emplace(row, place);
      if (is_new) batch.words.push_back(row);
      batch.triples.push_back(found->second);
    }
  }
  batch.questions = questions.first(count);
  return batch;
}

float score_of(AnalogyScore score, float a, float b, float c) noexcept {
  if (score == AnalogyScore::kSum) return b - a + c;
  return (1 + b) * (1 + c) / (1 + a + 2 * simd::kAnalogyEpsilon);
}

/// What a worker knows after the tiles that it has seen.
struct Findings {
  explicit Findings(const Batch& batch, std::size_t dim)
      : cosines(batch.words.size() + 1, kTileRows),
        query(dim),
        tile_best(batch.questions.size()),
        least(batch.questions.size(), kNone),
        answers(batch.questions.size(), {WordIndex::kNotFound, kNone}) {}

  Matrix cosines;  // of words with rows, and a row to spare for what kernels write past the end
  std::vector<float> query;
  std::vector<float> tile_best;
  std::vector<float> least;  // what lies below has no chance
  std::vector<AnalogyAnswer> answers;
};

void keep_better(AnalogyAnswer& answer, const AnalogyAnswer& other) noexcept {
  if (other.score > answer.score || (other.score == answer.score && other.row < answer.row)) {
    answer = other;
  }
}

class Search {
 public:
  Search(const WordIndex& index, std::size_t rows, const Batch& batch, AnalogyScore score)
      : index_(index), rows_(rows), batch_(batch), score_(score) {
    for (const std::size_t row : batch.words) words_.push_back(index.unit_vector(row).data());
  }

  /// Scores every question with the rows of the tile.
  void see(std::size_t first_row, Findings& findings) const {
    const std::size_t count = std::min(kTileRows, rows_ - first_row);
    const std::size_t padded_count = simd::padded(count);
    const float* tile[kTileRows];
    for (std::size_t m = 0; m < padded_count; ++m) {
      // A row that stands for the padding adds no better score.
      tile[m] = index_.unit_vector(first_row + std::min(m, count - 1)).data();
    }
    float* const cosines = findings.cosines.data();
    for (std::size_t word = 0; word < words_.size(); word += kGroupWords) {
      kernels_.score_rows(&words_[word], std::min(kGroupWords, words_.size() - word), tile,
                          padded_count, simd::padded(index_.dim()), cosines + word * padded_count);
    }
    const simd::AnalogyScores scores{cosines, padded_count, batch_.triples.data(),
                                     batch_.questions.size(), findings.tile_best.data()};
    if (score_ == AnalogyScore::kSum) {
      kernels_.analogy_sums(scores);
    } else {
      kernels_.analogy_products(scores);
    }
    for (std::size_t q = 0; q < batch_.questions.size(); ++q) {
      // The best may be one of the question's own words, and is not a number where a row is not.
      if (findings.tile_best[q] < findings.least[q]) continue;
      look_closer(q, first_row, count, scores, findings);
    }
  }

 private:
  /// How far below the best approximate score the best exact one may lie. Sums of dim products
  /// whose sizes add up to at most 1 are off by dim * 2^-24, whatever their order. A score of
  /// 3CosAdd is off by three of those, its sum in the reference's order by as much again, and four
  /// roundings of numbers up to 3; and there are two scores to compare. Factors of 3CosMul of which
  /// none is below 1/2 are off by 2 dim * 2^-24 of their size: 3 factors, 2 ways of summing,
  /// 2 scores, and some room.
  float slack(float best) const noexcept {
    const float dim = static_cast<float>(index_.dim());
    constexpr float kUlp = std::numeric_limits<float>::epsilon();
    return score_ == AnalogyScore::kSum ? 6 * (dim + 4) * kUlp
                                        : 16 * (dim + 4) * kUlp * std::abs(best);
  }

  /// Finds what may be the answer to question q in the tile, and scores it in the one order.
  void look_closer(std::size_t q, std::size_t first_row, std::size_t count,
                   const simd::AnalogyScores& scores, Findings& findings) const {
    const Analogy& question = batch_.questions[q];
    const float* const a = scores.cosines + batch_.triples[3 * q] * scores.row_count;
    const float* const b = scores.cosines + batch_.triples[3 * q + 1] * scores.row_count;
    const float* const c = scores.cosines + batch_.triples[3 * q + 2] * scores.row_count;
    float score[kTileRows];
    for (std::size_t m = 0; m < count; ++m) score[m] = score_of(score_, a[m], b[m], c[m]);
    for (const std::size_t own : {question.a, question.b, question.c}) {
      if (own >= first_row && own < first_row + count) score[own - first_row] = kNone;
    }
    float best = kNone;
    for (std::size_t m = 0; m < count; ++m) best = score[m] > best ? score[m] : best;
    if (!(best > kNone)) return;
    findings.least[q] = std::max(findings.least[q], best - slack(best));
    if (best < findings.least[q]) return;
    if (score_ == AnalogyScore::kSum) {
      for (std::size_t i = 0; i < index_.dim(); ++i) {
        findings.query[i] = words_[batch_.triples[3 * q + 1]][i] -
                            words_[batch_.triples[3 * q]][i] + words_[batch_.triples[3 * q + 2]][i];
      }
    }
    std::size_t found = 0;
    std::size_t rows[kTileRows];
    for (std::size_t m = 0; m < count; ++m) {
      if (score[m] >= findings.least[q] && score[m] > kNone) rows[found++] = first_row + m;
    }
    constexpr std::size_t kTogether = 8;  // where many rows tie
    std::size_t k = 0;
    for (; k + kTogether <= found; k += kTogether) score_exactly<kTogether>(q, rows + k, findings);
    for (; k < found; ++k) score_exactly<1>(q, rows + k, findings);
  }

  template <std::size_t kRows>
  void score_exactly(std::size_t q, const std::size_t* rows, Findings& findings) const {
    const float* vectors[kRows];
    for (std::size_t r = 0; r < kRows; ++r) vectors[r] = index_.unit_vector(rows[r]).data();
    float scores[kRows];
    if (score_ == AnalogyScore::kSum) {
      cosines_with<kRows>(findings.query.data(), vectors, scores);
    } else {
      float cosines[3][kRows];
      for (std::size_t i = 0; i < 3; ++i) {
        cosines_with<kRows>(words_[batch_.triples[3 * q + i]], vectors, cosines[i]);
      }
      for (std::size_t r = 0; r < kRows; ++r) {
        scores[r] = score_of(score_, cosines[0][r], cosines[1][r], cosines[2][r]);
      }
    }
    for (std::size_t r = 0; r < kRows; ++r) keep_better(findings.answers[q], {rows[r], scores[r]});
  }

  template <std::size_t kRows>
  void cosines_with(const float* word, const float* const* vectors, float* cosines) const {
    const float* same[kRows];
    std::fill_n(same, kRows, word);
    sums_of_products<kRows>(same, vectors, index_.dim(), cosines);
  }

  const WordIndex& index_;
  std::size_t rows_;
  const Batch& batch_;
  AnalogyScore score_;
  const simd::KernelTable& kernels_ = active_kernels();
  std::vector<const float*> words_;
};

}  // namespace

std::vector<AnalogyAnswer> answer_analogies(const WordIndex& index, std::size_t rows,
                                            std::span<const Analogy> questions,
                                            AnalogyScore score) {
  rows = std::min(rows, index.size());
  std::vector<AnalogyAnswer> answers;
  while (!questions.empty()) {
    const Batch batch = first_batch(questions);
    questions = questions.subspan(batch.questions.size());
    const Search search(index, rows, batch, score);
    tbb::enumerable_thread_specific<Findings> by_thread(
        [&] { return Findings(batch, index.dim()); });
    const std::size_t tiles = (rows + kTileRows - 1) / kTileRows;
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, tiles, 1),
                      [&](const tbb::blocked_range<std::size_t>& range) {
                        Findings& mine = by_thread.local();
                        for (std::size_t tile = range.begin(); tile < range.end(); ++tile) {
                          search.see(tile * kTileRows, mine);
                        }
                      });
    std::vector<AnalogyAnswer> found(batch.questions.size(), {WordIndex::kNotFound, kNone});
    for (const Findings& mine : by_thread) {
      for (std::size_t q = 0; q < found.size(); ++q) keep_better(found[q], mine.answers[q]);
    }
    for (AnalogyAnswer& answer : found) {
      // Twice eq. (4): see AnalogyScores.
      if (answer.row == WordIndex::kNotFound) answer.score = 0;
      if (score == AnalogyScore::kProduct) answer.score /= 2;
    }
    answers.insert(answers.end(), found.begin(), found.end());
  }
  return answers;
}

}  // namespace hogvec
