#include "tools/softmax_page.hpp"

#include <cmath>
#include <utility>

#include "engine/vocab/huffman_tree.hpp"

namespace hogvec::tools {
namespace {

using nlohmann::json;

constexpr double kUnit = 1e-5;

std::int64_t units(double x) { return std::llround(x / kUnit); }

json units(const std::vector<double>& values) {
  json rounded = json::array();
  for (const double value : values) rounded.push_back(units(value));
  return rounded;
}

json units(const TextLosses& losses) {
  return units(std::vector<double>{losses.softmax, losses.noise, losses.tree});
}

/// Counts of words, as the whole numbers that they are.
json whole(const std::vector<double>& counts) {
  json numbers = json::array();
  for (const double count : counts) numbers.push_back(std::llround(count));
  return numbers;
}

json logistic_json(const LogisticStep& step) {
  return {{"rows", step.rows},
          {"t", whole(step.truths)},
          {"s", units(step.trace.scores)},
          {"p", units(step.trace.predictions)},
          {"e", units(step.trace.errors)},
          {"eh", units(step.trace.hidden_error)},
          {"y", units(step.probabilities)}};
}

/// e_{c,j} of the word that stands in each panel; all others are y_j - 0.
std::vector<double> own_errors(const Step& step, Architecture architecture) {
  const std::vector<std::uint32_t> predicted = architecture == Architecture::kSkipGram
                                                   ? step.example.context
                                                   : std::vector{step.example.center};
  const std::size_t words = step.softmax.scores.size();
  std::vector<double> own;
  for (std::size_t c = 0; c < predicted.size(); ++c) {
    own.push_back(step.softmax.panel_errors[c * words + predicted[c]]);
  }
  return own;
}

json step_json(const Step& step, Architecture architecture) {
  return {{"sentence", step.example.sentence},
          {"position", step.example.position},
          {"center", step.example.center},
          {"context", step.example.context},
          {"loss", units(step.loss)},
          {"h", units(step.softmax.hidden)},
          {"u", units(step.softmax.scores)},
          {"y", units(step.softmax.predictions)},
          {"t", whole(step.softmax.truths)},
          {"own", units(own_errors(step, architecture))},
          {"ei", units(step.softmax.errors)},
          {"eh", units(step.softmax.hidden_error)},
          {"rows", step.moved},
          {"input", units(step.input)},
          {"output", units(step.output)},
          {"noise", logistic_json(step.noise)},
          {"tree", logistic_json(step.tree)},
          {"losses", units(step.losses)}};
}

json model_json(const ShortText& text, Architecture architecture, const StepSettings& settings) {
  const StepsRun run = record_steps(text, architecture, settings);
  json steps = json::array();
  for (const Step& step : run.steps) steps.push_back(step_json(step, architecture));
  return {{"name", architecture == Architecture::kSkipGram ? "skip-gram" : "CBOW"},
          {"alpha", alpha_of(settings, architecture)},
          {"input", units(run.first.input)},
          {"losses", units(run.losses)},
          {"steps", std::move(steps)}};
}

json words_json(const ShortText& text) {
  const HuffmanTree tree(text.vocabulary);
  json words = json::array();
  for (WordId id = 0; id < text.vocabulary.size(); ++id) {
    json path = json::array();
    for (const HuffmanTree::Step step : tree.path(id)) {
      path.push_back({step.node(), step.code() ? 0 : 1});
    }
    words.push_back({{"word", text.vocabulary.word(id)},
                     {"count", text.vocabulary.count(id)},
                     {"path", std::move(path)}});
  }
  return words;
}

}  // namespace

json softmax_data(const ShortText& text, const std::string& name, const StepSettings& settings) {
  return {{"text", {{"name", name}, {"length", text.length()}, {"sentences", text.sentences}}},
          {"words", words_json(text)},
          {"settings",
           {{"size", settings.dim},
            {"window", settings.window},
            {"negative", settings.negative},
            {"seed", settings.seed},
            {"steps", settings.steps}}},
          {"unit", kUnit},
          {"models", json::array({model_json(text, Architecture::kSkipGram, settings),
                                  model_json(text, Architecture::kCbow, settings)})}};
}

}  // namespace hogvec::tools
