#include "engine/query/evaluation.hpp"

#include <algorithm>
#include <cmath>

#include "engine/query/analogies.hpp"
#include "engine/query/spearman.hpp"

namespace hogvec {

namespace {

/// Questions whose words are known, with what they are about.
struct Asked {
  std::vector<Analogy> questions;
  std::vector<std::size_t> expected;  // rows of what answers each, one after the other
  std::vector<std::size_t> expected_end;
  std::vector<std::size_t> section;

  bool is_right(std::size_t question, std::size_t row) const {
    const auto end_of = [&](std::size_t k) {
      return expected.begin() + static_cast<std::ptrdiff_t>(expected_end[k]);
    };
    const auto begin = question == 0 ? expected.begin() : end_of(question - 1);
    return std::find(begin, end_of(question), row) != end_of(question);
  }
};

/// Rows below `top` of a word, or of each of its alternatives.
std::vector<std::size_t> rows_of(const FoldedWords& words, std::size_t top, std::string_view word,
                                 bool alternatives) {
  std::vector<std::size_t> rows;
  for (;;) {
    const std::string_view one = alternatives ? word.substr(0, word.find('/')) : word;
    const std::size_t row = words.find(one);
    if (row < top) rows.push_back(row);  // not kNotFound either
    if (one.size() == word.size()) return rows;
    word.remove_prefix(one.size() + 1);
  }
}

/// Adds the question where its four words are among the first `top`.
bool ask(Asked& asked, const FoldedWords& words, std::size_t top, const io::QuestionWords& question,
         bool alternatives, std::size_t section) {
  std::vector<std::size_t> rows[4];
  for (std::size_t i = 0; i < 4; ++i) {
    rows[i] = rows_of(words, top, question[i], alternatives && i % 2 == 1);
    if (rows[i].empty()) return false;
  }
  asked.questions.push_back({static_cast<std::uint32_t>(rows[0][0]),
                             static_cast<std::uint32_t>(rows[1][0]),
                             static_cast<std::uint32_t>(rows[2][0])});
  asked.expected.insert(asked.expected.end(), rows[3].begin(), rows[3].end());
  asked.expected_end.push_back(asked.expected.size());
  asked.section.push_back(section);
  return true;
}

/// By what Google's sections and BATS's folders are called.
bool is_syntactic(std::string_view section) {
  return section.find("gram") != std::string_view::npos ||
         section.find("morphology") != std::string_view::npos;
}

void count_right(const WordIndex& index, std::size_t top, const Asked& asked, AnalogyScore score,
                 std::size_t AnalogyTally::*right, AnalogyResult& result) {
  const std::vector<AnalogyAnswer> answers = answer_analogies(index, top, asked.questions, score);
  for (std::size_t q = 0; q < answers.size(); ++q) {
    if (asked.is_right(q, answers[q].row)) ++(result.sections[asked.section[q]].tally.*right);
  }
}

}  // namespace

void AnalogyTally::add(const AnalogyTally& other) noexcept {
  total += other.total;
  found += other.found;
  sum_right += other.sum_right;
  product_right += other.product_right;
}

SimilarityResult evaluate_similarity(const WordIndex& index, const FoldedWords& words,
                                     std::span<const io::WordPair> pairs) {
  std::vector<double> ours;
  std::vector<double> theirs;
  for (const io::WordPair& pair : pairs) {
    const std::size_t first = words.find(pair.first);
    const std::size_t second = words.find(pair.second);
    if (first == WordIndex::kNotFound || second == WordIndex::kNotFound) continue;
    const double similarity = index.cosine(first, second);
    if (std::isnan(similarity)) continue;
    ours.push_back(similarity);
    theirs.push_back(pair.score);
  }
  return {spearman(ours, theirs), ours.size(), pairs.size()};
}

AnalogyResult evaluate_analogies(const WordIndex& index, const FoldedWords& words, std::size_t top,
                                 const io::QuestionsFile& file) {
  top = std::min(top, index.size());
  AnalogyResult result;
  Asked asked;
  for (const io::QuestionsFile::Section& section : file.sections()) {
    const bool syntactic = is_syntactic(section.name);
    const std::size_t number = result.sections.size();
    AnalogyTally& tally =
        result.sections
            .emplace_back(AnalogyResult::Section{std::string(section.name), syntactic, {}})
            .tally;
    tally.total = section.questions.size();
    for (const io::QuestionWords& question : section.questions) {
      if (ask(asked, words, top, question, section.alternatives, number)) ++tally.found;
    }
  }
  count_right(index, top, asked, AnalogyScore::kSum, &AnalogyTally::sum_right, result);
  count_right(index, top, asked, AnalogyScore::kProduct, &AnalogyTally::product_right, result);
  for (const AnalogyResult::Section& section : result.sections) {
    result.all.add(section.tally);
    (section.syntactic ? result.syntactic : result.semantic).add(section.tally);
  }
  return result;
}

}  // namespace hogvec
