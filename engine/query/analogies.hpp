// Many analogy questions at once: "a is to b as c is to which word?"
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/query/nearest.hpp"

namespace hogvec {

/// Rows of an index.
struct Analogy {
  std::uint32_t a, b, c;
};

enum class AnalogyScore {
  kSum,      // 3CosAdd, Mikolov, Yih & Zweig 2013: x . (b - a + c), of unit vectors
  kProduct,  // 3CosMul, Levy & Goldberg 2014, eq. (4), of cosines shifted to [0, 1]
};

/// The row that answers, WordIndex::kNotFound where there is none, and its score.
struct AnalogyAnswer {
  std::size_t row = WordIndex::kNotFound;
  float score = 0;
};

/// The best of the first `rows` rows for every question, the question's own three rows left out;
/// of equal ones the first. Rows whose score is not a number never win.
/// 3CosAdd scores are summed in the reference's order, so that near ties end as they do there,
/// whatever the instruction set.
/// Cost: the cosines of all distinct words of the questions with all rows, as a matrix product, and
/// a pass of three numbers a row for every question.
std::vector<AnalogyAnswer> answer_analogies(const WordIndex& index, std::size_t rows,
                                            std::span<const Analogy> questions, AnalogyScore score);

}  // namespace hogvec
