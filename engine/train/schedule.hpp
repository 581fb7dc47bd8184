// The order of training: every chunk of the text once an epoch, with its learning rate.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/corpus/encoded_corpus.hpp"
#include "engine/train/plan.hpp"
#include "engine/train/position.hpp"

namespace hogvec {

/// The text in chunks of at least 10,000 words, whatever the number of threads; a shorter text is
/// one chunk. A chunk ends at a sentence where one ends near.
class ChunkPlan {
 public:
  /// Errors: those of EncodedCorpus::read().
  explicit ChunkPlan(const EncodedCorpus& text);

  /// How many chunks a text of so many words has.
  static std::size_t count(std::size_t words) noexcept;

  std::size_t size() const noexcept { return begins_.size() - 1; }
  /// Place of the chunk's first word in the text; of the text's end for chunk size().
  std::size_t begin(std::size_t chunk) const noexcept { return begins_[chunk]; }
  std::size_t length(std::size_t chunk) const noexcept { return begin(chunk + 1) - begin(chunk); }
  std::size_t longest() const noexcept { return longest_; }
  std::size_t words() const noexcept { return begins_.back(); }

 private:
  std::vector<std::size_t> begins_;
  std::size_t longest_ = 0;
};

/// Random numbers of a chunk, each purpose a stream of its own: a function of (seed, epoch, chunk)
/// alone, so that what is drawn does not depend on which worker draws it.
enum class Stream : std::uint64_t { kSubsampling, kWindow, kNoise };
std::uint64_t stream_key(std::uint64_t seed, std::uint64_t epoch, std::uint64_t chunk,
                         Stream stream) noexcept;

/// A pass over a chunk.
struct ChunkTask {
  std::size_t epoch;
  std::size_t chunk;  // of the text
  std::size_t begin;  // place of its first word
  std::size_t size;   // words
  double alpha;       // learning rate
};

/// Hands out all passes of a run over the chunks of a text, in ascending (epoch, chunk) order, so
/// that alpha falls with time, and keeps the position. A function of text and plan: who takes which
/// is all that depends on the workers. Safe from any thread.
class Schedule {
 public:
  /// `position` is of the same run, and must outlive it; so must the plan. Errors: as ChunkPlan.
  Schedule(const EncodedCorpus& text, const TrainPlan& plan, Position& position)
      : chunks_(text), plan_(plan), position_(position) {}

  const ChunkPlan& chunks() const noexcept { return chunks_; }
  /// Passes of the whole run.
  std::uint64_t total() const noexcept { return std::uint64_t{plan_.epochs} * chunks_.size(); }
  /// Words of the text that a position has behind it, over all epochs.
  std::uint64_t words_done(const PositionRecord& position) const noexcept;

  /// The next pass for a worker, of those before number `end` of the whole run.
  std::optional<ChunkTask> take(std::size_t worker, std::uint64_t end) noexcept;
  void finish(std::size_t worker, const ChunkTask& task, const EpochTally& tally) noexcept {
    position_.finish(worker, task.epoch, tally);
  }

  /// Pass number `number` of the run: what take() gives.
  ChunkTask task(std::uint64_t number) const noexcept;
  std::uint64_t number(const ChunkTask& task) const noexcept {
    return std::uint64_t{task.epoch} * chunks_.size() + task.chunk;
  }

 private:
  ChunkPlan chunks_;
  const TrainPlan& plan_;
  Position& position_;
};

}  // namespace hogvec
