#include "engine/corpus/id_blocks.hpp"

#include <algorithm>

namespace hogvec {
namespace {

// So many sections that the end of a block, which has no room for another one, is a hundredth of
// it; a multiple of a huge page.
constexpr std::size_t kBlockBytes = 32u << 20;

}  // namespace

IdBlocks::IdBlocks(std::size_t most_ids, const Resources& resources)
    : block_ids_(std::min(most_ids, kBlockBytes / sizeof(WordId))),
      resources_(resources),
      // The text is there twice while one is made of the other.
      most_in_memory_(resources.most_memory() / 2 / sizeof(WordId)) {}

IdBlocks::Piece IdBlocks::place_for(std::size_t ids) {
  // Once in the file, always: what follows in the text follows there.
  if (file_ || in_memory_ + ids > most_in_memory_) {
    if (!file_) file_ = io::UnnamedFile(resources_.folder());
    file_ids_ += ids;
    return {Piece::kInFile, file_ids_ - ids, ids};
  }
  if (blocks_.empty() || blocks_.back()->room() < ids) {
    auto block = std::make_unique<Block>();
    block->memory =
        io::MemoryMap::anonymous(std::max(ids, block_ids_) * sizeof(WordId), /*huge_pages=*/true);
    blocks_.push_back(std::move(block));
  }
  Block& block = *blocks_.back();
  in_memory_ += ids;
  block.used += ids;
  ++block.pieces;
  return {blocks_.size() - 1, block.used - ids, ids};
}

IdBlocks::Piece IdBlocks::keep(std::span<const WordId> ids) {
  if (ids.empty()) return {};
  Piece piece;
  WordId* memory = nullptr;
  {
    const std::lock_guard lock(mutex_);
    piece = place_for(ids.size());
    if (piece.block != Piece::kInFile) memory = blocks_[piece.block]->ids() + piece.place;
  }
  if (memory != nullptr) {
    std::copy(ids.begin(), ids.end(), memory);
  } else {
    write(piece, ids);
  }
  return piece;
}

std::span<WordId> IdBlocks::read(const Piece& piece, std::vector<WordId>& room) {
  if (piece.size == 0) return {};
  if (piece.block != Piece::kInFile) {
    return {blocks_[piece.block]->ids() + piece.place, piece.size};
  }
  if (room.size() < piece.size) room.resize(piece.size);
  file_.read(piece.place * sizeof(WordId), room.data(), piece.size * sizeof(WordId));
  return {room.data(), piece.size};
}

void IdBlocks::write(Piece& piece, std::span<const WordId> ids) {
  piece.size = ids.size();
  if (piece.block == Piece::kInFile) {
    file_.write(piece.place * sizeof(WordId), ids.data(), ids.size_bytes());
  }
}

void IdBlocks::drop(const Piece& piece) noexcept {
  if (piece.block == Piece::kNowhere) return;
  const std::size_t bytes = piece.size * sizeof(WordId);
  if (piece.block == Piece::kInFile) {
    file_.release(piece.place * sizeof(WordId), bytes);
    return;
  }
  Block& block = *blocks_[piece.block];
  block.memory.release(piece.place * sizeof(WordId), bytes);
  // The last one sees all that the others did with the block.
  if (block.pieces.fetch_sub(1, std::memory_order_acq_rel) == 1) block.memory = io::MemoryMap();
}

}  // namespace hogvec
