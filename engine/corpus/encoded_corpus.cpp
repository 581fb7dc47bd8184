#include "engine/corpus/encoded_corpus.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include "io/memory_map.hpp"

namespace hogvec {

struct EncodedCorpus::Whole {
  std::once_flag asked;
  io::MemoryMap ids;
};

EncodedCorpus::EncodedCorpus() = default;
EncodedCorpus::EncodedCorpus(EncodedCorpus&&) noexcept = default;
EncodedCorpus& EncodedCorpus::operator=(EncodedCorpus&&) noexcept = default;
EncodedCorpus::~EncodedCorpus() = default;

EncodedCorpus::EncodedCorpus(std::unique_ptr<IdBlocks> blocks, std::vector<IdBlocks::Piece> pieces,
                             std::size_t unknown)
    : blocks_(std::move(blocks)),
      pieces_(std::move(pieces)),
      unknown_(unknown),
      whole_(std::make_unique<Whole>()) {
  std::erase_if(pieces_, [](const IdBlocks::Piece& piece) { return piece.size == 0; });
  ends_.reserve(pieces_.size());
  for (const IdBlocks::Piece& piece : pieces_) ends_.push_back(size() + piece.size);
}

EncodedCorpus::EncodedCorpus(std::span<const WordId> ids, const Resources& resources) {
  auto blocks = std::make_unique<IdBlocks>(ids.size(), resources);
  std::vector<IdBlocks::Piece> pieces{blocks->keep(ids)};
  *this = EncodedCorpus(std::move(blocks), std::move(pieces), 0);
}

std::span<const WordId> EncodedCorpus::read(std::size_t begin, std::size_t count,
                                            std::span<WordId> room) const {
  auto piece =
      static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), begin) - ends_.begin());
  for (std::size_t copied = 0; copied < count; ++piece) {
    const std::size_t first = begin + copied - (ends_[piece] - pieces_[piece].size);
    const std::size_t size = std::min(count - copied, pieces_[piece].size - first);
    const std::span<const WordId> ids =
        blocks_->read(pieces_[piece], first, size, room.subspan(copied));
    if (size == count) return ids;
    if (ids.data() != room.data() + copied) std::copy(ids.begin(), ids.end(), room.data() + copied);
    copied += size;
  }
  return room.first(count);
}

std::span<const WordId> EncodedCorpus::ids() const {
  if (size() == 0) return {};
  if (pieces_.size() == 1 && blocks_->in_memory(pieces_[0])) return read(0, size(), {});
  std::call_once(whole_->asked, [&] {
    whole_->ids = blocks_->array_of(size());
    read(0, size(), {reinterpret_cast<WordId*>(whole_->ids.data()), size()});
  });
  return {reinterpret_cast<const WordId*>(whole_->ids.data()), size()};
}

}  // namespace hogvec
