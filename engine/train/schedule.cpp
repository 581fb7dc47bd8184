#include "engine/train/schedule.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace hogvec {
namespace {

constexpr double kLeastAlphaShare = 0.0001;  // word2vec.c:391

constexpr std::size_t kChunkWords = 11'000;  // nominal: 10,000 and the search for a sentence's end

/// Past the next sentence's end from `place` on, or `place` itself where none is near.
std::size_t sentence_start(const EncodedCorpus& text, std::size_t place) {
  std::array<WordId, ChunkPlan::kSentenceSearch> room;
  const std::span<const WordId> ids =
      text.read(place, std::min(room.size(), text.size() - place), room);
  const auto end = std::find(ids.begin(), ids.end(), kSentenceEnd);
  return end == ids.end() ? place : place + static_cast<std::size_t>(end - ids.begin()) + 1;
}

}  // namespace

std::size_t ChunkPlan::count(std::size_t words) noexcept {
  return std::max<std::size_t>(words / kChunkWords, 1);
}

ChunkPlan::ChunkPlan(const EncodedCorpus& text) : all_words_(text.size()) {
  all_ = ChunkPlan::count(text.size());
  begins_.reserve(all_ + 1);
  begins_.push_back(0);
  for (std::size_t chunk = 1; chunk < all_; ++chunk) {
    begins_.push_back(sentence_start(text, nominal_begin(text.size(), all_, chunk)));
  }
  begins_.push_back(text.size());
  for (std::size_t chunk = 0; chunk < all_; ++chunk) {
    longest_ = std::max(longest_, length(chunk));
  }
}

ChunkPlan::ChunkPlan(std::span<const std::size_t> begins, const ChunkShare& share)
    : share_(share), all_(begins.size() - 1), all_words_(begins.back()) {
  begins_.push_back(0);
  for (std::size_t chunk = share.rank; chunk < all_; chunk += share.ranks) {
    const std::size_t size = begins[chunk + 1] - begins[chunk];
    places_.push_back(begins[chunk]);
    begins_.push_back(begins_.back() + size);
    longest_ = std::max(longest_, size);
  }
}

std::uint64_t stream_key(std::uint64_t seed, std::uint64_t epoch, std::uint64_t chunk,
                         Stream stream) noexcept {
  std::uint64_t key = 0;
  for (const std::uint64_t part : {seed, epoch, chunk, static_cast<std::uint64_t>(stream)}) {
    // splitmix64's output function over the sum so far: any part changes every bit.
    key += part + 0x9e3779b97f4a7c15u;
    key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9u;
    key = (key ^ (key >> 27)) * 0x94d049bb133111ebu;
    key ^= key >> 31;
  }
  return key;
}

std::uint64_t Schedule::words_done(const PositionRecord& position) const noexcept {
  if (total() == 0) return 0;
  const std::uint64_t next = std::min(position.next, total());
  std::uint64_t words =
      next / chunks_.size() * chunks_.words() + chunks_.begin(next % chunks_.size());
  for (const std::uint64_t number : position.redo) words -= chunks_.length(number % chunks_.size());
  return words;
}

std::optional<ChunkTask> Schedule::take(std::size_t worker, std::uint64_t end) noexcept {
  const std::optional<std::uint64_t> number = position_.take(worker, end);
  if (!number) return std::nullopt;
  return task(*number);
}

ChunkTask Schedule::task(std::uint64_t number) const noexcept {
  ChunkTask task{};
  task.epoch = number / chunks_.size();
  const std::size_t chunk = number % chunks_.size();
  task.chunk = chunks_.number(chunk);
  task.begin = chunks_.begin(chunk);
  task.size = chunks_.length(chunk);
  // The learning rate falls with the words of the run that come before the chunk (word2vec.c:390).
  const auto words = static_cast<double>(task.epoch * chunks_.all_words() + chunks_.place(chunk));
  const double all =
      static_cast<double>(plan_.epochs) * static_cast<double>(chunks_.all_words()) + 1;
  task.alpha = plan_.end_alpha +
               (plan_.alpha - plan_.end_alpha) * std::max(kLeastAlphaShare, 1 - words / all);
  return task;
}

}  // namespace hogvec
