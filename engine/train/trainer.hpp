// Training: what a program calls.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "engine/corpus/corpus.hpp"
#include "engine/matrix.hpp"
#include "engine/train/settings.hpp"

namespace hogvec {

/// W and W': row k is the input vector v_k, row j the output vector v'_j of a word or of an inner
/// node. What an objective does not train has no rows.
struct Model {
  Matrix input;   // W, V x D
  Matrix output;  // W' of negative sampling and of the full softmax, V x D
  Matrix nodes;   // W' of hierarchical softmax, V-1 x D, in the order of HuffmanTree
};

/// Errors: Error, where a setting is out of its range or the text has too few words to train.
void check(const Corpus& corpus, const TrainSettings& settings);

/// Bytes that a run holds beside the text: the matrices, the tree, and the scratch of all workers.
/// Errors: std::bad_alloc where it passes 2^63.
std::size_t training_memory(std::size_t vocabulary_size, const TrainSettings& settings);

/// W from the reference's generator (word2vec.c:361) started at `seed`, W' zero.
/// Errors: std::bad_alloc.
Model initial_model(std::size_t vocabulary_size, const TrainSettings& settings);

/// Mean loss of an epoch that was trained, as in TrainResult.
struct EpochLoss {
  std::size_t epoch = 0;  // from 0 on
  double loss = 0;
  double perplexity = 0;  // full softmax only
};

/// Where a run stands. Written by the workers with relaxed atomics, to be read from any thread.
struct Progress {
  std::atomic<std::uint64_t> words{0};  // raw words done, of all epochs
  std::atomic<double> alpha{0};         // learning rate of the latest chunk
  /// Called after each epoch, with the model whole: only where it is set, the workers wait for each
  /// other between epochs. TrainResult::seconds leaves out the time that it takes.
  std::function<void(const EpochLoss&)> on_epoch{};
  double on_epoch_seconds = 0;
};

/// What a run did.
struct TrainResult {
  double seconds = 0;              // wall time of the training alone
  std::uint64_t words_raw = 0;     // words of the text, sentence ends included, times epochs
  std::uint64_t words_kept = 0;    // of these, words that sub-sampling kept: the centers
  std::vector<double> loss;        // of each epoch: mean per positive pair (skip-gram), or per
                                   // center with a context (CBOW, full softmax)
  std::vector<double> perplexity;  // of each epoch, full softmax only: exp(sum E / sum C)
  std::uint64_t examples = 0;      // pairs or centers that the loss is a mean of, over all epochs
};

/// Trains `model` on `corpus`, by settings.threads threads. They share W and W' without locks, and
/// the same seed gives the same bytes with one thread; or, in the full softmax with kOwner, each
/// owns its rows of W', and the bytes are the same with any number. Errors: as check().
TrainResult train(const Corpus& corpus, const TrainSettings& settings, Model& model,
                  Progress* progress = nullptr);

}  // namespace hogvec
