// Where a run stands: which chunks are done, which are in a worker's hands, the losses so far.
//
// It lies in plain memory, which may be a mapped file: then it says the same when the process is
// dead, whenever that came. A worker writes that a chunk is done, with the loss of it, in one store
// behind the chunk's rows, on cache lines of its own.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/train/loss.hpp"
#include "engine/train/plan.hpp"
#include "io/memory_map.hpp"

namespace hogvec {

/// What was trained of an epoch.
struct EpochTally {
  ChunkLoss loss;
  std::uint64_t kept = 0;  // words that sub-sampling kept

  EpochTally& operator+=(const EpochTally& other) noexcept {
    loss += other.loss;
    kept += other.kept;
    return *this;
  }
};

/// A position as values. Chunks are numbered through all epochs: epoch * chunks of the text +
/// chunk.
struct PositionRecord {
  std::uint64_t next = 0;           // all chunks below are done, but for:
  std::vector<std::uint64_t> redo;  // ascending: to be trained, or trained again, first
  std::vector<EpochTally> epochs;   // of all that is done; as many as have begun
  double seconds = 0;               // of training

  /// The first chunk that is not done: all below it are.
  std::uint64_t first() const noexcept { return redo.empty() ? next : redo.front(); }

  /// As bytes, for a file: numbers of 64 bits, little-endian.
  std::vector<std::byte> encode() const;
  /// Bytes that encode() gives at the most, of so many workers and epochs.
  static std::size_t most_bytes(std::size_t redo, std::size_t epochs) noexcept;
  /// Errors: Error where these are no such bytes; what follows them is left alone.
  static PositionRecord decode(std::span<const std::byte> bytes);
};

/// The position of a run that goes on. Workers take and finish chunks; anybody may read()
/// meanwhile.
class Position {
 public:
  Position() = default;

  /// Bytes that a run from `start` takes. Errors: std::bad_alloc where that passes 2^63.
  static std::size_t bytes(const PositionRecord& start, std::size_t workers, std::size_t epochs);

  /// Begins a run of `epochs` from `start` in zeroed or old memory of bytes() or more, 128-byte
  /// aligned, which must outlive it.
  Position(std::span<std::byte> memory, const PositionRecord& start, std::size_t workers,
           std::size_t epochs) noexcept;

  /// What a process left in such memory, however it ended: chunks that were in a worker's hands are
  /// to be trained again. Errors: Error where the memory does not hold a position.
  static PositionRecord recover(std::span<const std::byte> memory);

  /// The next chunk below `end` for a worker, in ascending order over all workers; none where there
  /// is no more.
  std::optional<std::uint64_t> take(std::size_t worker, std::uint64_t end) noexcept;
  /// The chunk that the worker took is done; `epoch` is its epoch. All that it wrote before is seen
  /// by who reads that it is.
  void finish(std::size_t worker, std::size_t epoch, const EpochTally& of_chunk) noexcept;

  /// As of now; what is in a worker's hands is to be trained again.
  PositionRecord read() const;
  /// What is done of an epoch, by all workers.
  EpochTally epoch(std::size_t number) const;

  /// Wall time of training before this run, and in it.
  double seconds() const noexcept;
  void add_seconds(double seconds) noexcept;

 private:
  struct Head;
  struct Line;
  struct LineValues;
  struct Cell;

  explicit Position(std::byte* memory) noexcept;
  std::uint64_t chunk_of(std::uint64_t ticket) const noexcept;
  Cell& cell(std::size_t worker, std::size_t epoch) const noexcept;
  EpochTally epoch(std::size_t number, std::span<const LineValues> lines) const noexcept;

  Head* head_ = nullptr;
  std::uint64_t* redo_ = nullptr;
  Line* lines_ = nullptr;
  Cell* before_ = nullptr;  // of each epoch, before this run
  Cell* cells_ = nullptr;   // of each worker and epoch that it has left behind
};

/// A position in memory of its own, which goes with the process. Errors: std::bad_alloc.
class LocalPosition {
 public:
  LocalPosition(const PositionRecord& start, const TrainPlan& plan);

  Position& operator*() noexcept { return position_; }

 private:
  io::MemoryMap memory_;
  Position position_;
};

}  // namespace hogvec
