#include "engine/resources.hpp"

#include <oneapi/tbb/info.h>

#include <algorithm>

#include "engine/memory_nodes.hpp"

namespace hogvec {

int usable_cores() { return tbb::info::default_concurrency(); }

int useful_threads(int threads) { return std::min(threads, usable_cores()); }

int reading_threads(int threads, std::optional<std::uint64_t> text_bytes) {
  // What a thread maps: a segment of the allocator, its stack, its table of words. Measured.
  constexpr std::size_t kThread = 48u << 20;
  const std::size_t free = available_addresses();
  // The text itself, and eight bytes for each of its words, if they have three letters or more;
  // where it is long, it is not mapped, and its ids lie in files.
  const std::size_t most = free / 4 * 3;
  const std::size_t need =
      text_bytes && *text_bytes < most / 3 ? static_cast<std::size_t>(3 * *text_bytes) : most;
  const std::size_t fit = (free - need) / kThread;
  return static_cast<int>(
      std::clamp<std::size_t>(fit, 1, static_cast<std::size_t>(useful_threads(threads))));
}

io::MemoryMap array_memory(std::size_t bytes, bool in_file, const Resources& resources) {
  if (in_file) return io::MemoryMap::temporary_file(bytes, resources.folder());
  io::MemoryMap memory = io::MemoryMap::anonymous(bytes, true);
  if (resources.threads > 1) interleave(memory.data(), memory.size());
  return memory;
}

}  // namespace hogvec
