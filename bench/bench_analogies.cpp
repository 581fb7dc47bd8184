// Analogy questions: the cosines of their words with a tile of rows, the best score of each in the
// tile, and a whole file of questions.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "bench/support.hpp"
#include "engine/query/analogies.hpp"

namespace hogvec::bench {
namespace {

constexpr std::size_t kTileRows = 256;
constexpr std::size_t kGroupWords = 24;
constexpr std::size_t kWords = 900;  // distinct words of the usual 20,000 questions
constexpr std::size_t kQuestions = 20'000;

void bench_score_rows(benchmark::State& state, const simd::KernelTable& kernels, std::size_t dim) {
  const Matrix words = random_matrix(kGroupWords, dim, 1, 1);
  const Matrix rows = random_matrix(kTileRows, dim, 1, 2);
  const float* word[kGroupWords];
  const float* row[kTileRows];
  for (std::size_t u = 0; u < kGroupWords; ++u) word[u] = words.row(u);
  for (std::size_t m = 0; m < kTileRows; ++m) row[m] = rows.row(m);
  Aligned<float> scores(kGroupWords * kTileRows + 3);
  const auto score = [&] {
    kernels.score_rows(word, kGroupWords, row, kTileRows, rows.stride(), scores.data());
  };
  score();
  const std::vector<double> x = packed(words, kGroupWords);
  const std::vector<double> y = packed(rows, kTileRows);
  std::vector<double> want(kGroupWords * kTileRows);
  for (std::size_t i = 0; i < want.size(); ++i) {
    const double* const a = &x[i / kTileRows * dim];
    const double* const b = &y[i % kTileRows * dim];
    for (std::size_t d = 0; d < dim; ++d) want[i] += a[d] * b[d];
  }
  // Sums of D products below 1.
  scores.resize(want.size());
  const double rounding = static_cast<double>(dim * dim) * 0x1p-24;
  if (!all_close(scores, want, rounding, 0)) return state.SkipWithError("wrong result");
  scores.resize(want.size() + 3);
  for (auto _ : state) {
    score();
    benchmark::ClobberMemory();
  }
  count_flop(state, kernels, 2 * kGroupWords * kTileRows * dim);
}

void bench_best(benchmark::State& state, const simd::KernelTable& kernels, bool sums) {
  const Aligned<float> cosines = random_values(kWords * kTileRows, 0.9f, 1);
  Aligned<std::uint32_t> questions(3 * kQuestions);
  for (std::size_t i = 0; i < questions.size(); ++i) {
    questions[i] = static_cast<std::uint32_t>(i * 7919 % kWords);  // a prime: every word in turn
  }
  Aligned<float> best(kQuestions);
  const simd::AnalogyScores scores{cosines.data(), kTileRows, questions.data(), kQuestions,
                                   best.data()};
  const auto find = sums ? kernels.analogy_sums : kernels.analogy_products;
  find(scores);
  std::vector<double> want(kQuestions, -std::numeric_limits<double>::infinity());
  for (std::size_t q = 0; q < kQuestions; ++q) {
    const auto cosine = [&](std::size_t i, std::size_t m) -> double {
      return cosines[questions[3 * q + i] * kTileRows + m];
    };
    for (std::size_t m = 0; m < kTileRows; ++m) {
      const double a = cosine(0, m), b = cosine(1, m), c = cosine(2, m);
      const double e = double{simd::kAnalogyEpsilon};
      want[q] = std::max(want[q], sums ? b - a + c : (1 + b) * (1 + c) / (1 + a + 2 * e));
    }
  }
  if (!all_close(best, want, 1e-6, 1e-5)) return state.SkipWithError("wrong result");
  for (auto _ : state) {
    find(scores);
    benchmark::ClobberMemory();
  }
  count(state, "scores", kQuestions * kTileRows);
}

/// The number of a row is its word.
WordIndex index_of(std::size_t rows, std::size_t dim) {
  const Matrix matrix = random_matrix(rows, dim, 1, 1);
  std::vector<std::string> words;
  for (std::size_t k = 0; k < rows; ++k) words.push_back(std::to_string(k));
  return WordIndex(std::move(words), matrix.view());
}

void bench_answers(benchmark::State& state, AnalogyScore score) {
  constexpr std::size_t kRows = 30'000;
  const WordIndex index = index_of(kRows, 300);
  std::vector<Analogy> questions(kQuestions);
  for (std::size_t q = 0; q < kQuestions; ++q) {
    const auto word = [q](std::size_t i) {
      return static_cast<std::uint32_t>((3 * q + i) * 7919 % kWords);
    };
    questions[q] = {word(0), word(1), word(2)};
  }
  const auto answers = answer_analogies(index, kRows, questions, score);
  // A question alone goes the same way; that it is the right one the tests ask.
  const auto alone = answer_analogies(index, kRows, {&questions[7], 1}, score);
  if (answers[7].row != alone[0].row) return state.SkipWithError("wrong result");
  for (auto _ : state) {
    benchmark::DoNotOptimize(answer_analogies(index, kRows, questions, score));
  }
  count(state, "questions", kQuestions);
}

}  // namespace

void register_analogies() {
  for_every_table_and_dim("score_rows", bench_score_rows);
  for_every_table("analogy_sums",
                  [](auto& state, const auto& kernels) { bench_best(state, kernels, true); });
  for_every_table("analogy_products",
                  [](auto& state, const auto& kernels) { bench_best(state, kernels, false); });
  for (const bool sum : {true, false}) {
    benchmark::RegisterBenchmark(sum ? "answer_analogies/3CosAdd" : "answer_analogies/3CosMul",
                                 [sum](auto& state) {
                                   bench_answers(state,
                                                 sum ? AnalogyScore::kSum : AnalogyScore::kProduct);
                                 })
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  }
}

}  // namespace hogvec::bench
