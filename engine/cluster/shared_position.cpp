#include "engine/cluster/shared_position.hpp"

#include <algorithm>

namespace hogvec {

PositionRecord part_of(const PositionRecord& whole, std::size_t chunks, const ChunkShare& share) {
  const PassNumbers numbers(chunks, share);
  PositionRecord part;
  part.next = numbers.before(whole.next);
  for (const std::uint64_t pass : whole.redo) {
    if (pass % chunks % share.ranks == share.rank) part.redo.push_back(numbers.before(pass));
  }
  if (share.rank != 0) return part;
  part.epochs = whole.epochs;
  part.seconds = whole.seconds;
  return part;
}

PositionRecord whole_of(std::span<const PositionRecord> parts, std::size_t chunks) {
  PositionRecord whole;
  for (std::size_t rank = 0; rank < parts.size(); ++rank) {
    const PositionRecord& part = parts[rank];
    if (part.next == 0) continue;
    const PassNumbers numbers(chunks, {rank, parts.size()});
    whole.next = std::max(whole.next, numbers.in_whole(part.next - 1) + 1);
  }
  for (std::size_t rank = 0; rank < parts.size(); ++rank) {
    const PositionRecord& part = parts[rank];
    const PassNumbers numbers(chunks, {rank, parts.size()});
    for (const std::uint64_t pass : part.redo) whole.redo.push_back(numbers.in_whole(pass));
    const std::uint64_t end = numbers.before(whole.next);
    for (std::uint64_t pass = part.next; pass < end; ++pass) {
      whole.redo.push_back(numbers.in_whole(pass));
    }
    whole.epochs.resize(std::max(whole.epochs.size(), part.epochs.size()));
    for (std::size_t e = 0; e < part.epochs.size(); ++e) whole.epochs[e] += part.epochs[e];
    whole.seconds = std::max(whole.seconds, part.seconds);
  }
  std::sort(whole.redo.begin(), whole.redo.end());
  return whole;
}

}  // namespace hogvec
