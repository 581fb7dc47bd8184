// Room for the ids of a text whose number of words is not known before it is read.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "engine/resources.hpp"
#include "engine/vocab/vocabulary.hpp"
#include "io/memory_map.hpp"

namespace hogvec {

/// Pieces of ids in blocks of memory, or of unnamed files, that are mapped as they are needed and
/// given back when all of their pieces are done with. At any time so many bytes are mapped as the
/// ids that are kept take, and a few blocks.
class IdBlocks {
 public:
  struct Piece {
    std::span<WordId> ids{};
    std::size_t block = 0;
  };

  /// `most_ids`: how many there are at most, so that a short text takes no long block.
  IdBlocks(std::size_t most_ids, bool in_file, const Resources& resources);

  /// A copy of `ids`. Thread-safe. Errors: no memory, or no room in the file.
  Piece keep(std::span<const WordId> ids);

  /// The ids of a piece are done with. Thread-safe, but not beside keep().
  void drop(const Piece& piece) noexcept;

 private:
  struct Block {
    io::MemoryMap memory;
    std::size_t used = 0;                // ids
    std::atomic<std::size_t> pieces{0};  // not yet dropped

    std::size_t room() const noexcept { return memory.size() / sizeof(WordId) - used; }
  };

  Block& block_for(std::size_t ids);

  std::size_t block_ids_;
  bool in_file_;
  Resources resources_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Block>> blocks_;
};

}  // namespace hogvec
