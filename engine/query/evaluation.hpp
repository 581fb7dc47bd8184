// How good vectors are: by analogy questions, and by the similarity that people see.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "engine/query/folded_words.hpp"
#include "io/questions_file.hpp"
#include "io/similarity_file.hpp"

namespace hogvec {

struct SimilarityResult {
  double spearman = 0;    // of cosine with the scores; NaN where there is nothing to correlate
  std::size_t found = 0;  // pairs whose words are both known
  std::size_t total = 0;
};

/// Pairs whose cosine is not a number are not found. A zero vector has the cosine 0 with all.
SimilarityResult evaluate_similarity(const WordIndex& index, const FoldedWords& words,
                                     std::span<const io::WordPair> pairs);

/// Questions asked, those whose four words are known, and how many of these were right.
struct AnalogyTally {
  std::size_t total = 0;
  std::size_t found = 0;
  std::size_t sum_right = 0;      // 3CosAdd
  std::size_t product_right = 0;  // 3CosMul

  void add(const AnalogyTally& other) noexcept;
};

struct AnalogyResult {
  struct Section {
    std::string name;
    bool syntactic = false;  // its name holds "gram" or "morphology"
    AnalogyTally tally;
  };
  std::vector<Section> sections;
  AnalogyTally all, semantic, syntactic;
};

/// Over the first `top` rows: questions whose words are all among them, answers from among them.
AnalogyResult evaluate_analogies(const WordIndex& index, const FoldedWords& words, std::size_t top,
                                 const io::QuestionsFile& file);

}  // namespace hogvec
