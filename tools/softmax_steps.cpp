#include "tools/softmax_steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <span>
#include <string_view>

#include "engine/model/model.hpp"
#include "engine/sampling/alias_sampler.hpp"
#include "engine/vocab/huffman_tree.hpp"
#include "io/error.hpp"

namespace hogvec::tools {
namespace {

using Numbers = std::vector<double>;
using Words = std::vector<std::uint32_t>;

constexpr double kNoisePower = 0.75;  // word2vec.c:52
// Scores of rows that are this long are as good as infinite, and their rounding is no longer small.
constexpr double kLargest = 1e6;

/// Output rows with their truths: one trial each.
struct Outputs {
  Words rows;
  Numbers truths;

  void add(std::uint32_t row, double truth) {
    rows.push_back(row);
    truths.push_back(truth);
  }
};

/// The functions of the reference that an architecture takes, by the same names.
class Trainer {
 public:
  Trainer(Architecture architecture, double alpha)
      : skip_gram_(architecture == Architecture::kSkipGram), alpha_(alpha) {}

  std::string_view name() const { return skip_gram_ ? "skip-gram" : "CBOW"; }

  /// The words whose rows of W make h, and those that are predicted.
  Words inputs(const Example& example) const {
    return skip_gram_ ? Words{example.center} : example.context;
  }
  Words predicted(const Example& example) const {
    return skip_gram_ ? example.context : Words{example.center};
  }

  double softmax_loss(const reference::Model& model, const Example& example) const {
    return skip_gram_ ? reference::full_softmax_loss(model, example.center, example.context)
                      : reference::cbow_softmax_loss(model, example.center, example.context);
  }
  double softmax_step(reference::Model& model, const Example& example,
                      reference::SoftmaxTrace& trace) const {
    return skip_gram_ ? reference::full_softmax_step(model, example.center, example.context, alpha_,
                                                     &trace)
                      : reference::cbow_softmax_step(model, example.center, example.context, alpha_,
                                                     &trace);
  }
  /// y of all words, by W and W' of whichever trainer.
  Numbers predictions(const reference::Model& model, const Example& example) const {
    reference::SoftmaxTrace trace;
    if (skip_gram_) {
      reference::full_softmax_gradient(model, example.center, example.context, &trace);
    } else {
      reference::cbow_softmax_gradient(model, example.center, example.context, &trace);
    }
    return trace.predictions;
  }

  double logistic_loss(const reference::Model& model, const Example& example,
                       const Outputs& outputs) const {
    const Numbers trials(outputs.rows.size(), 1.0);
    if (skip_gram_) {
      const Words inputs{example.center};
      return reference::logistic_loss(model, {inputs, outputs.rows, outputs.truths, trials});
    }
    const std::vector<Words> contexts{example.context};
    return reference::cbow_loss(model, {contexts, outputs.rows, outputs.truths, trials});
  }
  void logistic_step(reference::Model& model, const Example& example, const Outputs& outputs,
                     reference::LogisticTrace& trace) const {
    const Numbers trials(outputs.rows.size(), 1.0);
    if (skip_gram_) {
      const Words inputs{example.center};
      reference::logistic_step(model, {inputs, outputs.rows, outputs.truths, trials}, alpha_,
                               &trace);
    } else {
      const std::vector<Words> contexts{example.context};
      reference::cbow_step(model, {contexts, outputs.rows, outputs.truths, trials}, alpha_, false,
                           &trace);
    }
  }

 private:
  bool skip_gram_;
  double alpha_;
};

/// Every place of the text that has words around it.
std::vector<Example> examples_of(const ShortText& text, std::size_t window) {
  std::vector<Example> examples;
  for (std::size_t s = 0; s < text.sentences.size(); ++s) {
    const Words& sentence = text.sentences[s];
    for (std::size_t p = 0; p < sentence.size(); ++p) {
      Example example{s, p, sentence[p], {}};
      const std::size_t end = std::min(sentence.size(), p + window + 1);
      for (std::size_t q = p - std::min(p, window); q < end; ++q) {
        if (q != p) example.context.push_back(sentence[q]);
      }
      if (!example.context.empty()) examples.push_back(std::move(example));
    }
  }
  return examples;
}

/// What word2vec begins with.
reference::Model first_model(const ShortText& text, const StepSettings& settings) {
  ModelShape shape;
  shape.words = text.vocabulary.size();
  shape.dim = settings.dim;
  const Model all(shape);
  initialize(all, settings.seed, 1);
  reference::Model first{shape.words, settings.dim, {}, {}};
  for (std::size_t k = 0; k < shape.words; ++k) {
    first.input.insert(first.input.end(), all.input.row(k), all.input.row(k) + settings.dim);
  }
  first.output.assign(first.input.size(), 0.0);
  return first;
}

/// The nodes on the path of a word, Rong eq. (37): true where the turn is to the left.
void add_path(const HuffmanTree& tree, std::uint32_t word, Outputs& outputs) {
  for (const HuffmanTree::Step step : tree.path(word)) {
    outputs.add(step.node(), static_cast<double>(step.label()));
  }
}

class Recorder {
 public:
  Recorder(const ShortText& text, Architecture architecture, const StepSettings& settings)
      : text_(text),
        settings_(settings),
        alpha_(alpha_of(settings, architecture)),
        trainer_(architecture, alpha_),
        examples_(examples_of(text, settings.window)),
        noise_(text.vocabulary, kNoisePower),
        paths_(text.vocabulary),
        bits_(settings.seed),
        softmax_model_(first_model(text, settings)),
        noise_model_(softmax_model_),
        tree_model_(softmax_model_) {
    tree_model_.output.resize(paths_.inner_nodes() * settings.dim);
  }

