// answer_analogies against a double loop over every row; what it does with ties, with questions of
// more words than it takes at a time, and with rows that have no direction.
//
// Sizes: 777 rows, three tiles and a part of one that is no multiple of a register; 1, 12, 37 and
// 300 dimensions. Tolerances: a cosine is off by dim * 2^-24 and the score of 3CosAdd by three of
// those; factors of 3CosMul are shifted cosines, whose quotients are off by as much over their
// smallest denominator, which the test asks for.
// Out of scope: the reference's digits, which tests/tools/test_accuracy.sh compares.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "engine/query/analogies.hpp"

using hogvec::Analogy;
using hogvec::AnalogyAnswer;
using hogvec::AnalogyScore;
using hogvec::WordIndex;
using hogvec::io::WordVectors;

namespace {

constexpr std::size_t kRows = 777;

WordIndex index_of(const std::vector<float>& values, std::size_t dim) {
  WordVectors vectors;
  vectors.dim = dim;
  vectors.values = values;
  for (std::size_t k = 0; k < values.size() / dim; ++k) vectors.words.push_back(std::to_string(k));
  return WordIndex(std::move(vectors));
}

WordIndex random_index(std::size_t rows, std::size_t dim) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal(0, 1);
  std::vector<float> values(rows * dim);
  for (float& value : values) value = normal(random);
  return index_of(values, dim);
}

std::vector<Analogy> random_questions(std::size_t count, std::uint32_t rows) {
  std::mt19937 random(5);
  std::vector<Analogy> questions(count);
  for (Analogy& question : questions) {
    question = {static_cast<std::uint32_t>(random() % rows),
                static_cast<std::uint32_t>(random() % rows),
                static_cast<std::uint32_t>(random() % rows)};
  }
  return questions;
}

double cosine(const WordIndex& index, std::size_t a, std::size_t b) {
  double sum = 0;
  for (std::size_t i = 0; i < index.dim(); ++i) {
    sum += static_cast<double>(index.unit_vector(a)[i]) * index.unit_vector(b)[i];
  }
  return sum;
}

double score_of(const WordIndex& index, AnalogyScore score, const Analogy& q, std::size_t row) {
  const double a = cosine(index, q.a, row);
  const double b = cosine(index, q.b, row);
  const double c = cosine(index, q.c, row);
  if (score == AnalogyScore::kSum) return b - a + c;
  return (1 + b) / 2 * ((1 + c) / 2) / ((1 + a) / 2 + 0.001);  // Levy & Goldberg 2014, eq. (4)
}

/// Whether the answer is the best of the first rows within the tolerance, and its score is right.
bool is_best(const WordIndex& index, std::size_t rows, AnalogyScore score, const Analogy& q,
             const AnalogyAnswer& answer, double tolerance) {
  double best = -std::numeric_limits<double>::infinity();
  for (std::size_t row = 0; row < rows; ++row) {
    if (row == q.a || row == q.b || row == q.c) continue;
    best = std::max(best, score_of(index, score, q, row));
  }
  if (answer.row >= rows || answer.row == q.a || answer.row == q.b || answer.row == q.c) {
    return false;
  }
  const double right = score_of(index, score, q, answer.row);
  return right >= best - tolerance * std::abs(best) &&
         std::abs(answer.score - right) <= tolerance * std::max(1.0, std::abs(right));
}

}  // namespace

TEST_CASE("answers are those of a double loop") {
  for (const AnalogyScore score : {AnalogyScore::kSum, AnalogyScore::kProduct}) {
    for (const std::size_t dim : {1, 12, 37, 300}) {
      // One dimension has cosines of -1 and 1 alone: 1 / 0.001 is the quotient of a rounding.
      if (dim == 1 && score == AnalogyScore::kProduct) continue;
      CAPTURE(dim);
      const WordIndex index = random_index(kRows, dim);
      const std::vector<Analogy> questions = random_questions(40, kRows);
      for (const std::size_t rows : {kRows, std::size_t{256}, std::size_t{5}}) {
        CAPTURE(rows);
        const auto answers = hogvec::answer_analogies(index, rows, questions, score);
        REQUIRE(answers.size() == questions.size());
        // In 12 dimensions some cosine comes near -1, where a denominator is down to about 1/30.
        const double tolerance = static_cast<double>(dim + 4) * 0x1p-24 * 3 * 30;
        std::size_t good = 0;
        for (std::size_t q = 0; q < questions.size(); ++q) {
          good += is_best(index, rows, score, questions[q], answers[q], tolerance);
        }
        CHECK(good == questions.size());
      }
    }
  }
}

