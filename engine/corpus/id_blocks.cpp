#include "engine/corpus/id_blocks.hpp"

#include <algorithm>

namespace hogvec {
namespace {

// So many sections that the end of a block, which has no room for another one, is a hundredth of
// it; a multiple of a huge page.
constexpr std::size_t kBlockBytes = 32u << 20;

}  // namespace

IdBlocks::IdBlocks(std::size_t most_ids, bool in_file, const Resources& resources)
    : block_ids_(std::min(most_ids, kBlockBytes / sizeof(WordId))),
      in_file_(in_file),
      resources_(resources) {}

IdBlocks::Block& IdBlocks::block_for(std::size_t ids) {
  if (blocks_.empty() || blocks_.back()->room() < ids) {
    auto block = std::make_unique<Block>();
    const std::size_t bytes = std::max(ids, block_ids_) * sizeof(WordId);
    block->memory = array_memory(bytes, in_file_, resources_);
    block->memory.reserve(0, bytes);
    block->memory.close_file();
    blocks_.push_back(std::move(block));
  }
  return *blocks_.back();
}

IdBlocks::Piece IdBlocks::keep(std::span<const WordId> ids) {
  if (ids.empty()) return {};
  Piece piece;
  {
    const std::lock_guard lock(mutex_);
    Block& block = block_for(ids.size());
    auto* const first = reinterpret_cast<WordId*>(block.memory.data()) + block.used;
    piece = {{first, ids.size()}, blocks_.size() - 1};
    block.used += ids.size();
    ++block.pieces;
  }
  std::copy(ids.begin(), ids.end(), piece.ids.begin());
  return piece;
}

void IdBlocks::drop(const Piece& piece) noexcept {
  if (piece.ids.empty()) return;
  Block& block = *blocks_[piece.block];
  const std::byte* const begin = reinterpret_cast<const std::byte*>(piece.ids.data());
  block.memory.release(static_cast<std::size_t>(begin - block.memory.data()),
                       piece.ids.size_bytes());
  // The last one sees all that the others did with the block.
  if (block.pieces.fetch_sub(1, std::memory_order_acq_rel) == 1) block.memory = io::MemoryMap();
}

}  // namespace hogvec
