// What evaluate prints and writes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/query/evaluation.hpp"

namespace hogvec::tools {

struct EvaluationReport {
  template <class Result>
  struct File {
    std::string path;
    Result result;
  };

  std::string vectors;
  std::size_t words = 0;
  std::size_t dim = 0;
  std::size_t top = 0;  // words that analogies are asked over
  std::vector<File<SimilarityResult>> similarity;
  std::vector<File<AnalogyResult>> analogies;
};

/// Tables for people.
std::string to_text(const EvaluationReport& report);

/// One JSON object, with a newline; null for what nothing was found of.
std::string to_json(const EvaluationReport& report);

}  // namespace hogvec::tools
