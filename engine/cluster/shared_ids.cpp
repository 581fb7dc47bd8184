#include "engine/cluster/shared_ids.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>
#include <span>
#include <utility>

#include "engine/message.hpp"
#include "engine/train/schedule.hpp"
#include "io/checksum.hpp"

namespace hogvec {
namespace {

// Ids that a rank sends at a time: beside the text, they are in memory twice.
constexpr std::size_t kStepIds = 16u << 20;

}  // namespace

SharedIds::SharedIds(Ranks& ranks, const EncodedCorpus& mine, const Resources& resources)
    : ranks_(ranks),
      mine_(mine),
      resources_(resources),
      sizes_(values_of_all(ranks, mine.size())),
      begin_(std::accumulate(sizes_.begin(), sizes_.begin() + ranks.rank(), std::size_t{0})),
      words_(std::accumulate(sizes_.begin(), sizes_.end(), std::size_t{0})) {}

std::vector<std::size_t> SharedIds::chunk_begins() {
  const std::size_t count = ChunkPlan::count(words_);
  // Of each chunk that this rank has to do with, where a sentence ends near its begin.
  Bytes found;
  std::array<WordId, ChunkPlan::kSentenceSearch> room;
  for (std::size_t chunk = 1; chunk < count; ++chunk) {
    const std::size_t nominal = ChunkPlan::nominal_begin(words_, count, chunk);
    const std::size_t first = std::max(nominal, begin_);
    const std::size_t end = std::min(nominal + room.size(), begin_ + mine_.size());
    if (first >= end) continue;
    const std::span<const WordId> ids = mine_.read(first - begin_, end - first, room);
    const auto sentence_end = std::find(ids.begin(), ids.end(), kSentenceEnd);
    if (sentence_end == ids.end()) continue;
    append(found, chunk);
    append(found, first + static_cast<std::size_t>(sentence_end - ids.begin()) + 1);
  }
  std::vector<Bytes> all;
  gather(ranks_, found, all);
  std::vector<std::size_t> begins(count + 1);
  for (std::size_t chunk = 1; chunk < count; ++chunk) {
    begins[chunk] = ChunkPlan::nominal_begin(words_, count, chunk);
  }
  begins[count] = words_;
  std::vector<bool> set(count);
  for (const Bytes& message : all) {  // in the order of the text
    for (MessageReader reader(message); !reader.done();) {
      const auto chunk = reader.value<std::size_t>();
      const auto place = reader.value<std::size_t>();
      if (!set[chunk]) begins[chunk] = place;
      set[chunk] = true;
    }
  }
  return begins;
}

EncodedCorpus SharedIds::deal(const std::vector<std::size_t>& begins, bool all) {
  struct Part {
    std::size_t place;
    IdBlocks::Piece piece;
  };
  const auto size = static_cast<std::size_t>(ranks_.size());
  auto blocks =
      std::make_unique<IdBlocks>(all ? words_ : words_ / size + kStepIds / size, resources_);
  std::vector<Part> parts;
  std::vector<Bytes> out(size);
  std::vector<Bytes> in;
  std::vector<WordId> room;
  const std::size_t most = *std::max_element(sizes_.begin(), sizes_.end());
  const std::size_t step_ids = all ? std::max<std::size_t>(kStepIds / size, 1) : kStepIds;
  for (std::size_t step = 0; step < most; step += step_ids) {
    for (Bytes& message : out) message.clear();
    const std::size_t step_end = begin_ + std::min(step + step_ids, mine_.size());
    for (std::size_t place = begin_ + step; place < step_end;) {
      const auto next = std::upper_bound(begins.begin(), begins.end(), place);
      const auto chunk = static_cast<std::size_t>(next - begins.begin()) - 1;
      const std::size_t count = std::min(*next, step_end) - place;
      room.resize(std::max(room.size(), count));
      const std::span<const WordId> ids = mine_.read(place - begin_, count, room);
      for (std::size_t rank = 0; rank < size; ++rank) {
        if (!all && chunk % size != rank) continue;
        append(out[rank], place);
        append(out[rank], count);
        append(out[rank], ids.data(), ids.size());
      }
      place += count;
    }
    exchange(ranks_, out, in);
    for (const Bytes& message : in) {
      for (MessageReader reader(message); !reader.done();) {
        const auto place = reader.value<std::size_t>();
        const auto count = reader.value<std::size_t>();
        reader.require(count, sizeof(WordId));
        room.resize(std::max(room.size(), count));
        reader.read(room.data(), count);
        parts.push_back({place, blocks->keep({room.data(), count})});
      }
    }
  }
  std::sort(parts.begin(), parts.end(),
            [](const Part& a, const Part& b) { return a.place < b.place; });
  std::vector<IdBlocks::Piece> pieces;
  pieces.reserve(parts.size());
  for (const Part& part : parts) pieces.push_back(part.piece);
  return {std::move(blocks), std::move(pieces), 0};
}

std::uint64_t SharedIds::fingerprint() {
  io::RunningChecksum checksum;
  const auto size = static_cast<std::size_t>(ranks_.size());
  std::vector<Bytes> in;
  std::vector<WordId> room(std::min(kStepIds, mine_.size()));
  for (std::size_t rank = 0; rank < size; ++rank) {
    for (std::size_t step = 0; step < sizes_[rank]; step += kStepIds) {
      std::vector<std::span<const std::byte>> out(size);
      if (rank == static_cast<std::size_t>(ranks_.rank())) {
        out[0] = std::as_bytes(mine_.read(step, std::min(kStepIds, mine_.size() - step), room));
      }
      ranks_.exchange(out, in);
      if (ranks_.first()) checksum.add(in[rank].data(), in[rank].size());
    }
  }
  return checksum.value();
}

}  // namespace hogvec
