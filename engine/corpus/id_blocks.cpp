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
      // What is made of the text, tables and vectors, wants room beside it.
      most_in_memory_(resources.most_memory() / 2 / sizeof(WordId)) {}

IdBlocks::Piece IdBlocks::place_for(std::size_t ids) {
  // Once in the file, always: memory is short from there on.
  if (file_ || in_memory_ + ids > most_in_memory_) {
    if (!file_) file_ = io::UnnamedFile(resources_.folder());
    file_ids_ += ids;
    return {Piece::kInFile, file_ids_ - ids, ids};
  }
  if (blocks_.empty() || blocks_.back().room() < ids) {
    blocks_.push_back({io::MemoryMap::anonymous(std::max(ids, block_ids_) * sizeof(WordId),
                                                /*huge_pages=*/true)});
  }
  Block& block = blocks_.back();
  in_memory_ += ids;
  block.used += ids;
  return {blocks_.size() - 1, block.used - ids, ids};
}

IdBlocks::Piece IdBlocks::keep(std::span<const WordId> ids) {
  if (ids.empty()) return {};
  Piece piece;
  WordId* memory = nullptr;
  {
    const std::lock_guard lock(mutex_);
    piece = place_for(ids.size());
    if (in_memory(piece)) memory = blocks_[piece.block].ids() + piece.place;
  }
  if (memory != nullptr) {
    std::copy(ids.begin(), ids.end(), memory);
  } else {
    write(piece, ids);
  }
  return piece;
}

std::span<WordId> IdBlocks::read(const Piece& piece, std::vector<WordId>& room) {
  if (in_memory(piece)) return {blocks_[piece.block].ids() + piece.place, piece.size};
  if (room.size() < piece.size) room.resize(piece.size);
  read(piece, 0, piece.size, room);
  return {room.data(), piece.size};
}

std::span<const WordId> IdBlocks::read(const Piece& piece, std::size_t first, std::size_t count,
                                       std::span<WordId> room) const {
  if (in_memory(piece)) return {blocks_[piece.block].ids() + piece.place + first, count};
  if (count != 0) {
    file_.read((piece.place + first) * sizeof(WordId), room.data(), count * sizeof(WordId));
  }
  return room.first(count);
}

void IdBlocks::write(Piece& piece, std::span<const WordId> ids) {
  piece.size = ids.size();
  if (in_memory(piece) || ids.empty()) return;
  file_.write(piece.place * sizeof(WordId), ids.data(), ids.size_bytes());
}

io::MemoryMap IdBlocks::array_of(std::size_t count) const {
  const std::size_t bytes = count * sizeof(WordId);
  io::MemoryMap memory = array_memory(bytes, count > most_in_memory_, resources_);
  memory.reserve(0, bytes);
  return memory;
}

}  // namespace hogvec
