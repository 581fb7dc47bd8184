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

Json json_of(const EvaluationReport& report) {
  Json json{{"vectors", report.vectors},   {"words", report.words},
            {"dimensions", report.dim},    {"top", report.top},
            {"similarity", Json::array()}, {"analogies", Json::array()}};
  for (const auto& [path, file, result] : report.similarity) {
    json["similarity"].push_back({{"file", path},
                                  {"spearman", number(result.spearman)},
                                  {"found", result.found},
                                  {"total", result.total},
                                  {"separator", std::string(1, file.separator)},
                                  {"header", file.header},
                                  {"column", file.column},
                                  {"left_out", file.left_out}});
  }
  for (const auto& [path, result] : report.analogies) {
    Json one{{"file", path}};
    one.update(json_of(result));
    json["analogies"].push_back(std::move(one));
  }
  return json;
}

/// Names may be any bytes: padded by bytes, and nothing that would move a terminal's cursor.
std::string cell(std::string_view name, std::size_t width) {
  std::string text(name);
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 127; }, '?');
  text.append(width - std::min(width, text.size()), ' ');
  return text;
}

/// A row of a table: a name, and what each file of vectors came to.
std::string tally_line(std::string_view name, std::size_t width,
                       const std::vector<const AnalogyTally*>& tallies) {
  std::string line = cell(name, width);
  for (const AnalogyTally* const tally : tallies) {
    line += fmt::format(
        "  {:>8} {:>8}  {:>6} of {}", decimals(ratio(tally->sum_right, tally->found)),
        decimals(ratio(tally->product_right, tally->found)), tally->found, tally->total);
  }
  return line + "\n";
}

std::string text_of(const std::vector<const AnalogyResult*>& results) {
  constexpr std::size_t kWidest = 40;
  const std::vector<AnalogyResult::Section>& sections = results.front()->sections;
  std::size_t width = std::string_view("syntactic").size();
  for (const AnalogyResult::Section& section : sections) {
    width = std::clamp(section.name.size(), width, kWidest);
  }
  std::string text = cell("section", width);
  for (const AnalogyResult* const result : results) {
    // As wide as the column's widest row, "all".
    const std::size_t found =
        fmt::format("{:>6} of {}", result->all.found, result->all.total).size();
    const bool last = result == results.back();
    text += fmt::format("  {:>8} {:>8}  {:>6}{:{}}", "3CosAdd", "3CosMul", "found", "",
                        last ? 0 : found - 6);
  }
  text += "\n";
  const auto row = [&](std::string_view name, const auto& tally_of) {
    std::vector<const AnalogyTally*> tallies;
    tallies.reserve(results.size());
    for (const AnalogyResult* const result : results) tallies.push_back(&tally_of(*result));
    text += tally_line(name, width, tallies);
  };
  for (std::size_t k = 0; k < sections.size(); ++k) {
    row(
        sections[k].name, [k](const AnalogyResult& result) -> const auto& {
          return result.sections[k].tally;
        });
  }
  row(
      "semantic", [](const AnalogyResult& result) -> const auto& { return result.semantic; });
  row(
      "syntactic", [](const AnalogyResult& result) -> const auto& { return result.syntactic; });
  row(
      "all", [](const AnalogyResult& result) -> const auto& { return result.all; });
  return text;
}

}  // namespace

std::string to_text(const std::vector<EvaluationReport>& reports) {
  const bool several = reports.size() > 1;
  const auto mark = [&](std::size_t k) { return several ? fmt::format("[{}] ", k + 1) : ""; };
  std::string text;
  for (std::size_t k = 0; k < reports.size(); ++k) {
    text += fmt::format("{}{}: {} words of {} numbers\n", mark(k), cell(reports[k].vectors, 0),
                        reports[k].words, reports[k].dim);
  }
  for (std::size_t i = 0; i < reports.front().similarity.size(); ++i) {
    const auto& [path, file, first] = reports.front().similarity[i];
    text += fmt::format("\nsimilarity {}, {}\n", cell(path, 0), file.description());
    for (std::size_t k = 0; k < reports.size(); ++k) {
      const SimilarityResult& result = reports[k].similarity[i].result;
      text += fmt::format("{}Spearman {}, {} of {} pairs found\n", mark(k),
                          decimals(result.spearman), result.found, result.total);
    }
  }
  for (std::size_t i = 0; i < reports.front().analogies.size(); ++i) {
    text += fmt::format("\nanalogies {}", cell(reports.front().analogies[i].path, 0));
    std::vector<const AnalogyResult*> results;
    results.reserve(reports.size());
    for (std::size_t k = 0; k < reports.size(); ++k) {
      text += fmt::format(", {}over the {} most frequent words", mark(k), reports[k].top);
      results.push_back(&reports[k].analogies[i].result);
    }
    text += "\n" + text_of(results);
  }
  return text;
}

std::string to_json(const std::vector<EvaluationReport>& reports) {
  Json json = Json::array();
  for (const EvaluationReport& report : reports) json.push_back(json_of(report));
  // Names may be any bytes.
  return (reports.size() == 1 ? json.front() : json)
             .dump(2, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

}  // namespace hogvec::tools
