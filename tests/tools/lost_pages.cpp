// A program that touches pages which the system cannot give any more, by all of four threads.
//
//   lost_pages file PATH     maps a file, cuts it short itself, and reads it
//   lost_pages model PATH    as "file", of a model file
//   lost_pages disk FOLDER   maps a temporary file that is longer than its disk, and fills it
//   lost_pages stray PATH    as "file", of a map that the library knows nothing of
//   lost_pages sent          sends itself the signal that a lost page is
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "engine/workers.hpp"
#include "io/descriptor.hpp"
#include "io/error.hpp"
#include "io/memory_map.hpp"
#include "io/model_file.hpp"
#include "tools/console.hpp"

namespace {

using namespace hogvec;

constexpr std::size_t kPage = 4096;

void read_all(const std::byte* data, std::size_t size) {
  run_workers(4, [&](int) {
    for (std::size_t at = 0; at < size; at += kPage) {
      [[maybe_unused]] const std::byte byte = *static_cast<const volatile std::byte*>(data + at);
    }
  });
}

void cut_short(const std::string& path) {
  if (truncate(path.c_str(), 0) != 0) throw system_error(path, "cannot be cut short");
}

int lose(const std::string& what, const std::string& path) {
  if (what == "file") {
    const io::MemoryMap map = io::MemoryMap::open_file(path);
    read_all(map.data(), map.size());
    cut_short(path);
    read_all(map.data(), map.size());
  } else if (what == "model") {
    const io::ModelFile model = io::ModelFile::open(path);
    const std::span<const std::byte> words = model.section("words");
    read_all(words.data(), words.size());
    cut_short(path);
    read_all(words.data(), words.size());
  } else if (what == "disk") {
    const io::MemoryMap map = io::MemoryMap::temporary_file(64 << 20, path);
    for (std::size_t at = 0; at < map.size(); at += kPage) map.data()[at] = std::byte{1};
  } else if (what == "stray") {
    const io::Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    void* const data = mmap(nullptr, kPage, PROT_READ, MAP_SHARED, file.get(), 0);
    cut_short(path);
    read_all(static_cast<const std::byte*>(data), kPage);
  } else {
    raise(SIGBUS);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return tools::run("lost_pages", [&] { return lose(argv[1], argc > 2 ? argv[2] : ""); });
}