TEST_CASE("questions of more distinct words than a batch are all answered, in their order") {
  // 2000 questions of 6000 draws from 5000 rows: several times the 1024 words of a batch.
  const WordIndex index = random_index(5000, 16);
  const std::vector<Analogy> questions = random_questions(2000, 5000);
  const auto together =
      hogvec::answer_analogies(index, index.size(), questions, AnalogyScore::kSum);
  REQUIRE(together.size() == questions.size());
  for (std::size_t q = 0; q < questions.size(); q += 97) {
    const auto alone =
        hogvec::answer_analogies(index, index.size(), {&questions[q], 1}, AnalogyScore::kSum);
    CHECK(together[q].row == alone.front().row);
    CHECK(together[q].score == alone.front().score);
  }
}

TEST_CASE("of equal rows the first answers") {
  // Three directions in turns: every row stands a thousand times, in many tiles.
  std::vector<float> values;
  for (int k = 0; k < 1000; ++k) values.insert(values.end(), {1, 0, 0, 0, 1, 0, 0, 0, 1});
  const WordIndex index = index_of(values, 3);
  // b - a + c = (0, 1, 1) for rows 0, 1, 2: rows 1 and 2 are taken, 4 and 5 tie.
  for (const AnalogyScore score : {AnalogyScore::kSum, AnalogyScore::kProduct}) {
    const std::vector<Analogy> questions = {{0, 1, 2}, {0, 4, 5}, {3, 1, 4}};
    const auto answers = hogvec::answer_analogies(index, index.size(), questions, score);
    CHECK(answers[0].row == 4);
    CHECK(answers[1].row == 1);
    CHECK(answers[2].row == 7);
  }
}

TEST_CASE("the words of a question never answer it") {
  const WordIndex index = random_index(4, 8);
  for (const AnalogyScore score : {AnalogyScore::kSum, AnalogyScore::kProduct}) {
    const auto answers =
        hogvec::answer_analogies(index, 4, std::vector<Analogy>{{0, 1, 2}, {3, 2, 0}}, score);
    CHECK(answers[0].row == 3);
    CHECK(answers[1].row == 1);
    const auto none = hogvec::answer_analogies(index, 3, std::vector<Analogy>{{0, 1, 2}}, score);
    CHECK(none[0].row == WordIndex::kNotFound);
  }
}

TEST_CASE("rows that are not numbers never answer and break nothing") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  const WordIndex index =
      index_of({1, 0, 0, 1, nan, nan, inf, 1, 0.6f, 0.8f, 0, 0, -1, 0, nan, 0}, 2);
  for (const AnalogyScore score : {AnalogyScore::kSum, AnalogyScore::kProduct}) {
    const std::vector<Analogy> questions = {{6, 0, 1}, {2, 0, 1}, {0, 1, 3}, {5, 5, 5}};
    const auto answers = hogvec::answer_analogies(index, index.size(), questions, score);
    CHECK(answers[0].row == 4);
    CHECK(answers[1].row == WordIndex::kNotFound);  // a word of the question is no number
    CHECK(answers[2].row == WordIndex::kNotFound);
    CHECK(answers[3].row == 0);  // a zero vector is as far from all
  }
}

TEST_CASE("no questions and no rows have no answers") {
  const WordIndex index = random_index(3, 4);
  CHECK(hogvec::answer_analogies(index, 3, {}, AnalogyScore::kSum).empty());
  const auto answers =
      hogvec::answer_analogies(index, 0, std::vector<Analogy>{{0, 1, 2}}, AnalogyScore::kSum);
  CHECK(answers[0].row == WordIndex::kNotFound);
}