  StepsRun run() {
    StepsRun run{softmax_model_, losses(), {}};
    for (std::size_t s = 0; s < settings_.steps; ++s) {
      run.steps.push_back(step(examples_[s % examples_.size()]));
      require_use(run.steps.back(), s + 1);
    }
    return run;
  }

 private:
  Step step(const Example& example) {
    Step step;
    step.example = example;
    step.loss = trainer_.softmax_step(softmax_model_, example, step.softmax);
    step.moved = trainer_.inputs(example);
    std::sort(step.moved.begin(), step.moved.end());
    step.moved.erase(std::unique(step.moved.begin(), step.moved.end()), step.moved.end());
    for (const std::uint32_t row : step.moved) {
      const double* values = &softmax_model_.input[row * settings_.dim];
      step.input.insert(step.input.end(), values, values + settings_.dim);
    }
    step.output = softmax_model_.output;
    step.noise = noise_step(example);
    step.tree = tree_step(example);
    step.losses = losses();
    return step;
  }

  LogisticStep noise_step(const Example& example) {
    Outputs outputs;
    for (const std::uint32_t word : trainer_.predicted(example)) {
      outputs.add(word, 1.0);
      for (std::size_t k = 0; k < settings_.negative; ++k) {
        const std::uint64_t random = bits_();
        const std::uint32_t bits[] = {static_cast<std::uint32_t>(random >> 32),
                                      static_cast<std::uint32_t>(random)};
        WordId drawn[1];
        noise_.draw(bits, drawn);
        // As in word2vec.c the word itself is no noise, and no other is drawn for it.
        if (drawn[0] != word) outputs.add(drawn[0], 0.0);
      }
    }
    LogisticStep step{
        outputs.rows, outputs.truths, {}, trainer_.predictions(noise_model_, example)};
    trainer_.logistic_step(noise_model_, example, outputs, step.trace);
    return step;
  }

  LogisticStep tree_step(const Example& example) {
    Outputs outputs;
    for (const std::uint32_t word : trainer_.predicted(example)) add_path(paths_, word, outputs);
    LogisticStep step{outputs.rows, outputs.truths, {}, {}};
    for (std::uint32_t word = 0; word < text_.vocabulary.size(); ++word) {
      Outputs path;
      add_path(paths_, word, path);
      // Rong eq. (45): E = -log p.
      step.probabilities.push_back(std::exp(-trainer_.logistic_loss(tree_model_, example, path)));
    }
    trainer_.logistic_step(tree_model_, example, outputs, step.trace);
    return step;
  }

  TextLosses losses() const {
    TextLosses sum;
    double predicted = 0.0;
    for (const Example& example : examples_) {
      Outputs paths;
      for (const std::uint32_t word : trainer_.predicted(example)) {
        add_path(paths_, word, paths);
        predicted += 1.0;
      }
      sum.softmax += trainer_.softmax_loss(softmax_model_, example);
      sum.noise += trainer_.softmax_loss(noise_model_, example);
      sum.tree += trainer_.logistic_loss(tree_model_, example, paths);
    }
    return {sum.softmax / predicted, sum.noise / predicted, sum.tree / predicted};
  }

  void require_use(const Step& step, std::size_t number) const {
    const auto wild = [](double x) { return !(std::abs(x) <= kLargest); };
    const auto check = [&](std::string_view name, const reference::Model& model, double loss) {
      if (std::none_of(model.input.begin(), model.input.end(), wild) &&
          std::none_of(model.output.begin(), model.output.end(), wild) && !wild(loss)) {
        return;
      }
      throw Error(
          fmt::format("-alpha {}: {} with {} grows beyond all use at step {}; give a smaller one",
                      alpha_, trainer_.name(), name, number));
    };
    check("the full softmax", softmax_model_, step.losses.softmax);
    check("negative sampling", noise_model_, step.losses.noise);
    check("hierarchical softmax", tree_model_, step.losses.tree);
  }

  const ShortText& text_;
  const StepSettings& settings_;
  double alpha_;
  Trainer trainer_;
  std::vector<Example> examples_;
  AliasSampler noise_;
  HuffmanTree paths_;
  std::mt19937_64 bits_;
  reference::Model softmax_model_;
  reference::Model noise_model_;
  reference::Model tree_model_;  // W' of the inner nodes
};

}  // namespace

double alpha_of(const StepSettings& settings, Architecture architecture) {
  return settings.alpha.value_or(architecture == Architecture::kSkipGram ? 0.25 : 0.75);
}

StepsRun record_steps(const ShortText& text, Architecture architecture,
                      const StepSettings& settings) {
  return Recorder(text, architecture, settings).run();
}

}  // namespace hogvec::tools
