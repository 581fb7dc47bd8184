#include "tools/evaluation_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace hogvec::tools {

namespace {

using Json = nlohmann::ordered_json;

double ratio(std::size_t part, std::size_t whole) {
  return whole == 0 ? std::numeric_limits<double>::quiet_NaN()
                    : static_cast<double>(part) / static_cast<double>(whole);
}

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

std::string decimals(double value) {
  return std::isfinite(value) ? fmt::format("{:.4f}", value) : "-";
}

Json json_of(const AnalogyTally& tally) {
  return {{"3cosadd", number(ratio(tally.sum_right, tally.found))},
          {"3cosmul", number(ratio(tally.product_right, tally.found))},
          {"3cosadd_right", tally.sum_right},
          {"3cosmul_right", tally.product_right},
          {"found", tally.found},
          {"total", tally.total}};
}

Json json_of(const AnalogyResult& result) {
  Json json{{"all", json_of(result.all)},
            {"semantic", json_of(result.semantic)},
            {"syntactic", json_of(result.syntactic)},
            {"sections", Json::array()}};
  for (const AnalogyResult::Section& section : result.sections) {
    Json one{{"name", section.name}, {"kind", section.syntactic ? "syntactic" : "semantic"}};
    one.update(json_of(section.tally));
    json["sections"].push_back(std::move(one));
  }
  return json;
}

Json json_of(const SimilarityResult& result) {
  return {{"spearman", number(result.spearman)}, {"found", result.found}, {"total", result.total}};
}

/// Names may be any bytes: padded by bytes, and nothing that would move a terminal's cursor.
std::string cell(std::string_view name, std::size_t width) {
  std::string text(name);
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 127; }, '?');
  text.append(width - std::min(width, text.size()), ' ');
  return text;
}

std::string tally_line(std::string_view name, std::size_t width, const AnalogyTally& tally) {
  return fmt::format("{}  {:>8} {:>8}  {:>6} of {}\n", cell(name, width),
                     decimals(ratio(tally.sum_right, tally.found)),
                     decimals(ratio(tally.product_right, tally.found)), tally.found, tally.total);
}

std::string text_of(const AnalogyResult& result) {
  constexpr std::size_t kWidest = 40;
  std::size_t width = std::string_view("syntactic").size();
  for (const AnalogyResult::Section& section : result.sections) {
    width = std::clamp(section.name.size(), width, kWidest);
  }
  std::string text = fmt::format("{}  {:>8} {:>8}  {:>6}\n", cell("section", width), "3CosAdd",
                                 "3CosMul", "found");
  for (const AnalogyResult::Section& section : result.sections) {
    text += tally_line(section.name, width, section.tally);
  }
  return text + tally_line("semantic", width, result.semantic) +
         tally_line("syntactic", width, result.syntactic) + tally_line("all", width, result.all);
}

}  // namespace

std::string to_text(const EvaluationReport& report) {
  std::string text = fmt::format("{}: {} words of {} numbers\n", cell(report.vectors, 0),
                                 report.words, report.dim);
  for (const auto& [path, result] : report.similarity) {
    text += fmt::format("\nsimilarity {}\nSpearman {}, {} of {} pairs found\n", cell(path, 0),
                        decimals(result.spearman), result.found, result.total);
  }
  for (const auto& [path, result] : report.analogies) {
    text += fmt::format("\nanalogies {}, over the {} most frequent words\n{}", cell(path, 0),
                        report.top, text_of(result));
  }
  return text;
}

std::string to_json(const EvaluationReport& report) {
  Json json{{"vectors", report.vectors},   {"words", report.words},
            {"dimensions", report.dim},    {"top", report.top},
            {"similarity", Json::array()}, {"analogies", Json::array()}};
  for (const auto& [path, result] : report.similarity) {
    Json one{{"file", path}};
    one.update(json_of(result));
    json["similarity"].push_back(std::move(one));
  }
  for (const auto& [path, result] : report.analogies) {
    Json one{{"file", path}};
    one.update(json_of(result));
    json["analogies"].push_back(std::move(one));
  }
  // Names may be any bytes.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace hogvec::tools
