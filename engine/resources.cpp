#include "engine/resources.hpp"

#include <oneapi/tbb/info.h>

#include <algorithm>

namespace hogvec {

int usable_cores() { return tbb::info::default_concurrency(); }

int useful_threads(int threads) { return std::min(threads, usable_cores()); }

int reading_threads(int threads, std::uint64_t text_bytes) {
  // What a thread maps: a segment of the allocator, its stack, its table of words. Measured.
  constexpr std::size_t kThread = 48u << 20;
  // The text itself, and eight bytes for each of its words, if they have three letters or more.
  const std::uint64_t need = 3 * text_bytes;
  const std::size_t free = available_addresses();
  const std::size_t fit = free > need ? (free - need) / kThread : 0;
  return static_cast<int>(
      std::clamp<std::size_t>(fit, 1, static_cast<std::size_t>(useful_threads(threads))));
}

}  // namespace hogvec
