// The order of training: every chunk of the text once an epoch, with its learning rate.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "engine/corpus/encoded_corpus.hpp"
#include "engine/train/plan.hpp"
#include "engine/train/position.hpp"

namespace hogvec {

/// Which chunks of a text are trained here: each of `ranks` has every so-manieth.
struct ChunkShare {
  std::size_t rank = 0;
  std::size_t ranks = 1;
};

/// The text in chunks of at least 10,000 words, whatever the number of threads; a shorter text is
/// one chunk. A chunk ends at a sentence where one ends near. Where ranks share a text, each has
/// the chunks that it trains, side by side.
class ChunkPlan {
 public:
  /// All chunks of a text. Errors: those of EncodedCorpus::read().
  explicit ChunkPlan(const EncodedCorpus& text);
  /// A share of a text whose chunks begin at these places, and whose end is the last of them.
  ChunkPlan(std::span<const std::size_t> begins, const ChunkShare& share);

  /// How many chunks a text of so many words has.
  static std::size_t count(std::size_t words) noexcept;
  /// Where chunk `chunk` of `count` begins, but for the search for a sentence's end.
  static std::size_t nominal_begin(std::size_t words, std::size_t count,
                                   std::size_t chunk) noexcept {
    return words / count * chunk + words % count * chunk / count;
  }
  /// Words from there on in which the end of a sentence is looked for.
  static constexpr std::size_t kSentenceSearch = 1'000;

  /// Chunks here.
  std::size_t size() const noexcept { return begins_.size() - 1; }
  /// Place of the chunk's first word in the text that is here; of its end for chunk size().
  std::size_t begin(std::size_t chunk) const noexcept { return begins_[chunk]; }
  std::size_t length(std::size_t chunk) const noexcept { return begin(chunk + 1) - begin(chunk); }
  std::size_t longest() const noexcept { return longest_; }
  std::size_t words() const noexcept { return begins_.back(); }

  /// The same in the whole text: how many chunks it has, its words, which of its chunks chunk
  /// `chunk` is, and the place of that one's first word.
  std::size_t all() const noexcept { return all_; }
  std::size_t all_words() const noexcept { return all_words_; }
  std::size_t number(std::size_t chunk) const noexcept {
    return chunk * share_.ranks + share_.rank;
  }
  std::size_t place(std::size_t chunk) const noexcept {
    return share_.ranks == 1 ? begins_[chunk] : places_[chunk];
  }
  const ChunkShare& share() const noexcept { return share_; }

 private:
  ChunkShare share_;
  std::vector<std::size_t> begins_;
  std::vector<std::size_t> places_;  // of a share
  std::size_t longest_ = 0;
  std::size_t all_ = 0;
  std::size_t all_words_ = 0;
};

/// Random numbers of a chunk, each purpose a stream of its own: a function of (seed, epoch, chunk)
/// alone, so that what is drawn does not depend on which worker draws it.
enum class Stream : std::uint64_t { kSubsampling, kWindow, kNoise };
std::uint64_t stream_key(std::uint64_t seed, std::uint64_t epoch, std::uint64_t chunk,
                         Stream stream) noexcept;

/// A pass over a chunk.
struct ChunkTask {
  std::size_t epoch;
  std::size_t chunk;  // of the whole text
  std::size_t begin;  // place of its first word in the text that is here
  std::size_t size;   // words
  double alpha;       // learning rate
};

/// Hands out all passes of a run over the chunks that are here, in ascending (epoch, chunk) order,
/// so that alpha falls with time, and keeps the position. Passes are numbered through all epochs:
/// epoch * chunks here + chunk. A function of text and plan: who takes which is all that depends on
/// the workers. Safe from any thread.
class Schedule {
 public:
  /// `position` is of the same run, and must outlive it; so must the plan.
  Schedule(ChunkPlan chunks, const TrainPlan& plan, Position& position)
      : chunks_(std::move(chunks)), plan_(plan), position_(position) {}

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
    return std::uint64_t{task.epoch} * chunks_.size() + task.chunk / chunks_.share().ranks;
  }

 private:
  ChunkPlan chunks_;
  const TrainPlan& plan_;
  Position& position_;
};

}  // namespace hogvec
