// Room for the ids of a text whose number of words is not known before it is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "engine/resources.hpp"
#include "engine/vocab/vocabulary.hpp"
#include "io/memory_map.hpp"
#include "io/unnamed_file.hpp"

namespace hogvec {

/// Pieces of ids: in blocks of memory, which are mapped as they are needed; and in an unnamed file,
/// of which none is mapped, once they would take more memory than they may. So many bytes are
/// mapped as the pieces in memory take, and a block.
class IdBlocks {
 public:
  /// Of `size` ids, which lie in the block from `place` on; or in the file.
  struct Piece {
    static constexpr std::size_t kInFile = ~std::size_t{0};
    std::size_t block = kInFile;
    std::uint64_t place = 0;  // in ids
    std::size_t size = 0;
  };

  /// `most_ids`: about how many there are at most, so that a short text takes no long block.
  IdBlocks(std::size_t most_ids, const Resources& resources);

  /// A copy of `ids`. Thread-safe. Errors: no memory, or no room in the file.
  Piece keep(std::span<const WordId> ids);

  bool in_memory(const Piece& piece) const noexcept { return piece.block != Piece::kInFile; }

  /// Its ids: where they lie, or read from the file into `room`, which grows as it must. Any
  /// thread, but not beside keep(). Errors: the file cannot be read.
  std::span<WordId> read(const Piece& piece, std::vector<WordId>& room);
  /// The same of ids [first, first + count) of a piece, which are not to be changed; `room` has as
  /// many.
  std::span<const WordId> read(const Piece& piece, std::size_t first, std::size_t count,
                               std::span<WordId> room) const;

  /// Puts back what read() gave and was changed, or a beginning of it: the piece is that short
  /// then. Any thread, but one for a piece. Errors: no room in the file.
  void write(Piece& piece, std::span<const WordId> ids);

  /// Room for `count` ids side by side, in a file where that is what pieces would be in.
  io::MemoryMap array_of(std::size_t count) const;

 private:
  struct Block {
    io::MemoryMap memory;
    std::size_t used = 0;  // ids

    WordId* ids() const noexcept { return reinterpret_cast<WordId*>(memory.data()); }
    std::size_t room() const noexcept { return memory.size() / sizeof(WordId) - used; }
  };

  Piece place_for(std::size_t ids);

  std::size_t block_ids_;
  Resources resources_;
  std::size_t most_in_memory_;  // ids
  std::mutex mutex_;
  std::vector<Block> blocks_;
  std::size_t in_memory_ = 0;  // ids
  io::UnnamedFile file_;
  std::uint64_t file_ids_ = 0;
};

}  // namespace hogvec
