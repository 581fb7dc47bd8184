// Makes model files that word2vec would not, for test_convert.sh.
//
//   make_model PATH KIND   4 words of 5 numbers, row k of W k + i / 8, of W' 10 k - i; the counts
//   7,
//                          5, 3, 1. KIND is
//     plain     with W', "nodes", a plan, and a section that nobody knows
//     alone     W alone
//     nan inf   the third row of W holds such a number, W' a row that makes the sum one
//     space tab newline return empty twice   the third word is such a word
//     rows      W has a row less than there are words
//     shape     W' has other rows than W
//     deep      the plan is an array in an array and so on, twenty thousand deep
//     long      the plan is longer than any plan
//     list      the plan is no object
//     bytes     the plan has names and values that a terminal would obey
#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "io/model_file.hpp"
#include "io/model_words.hpp"
#include "tools/console.hpp"

namespace {

using namespace hogvec;

constexpr std::size_t kWords = 4;
constexpr std::size_t kDim = 5;

std::string third_word(const std::string& kind) {
  const std::map<std::string, std::string> words = {{"space", "new york"}, {"tab", "a\tb"},
                                                    {"newline", "a\nb"},   {"return", "a\rb"},
                                                    {"empty", ""},         {"twice", "sun"}};
  const auto found = words.find(kind);
  return found == words.end() ? "b\u00e4r" : found->second;
}

std::string plan_of(const std::string& kind) {
  if (kind == "deep") return "{\"a\":" + std::string(20'000, '[') + std::string(20'000, ']') + "}";
  if (kind == "long") return "{\"a\":\"" + std::string(1 << 20, 'x') + "\"}";
  if (kind == "list") return "[1, 2]";
  if (kind == "bytes") return R"({"\u001b[2J": "\u001b[2J\n\u0000\u009b"})";
  return R"({"size": 5, "cbow": false, "alpha": 0.025, "text": "b\u00e4r.txt", "more": {"x": [1]}})";
}

int make(const std::string& path, const std::string& kind) {
  const std::vector<io::WordCount> words = {
      {"</s>", 7}, {"sun", 5}, {third_word(kind), 3}, {"moon", 1}};
  const std::string plan = plan_of(kind);
  std::vector<io::ModelSection> sections = io::word_sections(words);
  sections.push_back(io::ModelSection::matrix("input", kWords - (kind == "rows" ? 1 : 0), kDim));
  if (kind != "alone") {
    const std::size_t dim = kDim + (kind == "shape" ? 1 : 0);
    sections.push_back(io::ModelSection::matrix("output", kWords, dim));
    sections.push_back(io::ModelSection::matrix("nodes", kWords - 1, kDim));
    sections.push_back({.name = "plan", .bytes = plan.size()});
    sections.push_back({.name = "unheard-of", .bytes = 10});
  }
  io::ModelFile file = io::ModelFile::create(path, sections);
  io::write_word_sections(file, words);
  const MatrixView input = file.writable_matrix("input");
  const MatrixView output = file.writable_matrix("output");
  for (std::size_t k = 0; k < kWords; ++k) {
    for (std::size_t i = 0; i < kDim; ++i) {
      if (k < input.rows()) {
        input.row(k)[i] = static_cast<float>(k) + static_cast<float>(i) / 8;
      }
      if (!output.empty()) {
        output.row(k)[i] = 10 * static_cast<float>(k) - static_cast<float>(i);
      }
    }
  }
  constexpr float kMost = std::numeric_limits<float>::max();
  if (kind == "nan") input.row(2)[3] = std::numeric_limits<float>::quiet_NaN();
  if (kind == "inf") input.row(2)[3] = -std::numeric_limits<float>::infinity();
  if (kind == "inf") input.row(1)[1] = output.row(1)[1] = kMost;
  if (kind != "alone") {
    std::copy_n(reinterpret_cast<const std::byte*>(plan.data()), plan.size(),
                file.writable_section("plan").data());
  }
  file.commit(io::ModelState::kStopped, false);
  file.publish();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return tools::run("make_model", [&] { return argc == 3 ? make(argv[1], argv[2]) : 2; });
}
