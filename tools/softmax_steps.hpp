// The paper's trainers on a short text, step by step, with every number on the way.
//
// Nothing here knows the mathematics: what is kept is what engine/reference computed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/reference/reference.hpp"
#include "engine/train/settings.hpp"
#include "tools/softmax_text.hpp"

namespace hogvec::tools {

struct StepSettings {
  std::size_t dim = 8;            // D
  std::size_t window = 2;         // words to each side of a center, all of them
  std::size_t steps = 0;          // centers, in the order of the text, again and again
  std::size_t negative = 5;       // noise words for every predicted word
  std::optional<double> alpha{};  // eta, the same in all steps; none: see alpha_of()
  std::uint64_t seed = 1;         // of the first W and of the noise
};

/// Where none is given, one by which 200 steps of a short text show what is learned: of CBOW, whose
/// hidden error is shared by the context rows, three times that of skip-gram.
double alpha_of(const StepSettings& settings, Architecture architecture);

/// A center with the words around it.
struct Example {
  std::size_t sentence = 0;
  std::size_t position = 0;  // in the sentence
  std::uint32_t center = 0;
  std::vector<std::uint32_t> context;
};

/// What a step of logistic outputs was made of: M trials, and what the model makes of all words.
struct LogisticStep {
  std::vector<std::uint32_t> rows;    // words, or inner nodes of the tree; M
  std::vector<double> truths;         // t, M
  reference::LogisticTrace trace;     // of one hidden vector
  std::vector<double> probabilities;  // of every word beside the center, before the step; V
};

/// The mean of -log p over all words that are predicted in the text, in nats: of the full softmax,
/// Rong eqs. (29), (19), by the vectors of the full softmax and by those of negative sampling; and
/// of the tree, eq. (45).
struct TextLosses {
  double softmax = 0.0;
  double noise = 0.0;
  double tree = 0.0;
};

/// A center's step of the three trainers, each on a model of its own.
struct Step {
  Example example;
  double loss = 0.0;                 // E of the full softmax before the step
  reference::SoftmaxTrace softmax;   // from the matrices before the step
  std::vector<std::uint32_t> moved;  // rows of W that the full softmax changed, each once
  std::vector<double> input;         // those rows of W after the step, moved.size() x D
  std::vector<double> output;        // W' after it, V x D
  LogisticStep noise;
  LogisticStep tree;
  TextLosses losses;  // after it
};

struct StepsRun {
  reference::Model first;  // W and W' of the full softmax before the first step
  TextLosses losses;       // before it
  std::vector<Step> steps;
};

/// Trains by the exact full softmax, by negative sampling and by hierarchical softmax, each from
/// the W that word2vec begins with for the same text, D and seed, and W' of zeros. Skip-gram is
/// the paper's: the center is the input and all its context words are predicted in one step. Of
/// CBOW every context row gets its share of the hidden error, Rong eq. (23). The same arguments are
/// the same numbers. Errors: Error where numbers grow beyond all use.
StepsRun record_steps(const ShortText& text, Architecture architecture,
                      const StepSettings& settings);

}  // namespace hogvec::tools
