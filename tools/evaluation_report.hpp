// What evaluate prints and writes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/query/evaluation.hpp"

namespace hogvec::tools {

/// What one file of vectors came to. Reports side by side are of the same test sets.
struct EvaluationReport {
  struct Similarity {
    std::string path;
    io::SimilarityFile file;  // without its pairs
    SimilarityResult result;
  };
  struct Analogies {
    std::string path;
    AnalogyResult result;
  };

  std::string vectors;
  std::size_t words = 0;
  std::size_t dim = 0;
  std::size_t top = 0;  // words that analogies are asked over
  std::vector<Similarity> similarity;
  std::vector<Analogies> analogies;
};

/// Tables for people, several vectors side by side.
std::string to_text(const std::vector<EvaluationReport>& reports);

/// A JSON object of one report, an array of several, with a newline; null for what nothing was
/// found of.
std::string to_json(const std::vector<EvaluationReport>& reports);

}  // namespace hogvec::tools
