// What a piece of work may take of the machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/system.hpp"
#include "io/memory_map.hpp"
#include "io/temporaries.hpp"

namespace hogvec {

struct Resources {
  int threads = 1;
  /// Arrays that would take more bytes than this lie in unnamed files in `temporary_folder`.
  /// 0: half of the memory that is free.
  std::size_t memory_limit = 0;
  /// Empty: that of io::temporary_folder().
  std::string temporary_folder{};

  /// Both with what 0 and empty stand for.
  std::size_t most_memory() const {
    return memory_limit != 0 ? memory_limit : available_memory() / 2;
  }
  std::string folder() const {
    return temporary_folder.empty() ? io::temporary_folder() : temporary_folder;
  }
};

/// Cores that this process may use.
int usable_cores();

/// Of so many threads those that are of use for work that anybody can do, like reading and writing:
/// no more than there are cores.
int useful_threads(int threads);

/// Of these as many as have room within ulimit -v and -d beside a text of so many bytes, if they
/// are known, and its ids, and one where none has.
int reading_threads(int threads, std::optional<std::uint64_t> text_bytes);

/// `bytes` in anonymous memory, or in an unnamed file in the folder of the resources.
/// All threads use it: in memory it lies on all nodes.
io::MemoryMap array_memory(std::size_t bytes, bool in_file, const Resources& resources);

}  // namespace hogvec
